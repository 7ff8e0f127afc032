/* SPDX-License-Identifier: ISC */
/* report_used: the policy that a sender used, as far as its report tells: mode and mx patterns. */
#include "ctl/tlsrpt/report_used.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/name/hostname.h"
#include "common/policy/mxmatch.h"
#include "ctl/tlsrpt/report_oddity.h"

#define WORD_MAX 300

enum key {
    KEY_NONE,
    KEY_MODE,
    KEY_MX,
};

static void note(struct report *report, enum report_oddity oddity)
{
    report->oddities |= 1u << oddity;
}

/* ---- Words of a policy. Some senders write its lines as one, or "\\n" between them. */

/* The bytes of a separator at text: a blank, a line end, a comma, a quote, a bracket, or one of
 * these written as in C; 0: none. */
static size_t separator_length(const char *text)
{
    if (text[0] == '\\')
        return text[1] != '\0' && strchr("nrt", text[1]) != NULL ? 2 : 1;
    return text[0] != '\0' && strchr(" \t\r\n,;\"'[]", text[0]) != NULL;
}

/* Copies the next word, cut where it is too long; moves behind it. Returns whether there is one. */
static bool next_word(const char **text, char word[WORD_MAX])
{
    size_t used = 0, skip;
    while ((skip = separator_length(*text)) > 0)
        *text += skip;
    for (; **text != '\0' && separator_length(*text) == 0; (*text)++) {
        if (used + 1 < WORD_MAX)
            word[used++] = (char)tolower((unsigned char)**text);
    }
    word[used] = '\0';
    return used > 0;
}

static int keep_pattern(struct report *report, struct report_policy *out, const char *word,
                        struct error *why)
{
    size_t length = strlen(word);
    while (length > 0 && word[length - 1] == '.')
        length--;
    if (length == 0 || length > REPORT_TEXT_MAX || out->pattern_count == REPORT_PATTERNS_MAX)
        return 0;
    const char *copy = arena_copy(&report->arena, word, length);
    if (copy == NULL)
        return error_set(why, "out of memory");
    out->patterns[out->pattern_count++] = copy;
    return 0;
}

static int use_value(struct report *report, struct report_policy *out, enum key key,
                     const char *word, struct error *why)
{
    if (key == KEY_MX)
        return keep_pattern(report, out, word, why);
    if (key == KEY_MODE && !out->has_mode)
        out->has_mode = policy_mode_parse(&out->mode, word, NULL) == 0;
    return 0;
}

/* Cuts a key with its colon off the word; KEY_NONE and nothing for any other word. */
static enum key take_key(const char **word)
{
    enum key key = KEY_NONE;
    if (strncmp(*word, "mode:", 5) == 0)
        key = KEY_MODE;
    else if (strncmp(*word, "mx:", 3) == 0)
        key = KEY_MX;
    *word += key == KEY_MODE ? 5 : key == KEY_MX ? 3 : 0;
    return key;
}

/* The words of a text; bare is what a word without a key is. */
static int use_words(struct report *report, struct report_policy *out, const char *text,
                     enum key bare, struct error *why)
{
    char buffer[WORD_MAX] = "";
    enum key before = KEY_NONE;
    while (next_word(&text, buffer)) {
        const char *word = buffer;
        enum key key = take_key(&word);
        if (key == KEY_NONE)
            key = before != KEY_NONE ? before : bare;
        before = word[0] == '\0' ? key : KEY_NONE;
        if (word[0] != '\0' && use_value(report, out, key, word, why) != 0)
            return -1;
    }
    return 0;
}

/* ---- The JSON. */

/* RFC 8460 has lists; some senders write one text, and the RFC's first example did (erratum 6241).
 */
static const json_t *text_at(struct report *report, const json_t *value, size_t index)
{
    if (json_is_string(value)) {
        note(report, REPORT_ODD_POLICY_STRING);
        return index == 0 ? value : NULL;
    }
    if (value != NULL && !json_is_null(value) && !json_is_array(value))
        note(report, REPORT_ODD_POLICY_STRING);
    const json_t *item = json_array_get(value, index);
    if (item != NULL && !json_is_string(item))
        note(report, REPORT_ODD_POLICY_STRING);
    return item;
}

static int use_texts(struct report *report, struct report_policy *out, const json_t *list,
                     enum key bare, struct error *why)
{
    const json_t *item;
    for (size_t i = 0; (item = text_at(report, list, i)) != NULL; i++) {
        if (json_is_string(item) && out->kind == REPORT_STS &&
            use_words(report, out, json_string_value(item), bare, why) != 0)
            return -1;
    }
    return 0;
}

int report_read_used(struct report *report, struct report_policy *out, const json_t *policy,
                     struct error *why)
{
    const json_t *hosts = json_object_get(policy, "mx-host");
    if (hosts == NULL)
        hosts = json_object_get(policy, "mx-host-pattern");
    out->patterns = arena_alloc(&report->arena, REPORT_PATTERNS_MAX * sizeof(*out->patterns));
    if (out->patterns == NULL)
        return error_set(why, "out of memory");
    if (use_texts(report, out, json_object_get(policy, "policy-string"), KEY_NONE, why) != 0)
        return -1;
    return use_texts(report, out, hosts, KEY_MX, why);
}

/* ---- Matching. */

bool report_covers(const struct report_policy *policy, const char *host)
{
    for (size_t i = 0; i < policy->pattern_count; i++) {
        if (mxmatch(policy->patterns[i], host))
            return true;
    }
    return false;
}

/* RFC 8461 section 4.1: "*" stands for one label. */
static bool ends_as(const char *pattern, const char *host)
{
    size_t length = strlen(pattern);
    size_t host_length = strlen(host);
    return length > 2 && pattern[0] == '*' && pattern[1] == '.' && host_length > length &&
           strcasecmp(host + host_length - (length - 1), pattern + 1) == 0;
}

void report_match_mx(struct report_failure *failure, const struct report_policy *policy)
{
    failure->wildcard = "";
    failure->outside =
        policy->pattern_count > 0 && policy->pattern_count < REPORT_PATTERNS_MAX &&
        hostname_parse(&(struct hostname){0}, failure->mx, strlen(failure->mx), NULL) == 0 &&
        !report_covers(policy, failure->mx);
    for (size_t i = 0; failure->outside && i < policy->pattern_count; i++) {
        if (ends_as(policy->patterns[i], failure->mx))
            failure->wildcard = policy->patterns[i];
    }
}
