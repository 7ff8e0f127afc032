/* SPDX-License-Identifier: ISC */
/* policytext: the values that a policy's bytes hold, as a sender that follows RFC 8461 reads them.
 */
#include "common/policy/policytext.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/span.h"

/* The values while they are read; the patterns are counted first, and then kept. */
struct reader {
    struct policytext *out;
    const struct policytext_manner *manner;
    const char **mx; /* NULL while counting */
    bool seen_version;
    bool seen_mode;
    bool seen_max_age;
};

/* Ends the text before blanks at its end. */
static char *trim(char *text)
{
    size_t length;
    while (span_is_blank(*text))
        text++;
    length = strlen(text);
    while (length > 0 && (span_is_blank(text[length - 1]) || text[length - 1] == '\r'))
        text[--length] = '\0';
    return text;
}

/* Ends the text before no-break spaces at its end, and begins it behind those in front. */
static char *trim_no_break(char *text)
{
    static const char space[] = "\xc2\xa0";
    const size_t size = sizeof(space) - 1;
    size_t length = strlen(text);
    while (length >= size && memcmp(text + length - size, space, size) == 0) {
        text[length - size] = '\0';
        text = trim(text);
        length = strlen(text);
    }
    while (strncmp(text, space, size) == 0)
        text = trim(text + size);
    return text;
}

/* The key as the manner has it. */
static char *bare_key(const struct policytext_manner *manner, char *key)
{
    if (manner->colon_blank)
        for (size_t end = strlen(key); end > 0 && span_is_blank(key[end - 1]); end--)
            key[end - 1] = '\0';
    while (manner->front_blank && span_is_blank(*key))
        key++;
    return key;
}

static void lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = policy_lower(*text);
}

/* Whether this line of a key that stands once is the one that counts. */
static bool counts(const struct reader *reader, bool seen)
{
    return !seen || reader->manner->last_counts;
}

static void take(struct reader *reader, char *key, char *value)
{
    struct policytext *out = reader->out;
    if (reader->manner->any_case)
        lower(key);
    if (reader->manner->any_case && strcmp(key, "mode") == 0)
        lower(value);
    if (strcmp(key, "version") == 0 && counts(reader, reader->seen_version)) {
        reader->seen_version = true;
        out->has_version = strcmp(value, "STSv1") == 0;
    } else if (strcmp(key, "mode") == 0 && counts(reader, reader->seen_mode)) {
        reader->seen_mode = true;
        out->has_mode = policy_mode_parse(&out->policy.mode, value, NULL) == 0;
    } else if (strcmp(key, "max_age") == 0 && counts(reader, reader->seen_max_age)) {
        reader->seen_max_age = true;
        out->has_max_age = policy_max_age_parse(&out->policy.max_age, value, NULL) == 0;
    } else if (strcmp(key, "mx") == 0 && value[0] != '\0') {
        reader->mx[out->policy.mx_count++] = value;
    }
}

static void read_lines(struct reader *reader, char *text)
{
    char *rest = text;
    char *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *colon = strchr(line, ':');
        if (reader->manner->blank_ends && trim(line)[0] == '\0')
            break;
        if (colon == NULL)
            continue;
        *colon = '\0';
        char *value = trim(colon + 1);
        if (reader->manner->no_break)
            value = trim_no_break(value);
        take(reader, bare_key(reader->manner, line), value);
    }
}

static int judge(const struct reader *reader, struct error *why)
{
    const struct policytext *out = reader->out;
    if (!out->has_version)
        return error_set(why, "it has no line `version: STSv1`");
    if (!reader->seen_mode || !out->has_mode)
        return error_set(why, "it has no mode that is enforce, testing or none");
    if (!reader->seen_max_age || !out->has_max_age)
        return error_set(why, "it has no max_age of 0 to %d seconds", POLICY_MAX_AGE);
    if (out->policy.mx_count == 0 && out->policy.mode != POLICY_MODE_NONE)
        return error_set(why, "it has no mx");
    return 0;
}

int policytext_read(struct policytext *out, const char *bytes, size_t length, struct error *why)
{
    static const struct policytext_manner manner = {.last_counts = false};
    return policytext_read_as(out, &manner, bytes, length, why);
}

/* Lone carriage returns become line feeds. */
static void end_lines(char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\r' && text[1] != '\n')
            *text = '\n';
}

int policytext_read_as(struct policytext *out, const struct policytext_manner *manner,
                       const char *bytes, size_t length, struct error *why)
{
    struct reader reader = {.out = out, .manner = manner};
    size_t lines = 1;
    *out = (struct policytext){0};
    if (memchr(bytes, '\0', length) != NULL)
        return error_set(why, "it holds a NUL byte");
    for (size_t i = 0; i < length; i++)
        lines += bytes[i] == '\n' || bytes[i] == '\r';
    /* The patterns, and behind them the text that they point into. */
    out->held = malloc(lines * sizeof(*reader.mx) + length + 1);
    if (out->held == NULL)
        return error_set_errno(why, ENOMEM, "out of memory");
    reader.mx = (const char **)(void *)out->held;
    char *text = out->held + lines * sizeof(*reader.mx);
    memcpy(text, bytes, length);
    text[length] = '\0';
    if (manner->bare_cr)
        end_lines(text);
    out->policy.mx = reader.mx;
    read_lines(&reader, text);
    return judge(&reader, why);
}

void policytext_free(struct policytext *text)
{
    free(text->held);
    *text = (struct policytext){0};
}
