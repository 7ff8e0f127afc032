/* SPDX-License-Identifier: ISC */
/* tell: sends digests by sendmail(1), and gives them to a command. */
#include "ctl/watch/tell.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
#include "ctl/base/child.h"
#include "ctl/base/journal.h"
#include "ctl/base/setup.h"
#include "ctl/watch/message.h"
#include "ctl/watch/outbox.h"

#define SAID_MAX 400 /* bytes of a program's own words in a sentence */

bool tell_is_on(const struct config_watch *watch)
{
    return watch->mail_count > 0 || watch->command != NULL;
}

int tell_hold(const struct digest *digest, const struct config_watch *watch, const char *directory,
              struct error *why)
{
    struct outbox outbox;
    int result = outbox_load(&outbox, directory, why);
    if (result == 0)
        result = outbox_add(&outbox, digest, watch->mail_count > 0, watch->command != NULL, why);
    if (result == 0)
        result = outbox_save(&outbox, why);
    outbox_free(&outbox);
    return result;
}

/* With a priority where that goes to the journal. */
static void say(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(int priority, const char *format, ...)
{
    char text[1024];
    char prefix[8] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (journal_has(stderr))
        snprintf(prefix, sizeof(prefix), "<%d>", priority);
    printable_say(stderr, "%smta-stsctl: %s", prefix, text);
}

/* Runs the program with these bytes on its standard input. what: the key that names it. */
static int run(const char *const argv[], const char *what, const char *bytes, size_t length)
{
    char words[CHILD_WORDS_MAX];
    struct child child;
    struct error why;
    if (child_start_with(&child, argv, bytes, length, &why) != 0) {
        say(3, "%s: %s", what, why.text);
        return -1;
    }
    bool ended = child_wait(&child, TELL_BOUND_S);
    int status = child.status;
    child_words(&child, words);
    child_free(&child);
    words[strcspn(words, "\n")] = '\0';
    if (!ended)
        say(3, "%s took over %d seconds and was ended", what, TELL_BOUND_S);
    else if (status != 0)
        say(3, "%s failed with status %d%s%.*s", what, status, words[0] != '\0' ? ": " : "",
            SAID_MAX, words);
    return ended && status == 0 ? 0 : -1;
}

static int mail(const struct config_watch *watch, const struct outbox_item *item)
{
    char *text = NULL;
    size_t length = 0;
    size_t count = 0;
    FILE *stream = open_memstream(&text, &length);
    const char **argv = calloc(watch->mail_count + 5, sizeof(*argv));
    int result = -1;
    if (stream == NULL || argv == NULL) {
        say(3, "mail: out of memory");
        goto done;
    }
    message_write(stream, watch, item->subject, item->text);
    if (fflush(stream) != 0)
        goto done;
    argv[count++] = watch->sendmail;
    argv[count++] = "-i"; /* a line that is a dot does not end it */
    if (watch->mail_from != NULL) {
        argv[count++] = "-f";
        argv[count++] = watch->mail_from;
    }
    for (size_t i = 0; i < watch->mail_count; i++)
        argv[count++] = watch->mails[i];
    result = run(argv, "sendmail", text, length);
    if (result == 0)
        say(6, "a mail was given to %s", watch->sendmail);
done:
    if (stream != NULL)
        fclose(stream);
    free(text);
    free(argv);
    return result;
}

static int call(const struct config_watch *watch, const struct outbox_item *item)
{
    const char *const argv[] = {watch->command, NULL};
    if (run(argv, "command", item->json, strlen(item->json)) != 0)
        return -1;
    say(6, "%s was run, and ended with status 0", watch->command);
    return 0;
}

/* Each of the two is tried, whatever becomes of the other. */
static int deliver(void *context, struct outbox_item *item)
{
    const struct config_watch *watch = context;
    item->mail = item->mail && watch->mail_count > 0 && mail(watch, item) != 0;
    item->command = item->command && watch->command != NULL && call(watch, item) != 0;
    return item->mail || item->command ? -1 : 0;
}

int tell_run(const struct config_watch *watch, const char *directory)
{
    struct outbox outbox;
    struct error why;
    size_t left = 0;
    int result = outbox_load(&outbox, directory, &why);
    if (result == 0) {
        left = outbox_run(&outbox, deliver, (void *)(uintptr_t)watch);
        result = outbox_save(&outbox, &why);
    }
    if (result != 0)
        say(3, "%s", why.text);
    if (left > 0)
        say(3, "%zu digest%s could not be told; the next run tries again", left,
            left == 1 ? "" : "s");
    outbox_free(&outbox);
    return result != 0 || left > 0 ? -1 : 0;
}
