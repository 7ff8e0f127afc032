/* SPDX-License-Identifier: ISC */
/* setup: loads the server's configuration for a verb, and prints its errors on stderr. */
#include "ctl/base/setup.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/printable.h"
#include "common/config/config_load.h"
#include "ctl/base/progress.h"

static void say(const struct finding *item)
{
    if (item->severity != SEVERITY_ERROR)
        return;
    char sentence[FINDING_MAX];
    finding_print(sentence, sizeof(sentence), item);
    if (item->line != 0)
        printable_say(stderr, "%s:%u: error: %s", item->where, item->line, sentence);
    else
        printable_say(stderr, "%s: error: %s", item->where, sentence);
}

static bool has_rule(const struct finding *item, const char *rule)
{
    return item->rule != NULL && rule != NULL && strcmp(item->rule, rule) == 0;
}

/* Whether the section of this rule has an error. */
static bool has_error(const struct findings *said, const char *rule)
{
    for (size_t i = 0; i < said->count; i++) {
        if (has_rule(&said->items[i], rule))
            return true;
    }
    return false;
}

static void drop(struct config **config)
{
    config_free(*config);
    *config = NULL;
}

int setup_load(struct config **out, const char *path, const char *needed)
{
    struct findings said = {0};
    int result = config_load(out, &(struct config_source){.path = path}, &said);
    for (size_t i = 0; i < said.count; i++) {
        if (result != 0 || has_rule(&said.items[i], CONFIG_RULE_DNS) ||
            has_rule(&said.items[i], CONFIG_RULE_TLSRPT) ||
            has_rule(&said.items[i], CONFIG_RULE_WATCH))
            say(&said.items[i]);
    }
    if (result == 0 && has_error(&said, needed)) {
        drop(out);
        result = -1;
    }
    findings_free(&said);
    if (result == 0 && (*out)->broken_count > 0)
        printable_say(
            stderr, "mta-stsctl: skipping %zu domain%s with errors; `mta-stsd --check` lists them",
            (*out)->broken_count, (*out)->broken_count == 1 ? "" : "s");
    return result;
}

int setup_load_settings(struct config **out, const char *path, const char *needed, bool optional)
{
    struct file file = {0};
    struct findings said = {0};
    struct error why;
    *out = NULL;
    int result = file_read(&file, path, CONFIG_FILE_MAX_BYTES, &why);
    if (result != 0 && !(optional && why.cause == ENOENT))
        setup_fail("%s", why.text);
    if (result != 0 && !optional)
        return -1;
    if (result != 0)
        file = (struct file){0};
    const struct config_source source = {
        .path = path, .scope = CONFIG_SCOPE_SETTINGS, .main = &file};
    (void)config_load(out, &source, &said);
    for (size_t i = 0; i < said.count && result == 0; i++)
        say(&said.items[i]);
    if (has_error(&said, needed))
        drop(out);
    findings_free(&said);
    if (result == 0)
        file_free(&file);
    return *out != NULL ? 0 : -1;
}

const struct config_domain *setup_find(const struct config *config, const char *domain)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        if (strcmp(config->domains[i].name, domain) == 0)
            return config->domains[i].broken ? NULL : &config->domains[i];
    }
    return NULL;
}

int setup_name(struct hostname *out, const char *verb, const char *word, size_t length)
{
    struct error why;
    return hostname_parse(out, word, length, &why) == 0 ? 0 : setup_fail("%s: %s", verb, why.text);
}

int setup_fail_unknown(const char *domain)
{
    return setup_fail("%s is not configured, or has errors; `mta-stsd --check` lists them", domain);
}

bool setup_number(unsigned *out, const char *word, unsigned least, unsigned most)
{
    char *end;
    errno = 0;
    unsigned long value = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || errno != 0 || value < least ||
        value > most)
        return false;
    *out = (unsigned)value;
    return true;
}

int setup_fail(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    progress_wipe();
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    printable_say(stderr, "mta-stsctl: %s", text != NULL ? text : "out of memory");
    free(text);
    return SETUP_FAILED;
}
