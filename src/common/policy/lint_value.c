/* SPDX-License-Identifier: ISC */
/* lint_value: judges the fields of a policy, each alone and all together, however they came. Only
 * lint's own modules include this. */
#include "common/policy/lint_value.h"

#include <stdio.h>
#include <string.h>

#include "common/base/span.h"
#include "common/name/alabel.h"
#include "common/name/hostname.h"
#include "common/name/lookalike.h"
#include "common/policy/lint_words.h"

#define KEY_MAX        32 /* characters of a key, RFC 8461 section 3.2 */
#define HOUR_S         3600
#define DAY_S          86400
#define WEEK_S         604800
#define SIZE_64K       65536
#define DIGITS         "0123456789"
#define MAX_AGE_DIGITS 10 /* RFC 8461 section 3.2, erratum 7282 */

/* Second levels under which registries sell names, so "*.co.uk" is as broad as "*.com". */
static const char *const sold_levels[] = {"co",  "com", "net", "org", "ac",  "gov",
                                          "edu", "or",  "ne",  "go",  "gob", "gv"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* RFC 8461 section 3.2: a letter or digit, then letters, digits, '_', '-' and '.'. */
static bool is_well_formed_key(struct span key)
{
    for (size_t i = 0; i < key.length; i++) {
        char c = key.bytes[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (i == 0 || (c != '_' && c != '-' && c != '.')))
            return false;
    }
    return key.length > 0 && key.length <= KEY_MAX;
}

static bool is_ascii(struct span span)
{
    for (size_t i = 0; i < span.length; i++)
        if ((unsigned char)span.bytes[i] >= 0x80)
            return false;
    return true;
}

enum lint_key lint_value_key(struct lint_judge *judge, const struct lint_fields *fields,
                             struct span key)
{
    enum lint_key meant = lint_words_key(key);
    if (meant != LINT_KEY_OTHER) {
        const char *name = lint_words_key_name(meant);
        bool is_alike = lint_words_alike(key, span_of(name));
        if (span_same(key, span_of(name)))
            return meant;
        if (is_alike && fields->exact[meant]) {
            lint_judge_break(judge, LINT_RULE_KEY_CASE_BESIDE, key, name);
            return LINT_KEY_OTHER;
        }
        if (is_alike || !fields->real[meant]) {
            lint_judge_break(judge, is_alike ? LINT_RULE_KEY_CASE : LINT_RULE_KEY_TRANSLATED, key,
                             name);
            return meant;
        }
    }

    if (!is_ascii(key))
        lint_judge_break(judge, LINT_RULE_NON_ASCII_KEY, key, NULL);
    else if (is_well_formed_key(key))
        lint_judge_break(judge, LINT_RULE_KEY_UNKNOWN, key, NULL);
    else
        lint_judge_break(judge,
                         lookalike_is_quoted(key.bytes, key.length) ? LINT_RULE_KEY_QUOTED
                                                                    : LINT_RULE_KEY_MALFORMED,
                         key, NULL);
    return LINT_KEY_OTHER;
}

void lint_value_version(struct lint_judge *judge, struct span value)
{
    static const char right[] = "STSv1";
    if (lint_words_alike(value, span_of(right)) && !span_same(value, span_of(right)))
        lint_judge_break(judge, LINT_RULE_VERSION_CASE, value, NULL);
    else if (!span_same(value, span_of(right)))
        lint_judge_break(judge, LINT_RULE_VERSION_UNKNOWN, value, NULL);
}

void lint_value_mode(struct lint_judge *judge, struct lint_fields *fields, struct span value)
{
    if (lint_words_alike(value, span_of("report"))) {
        lint_judge_break(judge, LINT_RULE_MODE_REPORT, value, NULL);
        return;
    }
    fields->mode_known = lint_words_mode(&fields->mode, value);
    const char *right = fields->mode_known ? policy_mode_name(fields->mode) : NULL;
    if (right == NULL)
        lint_judge_break(judge, LINT_RULE_MODE_UNKNOWN, value, NULL);
    else if (!lint_words_alike(value, span_of(right)))
        lint_judge_break(judge, LINT_RULE_MODE_TRANSLATED, value, right);
    else if (!span_same(value, span_of(right)))
        lint_judge_break(judge, LINT_RULE_MODE_CASE, value, right);
}

/* "*.com" and "*.co.uk": what stands behind the wildcard is open to anybody. */
static bool is_broad(struct span pattern)
{
    if (pattern.length < 2 || pattern.bytes[0] != '*')
        return false;
    struct span rest = {pattern.bytes + 2, pattern.length - 2};
    const char *dot = memchr(rest.bytes, '.', rest.length);
    if (dot == NULL)
        return true;
    struct span second = {rest.bytes, (size_t)(dot - rest.bytes)};
    if (rest.length - second.length != 3)
        return false;
    for (size_t i = 0; i < COUNT(sold_levels); i++)
        if (lint_words_alike(second, span_of(sold_levels[i])))
            return true;
    return false;
}

/* Whether every host of the domain itself, or of one above it, matches: RFC 8461 section 10.4. */
static bool is_own(const char *domain, struct span pattern)
{
    if (domain == NULL || pattern.length < 2 || pattern.bytes[0] != '*')
        return false;
    struct span rest = {pattern.bytes + 2, pattern.length - 2};
    size_t length = strlen(domain);
    if (length < rest.length)
        return false;
    const char *end = domain + length - rest.length;
    return (end == domain || end[-1] == '.') &&
           lint_words_alike(rest, (struct span){end, rest.length});
}

static enum lint_rule_number rule_of_fault(enum hostname_fault fault)
{
    switch (fault) {
    case HOSTNAME_IP_ADDRESS:
        return LINT_RULE_MX_IP;
    case HOSTNAME_TRAILING_DOT:
        return LINT_RULE_MX_TRAILING_DOT;
    case HOSTNAME_BARE_WILDCARD:
        return LINT_RULE_MX_BARE_WILDCARD;
    case HOSTNAME_WILDCARD_PLACE:
        return LINT_RULE_MX_WILDCARD_PLACE;
    case HOSTNAME_U_LABEL:
        return LINT_RULE_MX_U_LABEL;
    case HOSTNAME_UNDERSCORE:
        return LINT_RULE_MX_UNDERSCORE;
    case HOSTNAME_ONLY_DIGITS:
        return LINT_RULE_MX_NUMBER_AT_END;
    case HOSTNAME_FINE:
    case HOSTNAME_EMPTY:
    case HOSTNAME_CONTROL_BYTE:
    case HOSTNAME_BLANK:
    case HOSTNAME_TOO_LONG:
    case HOSTNAME_LABEL_EMPTY:
    case HOSTNAME_LABEL_TOO_LONG:
    case HOSTNAME_CHARACTER:
    case HOSTNAME_HYPHEN:
    case HOSTNAME_SINGLE_LABEL:
        break;
    }
    return LINT_RULE_MX_NOT_A_NAME;
}

/* Whether it is a name up to its first blank. */
static bool begins_with_name(struct span value)
{
    size_t length = 0;
    while (length < value.length && value.bytes[length] != ' ')
        length++;
    return length < value.length && hostname_mx_fault(value.bytes, length) == HOSTNAME_FINE;
}

/* What is no name is perhaps several, or one with its preference. */
static enum lint_rule_number rule_of_words(struct span value)
{
    size_t numbers;
    size_t names = lint_words_names(value, &numbers);
    bool is_first = begins_with_name(value);
    if (names > 1)
        return is_first ? LINT_RULE_MX_SEVERAL_BY_BLANK : LINT_RULE_MX_SEVERAL;
    if (names == 1 && numbers > 0)
        return is_first ? LINT_RULE_MX_PREFERENCE_BEHIND : LINT_RULE_MX_PREFERENCE;
    return is_first ? LINT_RULE_MX_REMARK : LINT_RULE_MX_NOT_A_NAME;
}

static bool is_duplicate(const struct lint_fields *fields, struct span pattern)
{
    for (size_t i = 0; i < fields->mx_kept; i++)
        if (lint_words_alike(fields->mx[i], pattern))
            return true;
    return false;
}

/* Capitals, which a rendering does not have, and labels that cannot be. */
static void judge_letters(struct lint_judge *judge, struct span value)
{
    char lower[HOSTNAME_MAX + 3];
    if (alabel_is_refused(value.bytes, value.length))
        lint_judge_break(judge, LINT_RULE_MX_A_LABEL, value, NULL);
    if (judge->is_rendered || value.length >= sizeof(lower))
        return;
    for (size_t i = 0; i < value.length; i++)
        lower[i] = policy_lower(value.bytes[i]);
    lower[value.length] = '\0';
    if (memcmp(lower, value.bytes, value.length) != 0)
        lint_judge_break(judge, LINT_RULE_MX_CASE, value, lower);
}

void lint_value_mx(struct lint_judge *judge, struct lint_fields *fields, struct span value)
{
    enum hostname_fault fault = hostname_mx_fault(value.bytes, value.length);
    char right[HOSTNAME_MAX + 3];
    if (fault == HOSTNAME_U_LABEL &&
        lookalike_mend(right, sizeof(right), value.bytes, value.length) &&
        hostname_mx_fault(right, strlen(right)) == HOSTNAME_FINE) {
        lint_judge_break(judge, LINT_RULE_MX_LOOKALIKE, value, right);
        return;
    }
    if (fault != HOSTNAME_FINE) {
        bool known = hostname_suggest(right, value.bytes, value.length);
        enum lint_rule_number rule = rule_of_fault(fault);
        if (fault == HOSTNAME_HYPHEN && lint_words_bare_prefix(value))
            rule = LINT_RULE_MX_BARE_PREFIX;
        else if (rule == LINT_RULE_MX_NOT_A_NAME)
            rule = rule_of_words(value);
        lint_judge_break(judge, rule, value, known ? right : "which begins with xn--");
        return;
    }

    judge_letters(judge, value);
    if (is_broad(value))
        lint_judge_break(judge, LINT_RULE_MX_BROAD_WILDCARD, value, NULL);
    else if (is_own(judge->domain, value))
        lint_judge_break(judge, LINT_RULE_MX_OWN_WILDCARD, value, NULL);
    else if (memchr(value.bytes, '.', value.length) == NULL)
        lint_judge_break(judge, LINT_RULE_MX_SINGLE_LABEL, value, NULL);
    if (is_duplicate(fields, value))
        lint_judge_break(judge, LINT_RULE_MX_DUPLICATE, value, NULL);
    else if (fields->mx_kept < LINT_MX_COMPARED)
        fields->mx[fields->mx_kept++] = value;
}

/* The digits as a number; what exceeds 32 bits by far is some number above them. */
static uint64_t number_of(struct span digits)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.length && value <= UINT32_MAX; i++)
        value = value * 10 + (uint64_t)(digits.bytes[i] - '0');
    return value;
}

/* Whether it is one or more of these characters. */
static bool consists_of(struct span value, const char *characters)
{
    for (size_t i = 0; i < value.length; i++)
        if (value.bytes[i] == '\0' || strchr(characters, value.bytes[i]) == NULL)
            return false;
    return value.length > 0;
}

/* What is no number for the RFC, and which senders take it for one. */
static enum lint_rule_number rule_of_number(struct span value)
{
    struct span rest = {value.bytes + 1, value.length - 1};
    if (value.bytes[0] == '+' && consists_of(rest, DIGITS))
        return LINT_RULE_MAX_AGE_PLUS;
    if (value.bytes[0] < '0' || value.bytes[0] > '9')
        return LINT_RULE_MAX_AGE_NOT_A_NUMBER;
    if (consists_of(value, DIGITS "_"))
        return LINT_RULE_MAX_AGE_UNDERSCORE;
    return consists_of(value, DIGITS ".e") ? LINT_RULE_MAX_AGE_DECIMAL
                                           : LINT_RULE_MAX_AGE_NOT_A_NUMBER;
}

static void judge_number(struct lint_judge *judge, uint64_t number, struct span value)
{
    if (number == 0)
        lint_judge_break(judge, LINT_RULE_MAX_AGE_ZERO, value, NULL);
    else if (number < HOUR_S)
        lint_judge_break(judge, LINT_RULE_MAX_AGE_UNDER_AN_HOUR, value, NULL);
    else if (number < DAY_S)
        lint_judge_break(judge, LINT_RULE_MAX_AGE_UNDER_A_DAY, value, NULL);
    else if (number == POLICY_MAX_AGE)
        lint_judge_break(judge, LINT_RULE_MAX_AGE_AT_BOUND, value, NULL);
}

void lint_value_max_age(struct lint_judge *judge, struct lint_fields *fields, struct span value)
{
    bool digits = consists_of(value, DIGITS);
    uint64_t number = digits ? number_of(value) : 0;
    if (number > POLICY_MAX_AGE) {
        lint_judge_break(
            judge, number > INT32_MAX ? LINT_RULE_MAX_AGE_FAR_ABOVE : LINT_RULE_MAX_AGE_ABOVE_BOUND,
            value, NULL);
        return;
    }
    if (!digits || value.length > MAX_AGE_DIGITS) {
        lint_judge_break(judge, digits ? LINT_RULE_MAX_AGE_ZEROS : rule_of_number(value), value,
                         NULL);
        return;
    }
    judge_number(judge, number, value);
    fields->max_age_known = true;
    fields->max_age = (uint32_t)number;
    fields->max_age_line = judge->line;
}

bool lint_value_is_sound(enum lint_key key, struct span value)
{
    enum policy_mode mode;
    switch (key) {
    case LINT_KEY_VERSION:
        return span_same(value, span_of("STSv1"));
    case LINT_KEY_MODE:
        return lint_words_mode(&mode, value) && span_same(value, span_of(policy_mode_name(mode)));
    case LINT_KEY_MAX_AGE:
        return consists_of(value, DIGITS) && number_of(value) <= POLICY_MAX_AGE;
    case LINT_KEY_MX:
    case LINT_KEY_OTHER:
        break;
    }
    return true;
}

static void judge_max_age_in_mode(struct lint_judge *judge, const struct lint_fields *fields)
{
    char number[16];

    if (!fields->max_age_known || !fields->mode_known || fields->mode != POLICY_MODE_ENFORCE ||
        fields->max_age == 0 || fields->max_age >= WEEK_S)
        return;
    (void)snprintf(number, sizeof(number), "%lu", (unsigned long)fields->max_age);
    judge->line = fields->max_age_line;
    lint_judge_break(judge, LINT_RULE_MAX_AGE_ENFORCE_UNDER_A_WEEK, span_of(number), NULL);
    judge->line = 0;
}

void lint_value_size(struct lint_judge *judge, size_t length, size_t text_length)
{
    char number[24];
    enum lint_rule_number rule = LINT_RULE_LARGE;

    if (length <= POLICY_WARN_BYTES)
        return;
    if (length > POLICY_MAX_BYTES)
        rule = length > SIZE_64K        ? LINT_RULE_TOO_LARGE_64K
               : length >= SIZE_64K - 1 ? LINT_RULE_TOO_LARGE_COURIER
                                        : LINT_RULE_TOO_LARGE;
    else if (text_length > POLICY_WARN_BYTES)
        rule = LINT_RULE_LARGE_CUT;
    (void)snprintf(number, sizeof(number), "%zu", length);
    lint_judge_break(judge, rule, span_of(number), NULL);
}

void lint_value_whole(struct lint_judge *judge, const struct lint_fields *fields, size_t length,
                      size_t text_length)
{
    static const enum lint_rule_number missing[LINT_KEYS] = {
        [LINT_KEY_VERSION] = LINT_RULE_VERSION_MISSING,
        [LINT_KEY_MODE] = LINT_RULE_MODE_MISSING,
        [LINT_KEY_MX] = LINT_RULE_MX_MISSING,
        [LINT_KEY_MAX_AGE] = LINT_RULE_MAX_AGE_MISSING,
    };

    bool is_none = fields->mode_known && fields->mode == POLICY_MODE_NONE;

    judge->line = 0;
    judge->mx_index = LINT_NO_MX;
    judge_max_age_in_mode(judge, fields);
    for (size_t i = 0; i < LINT_KEYS; i++)
        if (!fields->seen[i])
            lint_judge_break(
                judge, i == LINT_KEY_MX && is_none ? LINT_RULE_MX_MISSING_IN_NONE : missing[i],
                span_of(""), NULL);
    lint_value_size(judge, length, text_length);
}
