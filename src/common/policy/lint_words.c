/* SPDX-License-Identifier: ISC */
/* lint_words: the words of a policy as they are written by mistake, and what they mean: translated,
 * in other letter case, several in one value. Only lint's own modules include this. */
#include "common/policy/lint_words.h"

#include <string.h>

#include "common/base/span.h"
#include "common/name/alabel.h"
#include "common/name/hostname.h"

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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool lint_words_alike(struct span a, struct span b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (policy_lower(a.bytes[i]) != policy_lower(b.bytes[i]))
            return false;
    return true;
}

enum lint_key lint_words_key(struct span word)
{
    for (size_t i = 0; i < LINT_KEYS; i++)
        if (lint_words_alike(word, span_of(key_names[i])))
            return (enum lint_key)i;
    for (size_t i = 0; i < COUNT(other_keys); i++)
        if (lint_words_alike(word, span_of(other_keys[i].word)))
            return other_keys[i].key;
    return LINT_KEY_OTHER;
}

const char *lint_words_key_name(enum lint_key key)
{
    return key == LINT_KEY_OTHER ? NULL : key_names[key];
}

bool lint_words_mode(enum policy_mode *out, struct span word)
{
    for (int mode = POLICY_MODE_NONE; mode <= POLICY_MODE_ENFORCE; mode++) {
        *out = (enum policy_mode)mode;
        if (lint_words_alike(word, span_of(policy_mode_name(*out))))
            return true;
    }
    for (size_t i = 0; i < COUNT(other_modes); i++) {
        *out = other_modes[i].mode;
        if (lint_words_alike(word, span_of(other_modes[i].word)))
            return true;
    }
    return false;
}

static bool is_number(struct span word)
{
    size_t digits = 0;
    while (digits < word.length && word.bytes[digits] >= '0' && word.bytes[digits] <= '9')
        digits++;
    return digits == word.length;
}

/* A host name in full, as it stands in zone files too. */
static bool is_full_name(struct span word)
{
    enum hostname_fault fault = hostname_mx_fault(word.bytes, word.length);
    return (fault == HOSTNAME_FINE || fault == HOSTNAME_TRAILING_DOT) &&
           memchr(word.bytes, '.', word.length) != NULL;
}

/* The next word, cut off the front; empty at the end. */
static struct span next_word(struct span *rest)
{
    static const char between[] = {',', ' ', '\t'};
    while (rest->length > 0 && memchr(between, rest->bytes[0], sizeof(between)) != NULL) {
        rest->bytes++;
        rest->length--;
    }
    struct span word = {rest->bytes, 0};
    while (word.length < rest->length &&
           memchr(between, word.bytes[word.length], sizeof(between)) == NULL)
        word.length++;
    rest->bytes += word.length;
    rest->length -= word.length;
    return word;
}

size_t lint_words_names(struct span value, size_t *numbers)
{
    size_t names = 0;
    *numbers = 0;
    for (struct span word = next_word(&value); word.length > 0; word = next_word(&value)) {
        if (is_number(word))
            ++*numbers;
        else if (is_full_name(word))
            names++;
        else
            return 0;
    }
    return names;
}

const char *lint_meant_key(const char *bytes, size_t length)
{
    return lint_words_key_name(lint_words_key((struct span){bytes, length}));
}

const char *lint_meant_mode(const char *bytes, size_t length)
{
    enum policy_mode mode;
    struct span word = {bytes, length};
    if (lint_words_alike(word, span_of("report")))
        return policy_mode_name(POLICY_MODE_TESTING);
    return lint_words_mode(&mode, word) ? policy_mode_name(mode) : NULL;
}

size_t lint_meant_names(const char *bytes, size_t length, size_t *numbers)
{
    return lint_words_names((struct span){bytes, length}, numbers);
}

const char *lint_meant_next_name(const char *bytes, size_t length, size_t *name_length)
{
    struct span rest = {bytes, length};
    struct span word = next_word(&rest);
    while (word.length > 0 && is_number(word))
        word = next_word(&rest);
    *name_length = word.length;
    return word.length > 0 ? word.bytes : NULL;
}

bool lint_words_bare_prefix(struct span value)
{
    char whole[HOSTNAME_MAX + 1];
    size_t length = 0;
    struct span label;
    if (alabel_is_refused(value.bytes, value.length))
        return false;
    while (span_next(&label, &value, '.')) {
        if (span_equal_nocase(label, "xn--"))
            label.length = strlen("xn");
        if (label.length >= sizeof(whole) - length)
            return false;
        memcpy(whole + length, label.bytes, label.length);
        length += label.length;
        whole[length++] = '.';
    }
    return length > 0 && hostname_mx_fault(whole, length - 1) == HOSTNAME_FINE;
}
