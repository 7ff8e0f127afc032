/* SPDX-License-Identifier: ISC */
/* setwatch: the keys of [watch], one row a key. */
#include "common/config/setwatch.h"

#include <string.h>

#include "common/name/hostname.h"

/* RFC 5321 section 4.1.2, a local part without quotes; not like an option of a program. */
static bool is_local_part(const char *text, size_t length)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+/=?^_`{|}~-.";
    char before = '.';
    for (size_t i = 0; i < length; i++) {
        if (strchr(allowed, text[i]) == NULL || (text[i] == '.' && before == '.'))
            return false;
        before = text[i];
    }
    return length > 0 && length <= 64 && text[0] != '-' && before != '.';
}

/* An address, or the name of a user of this machine. */
static int check_address(const char *text, struct error *why)
{
    struct hostname domain;
    const char *at = strrchr(text, '@');
    size_t length = at != NULL ? (size_t)(at - text) : strlen(text);
    if (!is_local_part(text, length))
        return error_set(
            why,
            "\"%.200s\" is not a mail address; write one such as admin@example.com, or "
            "a user of this machine",
            text);
    return at != NULL ? hostname_parse(&domain, at + 1, strlen(at + 1), why) : 0;
}

static int take_mail(const struct setting_line *line, const char *item, struct error *why)
{
    struct config_watch *watch = &line->draft->config->watch;
    if (check_address(item, why) != 0)
        return -1;
    setting_append_text(line, &watch->mails, &watch->mail_count, item);
    return 0;
}

static int read_mail(const struct setting_line *line, struct error *why)
{
    return setting_each(line, take_mail, why);
}

static int read_mail_from(const struct setting_line *line, struct error *why)
{
    if (check_address(line->value, why) != 0)
        return -1;
    line->draft->config->watch.mail_from = draft_text(line->draft, line->value);
    return 0;
}

const struct setting setwatch_rows[] = {
    {"mail", true, read_mail, 0, 0, 0},
    {"mail_from", false, read_mail_from, 0, 0, 0},
    {"sendmail", false, setting_command, offsetof(struct config, watch.sendmail), 0, 0},
    {"command", false, setting_command, offsetof(struct config, watch.command), 0, 0},
    {NULL, false, NULL, 0, 0, 0},
};

void setwatch_begin(struct config_watch *watch)
{
    *watch = (struct config_watch){.sendmail = "/usr/sbin/sendmail"};
}
