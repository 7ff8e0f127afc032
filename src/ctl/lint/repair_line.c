/* SPDX-License-Identifier: ISC */
/* repair_line: parses one line of a policy file, guessing what is meant. Private to repair. */
#include "ctl/lint/repair_line.h"

#include <string.h>
#include <strings.h>

#include "common/base/span.h"
#include "common/name/hostname.h"
#include "common/policy/lint.h"

static bool has_control_bytes(struct span span)
{
    for (size_t i = 0; i < span.length; i++) {
        unsigned char byte = (unsigned char)span.bytes[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return true;
    }
    return false;
}

static bool is_ascii(struct span span)
{
    for (size_t i = 0; i < span.length; i++)
        if ((unsigned char)span.bytes[i] >= 0x80)
            return false;
    return true;
}

static bool is_word(struct span span, const char *word)
{
    return span.length == strlen(word) && strncasecmp(span.bytes, word, span.length) == 0;
}

static bool is_digits(struct span span)
{
    size_t digits = 0;
    while (digits < span.length && span.bytes[digits] >= '0' && span.bytes[digits] <= '9')
        digits++;
    return digits > 0 && digits == span.length;
}

/* Removes what other notations put around a value: quotes, a final semicolon or comma. */
static struct span unwrap(struct span value)
{
    for (;;) {
        struct span before = value = span_trim(value);
        char last = value.length > 0 ? value.bytes[value.length - 1] : '\0';
        if (last == ';' || last == ',')
            value.length--;
        else if (value.length > 1 && (last == '"' || last == '\'') && value.bytes[0] == last)
            value = (struct span){value.bytes + 1, value.length - 2};
        if (value.length == before.length)
            return value;
    }
}

struct span repair_line_name(struct arena *arena, struct span name)
{
    char right[HOSTNAME_MAX + 3];
    bool is_name = hostname_mx_fault(name.bytes, name.length) == HOSTNAME_FINE;
    if (is_name && name.length < sizeof(right)) {
        for (size_t i = 0; i < name.length; i++)
            right[i] = policy_lower(name.bytes[i]);
        right[name.length] = '\0';
    } else if (is_name || !hostname_suggest(right, name.bytes, name.length)) {
        return name;
    }
    size_t length = strlen(right);
    return (struct span){arena_copy(arena, right, length), length};
}

static bool find_mx(struct repair_line *line, struct arena *arena, struct span value)
{
    size_t numbers;
    line->right = repair_line_name(arena, value);
    if (line->right.bytes == NULL ||
        hostname_mx_fault(line->right.bytes, line->right.length) == HOSTNAME_FINE)
        return true;
    line->right = value;
    line->several = lint_meant_names(value.bytes, value.length, &numbers) > 0;
    return line->several;
}

/* Whether the value is, or clearly means, a right one; which is in line->right then. */
static bool find_right(struct repair_line *line, struct arena *arena, struct span value)
{
    const char *mode = lint_meant_mode(value.bytes, value.length);
    line->right = value;
    switch (line->key) {
    case REPAIR_LINE_VERSION:
        line->right = span_of("STSv1");
        return is_word(value, "STSv1");
    case REPAIR_LINE_MODE:
        line->right = span_of(mode != NULL ? mode : "");
        return mode != NULL;
    case REPAIR_LINE_MX:
        return find_mx(line, arena, value);
    case REPAIR_LINE_MAX_AGE:
        return is_digits(value);
    case REPAIR_LINE_NO_KEY:
        break;
    }
    return false;
}

static const char *mx_rule(struct span value)
{
    enum hostname_fault fault = hostname_mx_fault(value.bytes, value.length);
    size_t numbers;
    size_t names = lint_meant_names(value.bytes, value.length, &numbers);
    if (fault == HOSTNAME_FINE)
        return "mx-case";
    if (fault == HOSTNAME_U_LABEL)
        return "mx-u-label";
    if (fault == HOSTNAME_TRAILING_DOT)
        return "mx-trailing-dot";
    if (names > 1)
        return "mx-several";
    return names == 1 && numbers > 0 ? "mx-preference" : "mx-not-a-name";
}

/* The rule that the value breaks. */
static const char *value_rule(const struct repair_line *line)
{
    struct span value = line->value;
    if (memchr(value.bytes, '\t', value.length) != NULL)
        return "control-byte";
    switch (line->key) {
    case REPAIR_LINE_VERSION:
        return "version-unknown";
    case REPAIR_LINE_MODE:
        if (is_word(value, "report"))
            return "mode-report";
        return lint_meant_mode(value.bytes, value.length) != NULL ? "mode-translated"
                                                                  : "mode-unknown";
    case REPAIR_LINE_MX:
        return mx_rule(value);
    case REPAIR_LINE_MAX_AGE:
        return "max-age-not-a-number";
    case REPAIR_LINE_NO_KEY:
        break;
    }
    return NULL;
}

static void judge_value(struct repair_line *line, struct arena *arena)
{
    if (!find_right(line, arena, line->value) && !find_right(line, arena, unwrap(line->value)))
        line->right = line->value;
    if (line->right.bytes != NULL && (line->several || !span_same(line->right, line->value)))
        line->value_rule = value_rule(line);
}

static enum repair_line_key key_of(const char *name)
{
    static const char *const names[] = {"version", "mode", "mx", "max_age"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return (enum repair_line_key)i;
    return REPAIR_LINE_NO_KEY;
}

/* A translated key beside the real one is a line that no sender reads: it must not become one. */
static void read_key(struct repair_line *line, struct span text, size_t colon, struct span policy)
{
    line->key_text = span_trim((struct span){text.bytes, colon});
    line->name = lint_meant_key(line->key_text.bytes, line->key_text.length);
    if (line->name != NULL && !is_word(line->key_text, line->name) &&
        lint_has_key(policy.bytes, policy.length, line->name, false))
        line->name = NULL;
    line->key = line->name != NULL ? key_of(line->name) : REPAIR_LINE_NO_KEY;
}

/* What is not as it should be around the value: one blank in front, none behind. */
static const char *blanks_rule(struct span padded)
{
    struct span value = span_trim(padded);
    size_t front = (size_t)(value.bytes - padded.bytes);
    size_t behind = padded.length - front - value.length;
    if (value.length == 0)
        return NULL;
    if (memchr(padded.bytes, '\t', front) != NULL ||
        memchr(value.bytes + value.length, '\t', behind) != NULL)
        return "tab";
    if (front == 0)
        return "no-blank-behind-colon";
    return behind > 0 ? "trailing-blank" : NULL;
}

static void judge_field(struct repair_line *line, struct arena *arena, struct span text,
                        struct span policy)
{
    const char *mark = memchr(text.bytes, ':', text.length);
    size_t colon = (size_t)(mark - text.bytes);
    struct span padded = {text.bytes + colon + 1, text.length - colon - 1};
    line->value = span_trim(padded);
    read_key(line, text, colon, policy);
    if (line->name == NULL) {
        line->kind = REPAIR_LINE_UNKNOWN;
        line->cleaned = false;
        return;
    }
    line->kind = REPAIR_LINE_FIELD;
    line->spaced = line->key_text.length < colon;
    if (!is_word(line->key_text, line->name))
        line->key_rule = "key-translated";
    else if (!span_same(line->key_text, span_of(line->name)))
        line->key_rule = "key-case";
    line->blanks_rule = line->cleaned ? NULL : blanks_rule(padded);
    judge_value(line, arena);
    /* Beside the real key, lint has nothing else to say of the line. */
    if (line->key_rule != NULL && lint_has_key(policy.bytes, policy.length, line->name, true))
        line->blanks_rule = line->value_rule = NULL;
}

static bool begins_comment(struct span text)
{
    return text.length > 0 && memchr("#;/", text.bytes[0], 3) != NULL;
}

/* What lint makes of it: with a colon, it looks like a field to a sender. */
static const char *comment_rule(struct span text)
{
    const char *colon = memchr(text.bytes, ':', text.length);
    if (begins_comment(text) && colon == NULL)
        return "comment";
    struct span key = {text.bytes, colon != NULL ? (size_t)(colon - text.bytes) : 0};
    key = span_trim(key);
    if (memchr(key.bytes, '\t', key.length) != NULL)
        return "control-byte";
    return begins_comment(text) && is_ascii(key) ? "key-malformed" : "non-ascii";
}

int repair_line_read(struct repair_line *out, struct arena *arena, struct span raw,
                     struct span policy)
{
    struct span text;
    *out = (struct repair_line){.kind = REPAIR_LINE_STRANGE, .key = REPAIR_LINE_NO_KEY, .raw = raw};
    out->text = span_trim(raw);
    out->indented = out->text.length > 0 && out->text.bytes != raw.bytes;
    if (has_control_bytes(raw)) {
        const char *colon = memchr(raw.bytes, ':', raw.length);
        read_key(out, raw, colon != NULL ? (size_t)(colon - raw.bytes) : 0, policy);
        out->indented = false;
        out->text = raw;
        return 0;
    }
    out->cleaned = repair_text_clean(&text, arena, span_trim_front(raw));
    if (text.bytes == NULL)
        return -1;
    text = span_trim_front(text);

    const char *colon = text.length > 0 ? memchr(text.bytes, ':', text.length) : NULL;
    if (text.length == 0) {
        out->kind = REPAIR_LINE_BLANK;
        out->rule = out->cleaned ? "line-without-colon" : NULL;
    } else if (begins_comment(text)) {
        out->kind = REPAIR_LINE_COMMENT;
        out->rule = comment_rule(out->text);
    } else if (colon != NULL) {
        judge_field(out, arena, text, policy);
    }
    if (out->kind == REPAIR_LINE_STRANGE) {
        out->cleaned = false;
        out->indented = false;
        out->text = raw;
    }
    return out->kind == REPAIR_LINE_FIELD && out->right.bytes == NULL ? -1 : 0;
}

bool repair_line_differs(const struct repair_line *line)
{
    return line->cleaned || line->indented || line->spaced || line->key_rule != NULL ||
           line->blanks_rule != NULL || line->value_rule != NULL;
}

const char *repair_line_repeated_rule(const struct repair_line *line, bool cased)
{
    if (line->cleaned)
        return "non-ascii";
    if (line->key != REPAIR_LINE_MX && line->key_rule != NULL)
        return line->key_rule;
    if (line->key != REPAIR_LINE_MX)
        return cased ? "key-case" : "duplicate-field";
    bool is_twice = line->value_rule == NULL || strcmp(line->value_rule, "mx-case") == 0;
    return is_twice ? "mx-duplicate" : line->value_rule;
}
