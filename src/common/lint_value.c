/* SPDX-License-Identifier: ISC */
/* lint_value: judges the fields of a policy, each alone and all together, however they came. Only
 * lint's own rooms include this. */
#include "lint_value.h"

#include <stdio.h>
#include <string.h>

#include "hostname.h"

#define KEY_MAX        32 /* characters of a key, RFC 8461 section 3.2 */
#define DAY_S          86400
#define WEEK_S         604800
#define MAX_AGE_DIGITS 10 /* RFC 8461 section 3.2, erratum 7282 */

static const char *const key_names[LINT_KEYS] = {
    [LINT_KEY_VERSION] = "version",
    [LINT_KEY_MODE] = "mode",
    [LINT_KEY_MX] = "mx",
    [LINT_KEY_MAX_AGE] = "max_age",
};

/* Keys as translated pages and hasty fingers write them. */
static const struct {
    const char *word;
    enum lint_key key;
} other_keys[] = {
    {"versión", LINT_KEY_VERSION},  {"versión", LINT_KEY_VERSION},
    {"versão", LINT_KEY_VERSION},   {"versao", LINT_KEY_VERSION},
    {"versione", LINT_KEY_VERSION}, {"versie", LINT_KEY_VERSION},
    {"wersja", LINT_KEY_VERSION},   {"verze", LINT_KEY_VERSION},
    {"版本", LINT_KEY_VERSION},     {"バージョン", LINT_KEY_VERSION},
    {"версия", LINT_KEY_VERSION},   {"modo", LINT_KEY_MODE},
    {"modus", LINT_KEY_MODE},       {"modalità", LINT_KEY_MODE},
    {"modalita", LINT_KEY_MODE},    {"tryb", LINT_KEY_MODE},
    {"模式", LINT_KEY_MODE},        {"モード", LINT_KEY_MODE},
    {"режим", LINT_KEY_MODE},       {"mx_host", LINT_KEY_MX},
    {"mx-host", LINT_KEY_MX},       {"nmx", LINT_KEY_MX},
    {"mxs", LINT_KEY_MX},           {"max-age", LINT_KEY_MAX_AGE},
    {"maxage", LINT_KEY_MAX_AGE},   {"max age", LINT_KEY_MAX_AGE},
    {"max_edad", LINT_KEY_MAX_AGE}, {"edad_max", LINT_KEY_MAX_AGE},
    {"edad_máx", LINT_KEY_MAX_AGE}, {"âge_max", LINT_KEY_MAX_AGE},
    {"age_max", LINT_KEY_MAX_AGE},  {"max_alter", LINT_KEY_MAX_AGE},
};

static const struct {
    const char *word;
    enum policy_mode mode;
} other_modes[] = {
    {"prueba", POLICY_MODE_TESTING},    {"pruebas", POLICY_MODE_TESTING},
    {"test", POLICY_MODE_TESTING},      {"tests", POLICY_MODE_TESTING},
    {"testen", POLICY_MODE_TESTING},    {"teste", POLICY_MODE_TESTING},
    {"essai", POLICY_MODE_TESTING},     {"prova", POLICY_MODE_TESTING},
    {"aplicar", POLICY_MODE_ENFORCE},   {"exigir", POLICY_MODE_ENFORCE},
    {"enforced", POLICY_MODE_ENFORCE},  {"erzwingen", POLICY_MODE_ENFORCE},
    {"appliquer", POLICY_MODE_ENFORCE}, {"imporre", POLICY_MODE_ENFORCE},
    {"ninguno", POLICY_MODE_NONE},      {"keine", POLICY_MODE_NONE},
    {"aucun", POLICY_MODE_NONE},        {"nessuno", POLICY_MODE_NONE},
    {"nenhum", POLICY_MODE_NONE},
};

/* Second levels under which registries sell names, so "*.co.uk" is as broad as "*.com". */
static const char *const sold_levels[] = {"co",  "com", "net", "org", "ac",  "gov",
                                          "edu", "or",  "ne",  "go",  "gob", "gv"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct lint_span span_of(const char *text)
{
    return (struct lint_span){text, strlen(text)};
}

static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_equal(struct lint_span a, struct lint_span b)
{
    return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* The letter case of ASCII aside, whatever the locale. */
static bool is_like(struct lint_span a, struct lint_span b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (to_lower(a.bytes[i]) != to_lower(b.bytes[i]))
            return false;
    return true;
}

/* RFC 8461 section 3.2: a letter or digit, then letters, digits, '_', '-' and '.'. */
static bool is_well_formed_key(struct lint_span key)
{
    for (size_t i = 0; i < key.length; i++) {
        char c = to_lower(key.bytes[i]);
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (i == 0 || (c != '_' && c != '-' && c != '.')))
            return false;
    }
    return key.length > 0 && key.length <= KEY_MAX;
}

static bool is_ascii(struct lint_span span)
{
    for (size_t i = 0; i < span.length; i++)
        if ((unsigned char)span.bytes[i] >= 0x80)
            return false;
    return true;
}

enum lint_key lint_value_key(struct lint_judge *judge, struct lint_span key)
{
    for (size_t i = 0; i < LINT_KEYS; i++) {
        if (!is_like(key, span_of(key_names[i])))
            continue;
        if (!is_equal(key, span_of(key_names[i])))
            lint_judge_break(judge, LINT_RULE_KEY_CASE, key, key_names[i]);
        return (enum lint_key)i;
    }
    for (size_t i = 0; i < COUNT(other_keys); i++) {
        if (!is_like(key, span_of(other_keys[i].word)))
            continue;
        lint_judge_break(judge, LINT_RULE_KEY_TRANSLATED, key, key_names[other_keys[i].key]);
        return other_keys[i].key;
    }

    if (!is_ascii(key))
        lint_judge_break(judge, LINT_RULE_NON_ASCII, key, NULL);
    else if (is_well_formed_key(key))
        lint_judge_break(judge, LINT_RULE_KEY_UNKNOWN, key, NULL);
    else
        lint_judge_break(judge, LINT_RULE_KEY_MALFORMED, key, NULL);
    return LINT_KEY_OTHER;
}

void lint_value_version(struct lint_judge *judge, struct lint_span value)
{
    if (!is_equal(value, span_of("STSv1")))
        lint_judge_break(judge, LINT_RULE_VERSION_UNKNOWN, value, NULL);
}

/* The mode that the word stands for, when it is clear though not well written. */
static bool guess_mode(enum policy_mode *out, struct lint_span value)
{
    for (int mode = POLICY_MODE_NONE; mode <= POLICY_MODE_ENFORCE; mode++) {
        *out = (enum policy_mode)mode;
        if (is_like(value, span_of(policy_mode_name(*out))))
            return true;
    }
    for (size_t i = 0; i < COUNT(other_modes); i++) {
        *out = other_modes[i].mode;
        if (is_like(value, span_of(other_modes[i].word)))
            return true;
    }
    return false;
}

void lint_value_mode(struct lint_judge *judge, struct lint_fields *fields, struct lint_span value)
{
    if (is_like(value, span_of("report"))) {
        lint_judge_break(judge, LINT_RULE_MODE_REPORT, value, NULL);
        return;
    }
    fields->mode_known = guess_mode(&fields->mode, value);
    if (!fields->mode_known)
        lint_judge_break(judge, LINT_RULE_MODE_UNKNOWN, value, NULL);
    else if (!is_equal(value, span_of(policy_mode_name(fields->mode))))
        lint_judge_break(judge, LINT_RULE_MODE_TRANSLATED, value, policy_mode_name(fields->mode));
}

/* "*.com" and "*.co.uk": what stands behind the wildcard is open to anybody. */
static bool is_broad(struct lint_span pattern)
{
    if (pattern.length < 2 || pattern.bytes[0] != '*')
        return false;
    struct lint_span rest = {pattern.bytes + 2, pattern.length - 2};
    const char *dot = memchr(rest.bytes, '.', rest.length);
    if (dot == NULL)
        return true;
    struct lint_span second = {rest.bytes, (size_t)(dot - rest.bytes)};
    if (rest.length - second.length != 3)
        return false;
    for (size_t i = 0; i < COUNT(sold_levels); i++)
        if (is_like(second, span_of(sold_levels[i])))
            return true;
    return false;
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
    case HOSTNAME_FINE:
    case HOSTNAME_EMPTY:
    case HOSTNAME_CONTROL_BYTE:
    case HOSTNAME_BLANK:
    case HOSTNAME_TOO_LONG:
    case HOSTNAME_LABEL_EMPTY:
    case HOSTNAME_LABEL_TOO_LONG:
    case HOSTNAME_UNDERSCORE:
    case HOSTNAME_CHARACTER:
    case HOSTNAME_HYPHEN:
    case HOSTNAME_ONLY_DIGITS:
    case HOSTNAME_SINGLE_LABEL:
        break;
    }
    return LINT_RULE_MX_NOT_A_NAME;
}

static bool is_number(struct lint_span word)
{
    size_t digits = 0;
    while (digits < word.length && word.bytes[digits] >= '0' && word.bytes[digits] <= '9')
        digits++;
    return digits == word.length;
}

/* A host name in full, as it stands in zone files too. */
static bool is_full_name(struct lint_span word)
{
    enum hostname_fault fault = hostname_mx_fault(word.bytes, word.length);
    return (fault == HOSTNAME_FINE || fault == HOSTNAME_TRAILING_DOT) &&
           memchr(word.bytes, '.', word.length) != NULL;
}

/* What is no name is perhaps several, or one with its preference. */
static enum lint_rule_number rule_of_words(struct lint_span value)
{
    size_t names = 0;
    size_t numbers = 0;
    struct lint_span word = {value.bytes, 0};
    for (size_t i = 0; i <= value.length; i++) {
        if (i < value.length && memchr(", \t", value.bytes[i], strlen(", \t")) == NULL) {
            word.length++;
            continue;
        }
        if (word.length > 0 && is_number(word))
            numbers++;
        else if (word.length > 0 && is_full_name(word))
            names++;
        else if (word.length > 0)
            return LINT_RULE_MX_NOT_A_NAME;
        word = (struct lint_span){value.bytes + (i < value.length ? i + 1 : i), 0};
    }
    if (names > 1)
        return LINT_RULE_MX_SEVERAL;
    return names == 1 && numbers > 0 ? LINT_RULE_MX_PREFERENCE : LINT_RULE_MX_NOT_A_NAME;
}

static bool is_duplicate(const struct lint_fields *fields, struct lint_span pattern)
{
    for (size_t i = 0; i < fields->mx_kept; i++)
        if (is_like(fields->mx[i], pattern))
            return true;
    return false;
}

void lint_value_mx(struct lint_judge *judge, struct lint_fields *fields, struct lint_span value)
{
    enum hostname_fault fault = hostname_mx_fault(value.bytes, value.length);
    if (fault != HOSTNAME_FINE) {
        char right[HOSTNAME_MAX + 1];
        bool known = hostname_suggest(right, value.bytes, value.length);
        enum lint_rule_number rule = rule_of_fault(fault);
        if (rule == LINT_RULE_MX_NOT_A_NAME)
            rule = rule_of_words(value);
        lint_judge_break(judge, rule, value, known ? right : "which begins with xn--");
        return;
    }

    if (is_broad(value))
        lint_judge_break(judge, LINT_RULE_MX_BROAD_WILDCARD, value, NULL);
    else if (memchr(value.bytes, '.', value.length) == NULL)
        lint_judge_break(judge, LINT_RULE_MX_SINGLE_LABEL, value, NULL);
    if (is_duplicate(fields, value))
        lint_judge_break(judge, LINT_RULE_MX_DUPLICATE, value, NULL);
    else if (fields->mx_kept < LINT_MX_COMPARED)
        fields->mx[fields->mx_kept++] = value;
}

/* The digits as a number; what exceeds the bound by far is some number above it. */
static uint64_t number_of(struct lint_span digits)
{
    uint64_t value = 0;
    for (size_t i = 0; i < digits.length && value <= POLICY_MAX_AGE; i++)
        value = value * 10 + (uint64_t)(digits.bytes[i] - '0');
    return value;
}

void lint_value_max_age(struct lint_judge *judge, struct lint_fields *fields,
                        struct lint_span value)
{
    bool digits = true;
    for (size_t i = 0; i < value.length; i++)
        digits = digits && value.bytes[i] >= '0' && value.bytes[i] <= '9';

    uint64_t number = digits ? number_of(value) : 0;
    if (number > POLICY_MAX_AGE) {
        lint_judge_break(judge, LINT_RULE_MAX_AGE_ABOVE_BOUND, value, NULL);
        return;
    }
    if (!digits || value.length > MAX_AGE_DIGITS) {
        lint_judge_break(judge, LINT_RULE_MAX_AGE_NOT_A_NUMBER, value, NULL);
        return;
    }

    if (number == 0)
        lint_judge_break(judge, LINT_RULE_MAX_AGE_ZERO, value, NULL);
    else if (number < DAY_S)
        lint_judge_break(judge, LINT_RULE_MAX_AGE_UNDER_A_DAY, value, NULL);
    else if (number == POLICY_MAX_AGE)
        lint_judge_break(judge, LINT_RULE_MAX_AGE_AT_BOUND, value, NULL);
    fields->max_age_known = true;
    fields->max_age = (uint32_t)number;
    fields->max_age_line = judge->line;
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

void lint_value_size(struct lint_judge *judge, size_t length)
{
    char number[24];

    (void)snprintf(number, sizeof(number), "%zu", length);
    if (length > POLICY_MAX_BYTES)
        lint_judge_break(judge, LINT_RULE_TOO_LARGE, span_of(number), NULL);
    else if (length > POLICY_WARN_BYTES)
        lint_judge_break(judge, LINT_RULE_LARGE, span_of(number), NULL);
}

void lint_value_whole(struct lint_judge *judge, const struct lint_fields *fields, size_t length)
{
    static const enum lint_rule_number missing[LINT_KEYS] = {
        [LINT_KEY_VERSION] = LINT_RULE_VERSION_MISSING,
        [LINT_KEY_MODE] = LINT_RULE_MODE_MISSING,
        [LINT_KEY_MX] = LINT_RULE_MX_MISSING,
        [LINT_KEY_MAX_AGE] = LINT_RULE_MAX_AGE_MISSING,
    };

    judge->line = 0;
    judge->mx_index = LINT_NO_MX;
    judge_max_age_in_mode(judge, fields);
    for (size_t i = 0; i < LINT_KEYS; i++)
        if (!fields->seen[i])
            lint_judge_break(judge, missing[i], span_of(""), NULL);
    lint_value_size(judge, length);
}
