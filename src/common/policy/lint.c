/* SPDX-License-Identifier: ISC */
/* lint: the rules that a policy must meet, one table, each with the sender it protects. Daemon and
 * mta-stsctl judge by this table alone, so they cannot disagree. */
#include "common/policy/lint.h"

#include <stdio.h>
#include <string.h>

#include "common/base/span.h"
#include "common/policy/lint_judge.h"
#include "common/policy/lint_line.h"
#include "common/policy/lint_value.h"
#include "common/policy/lint_words.h"

enum line_end {
    LINE_END_NONE, /* the text ended */
    LINE_END_LF,
    LINE_END_CRLF,
    LINE_END_CR,
};

/* How far the scan of a policy file is. */
struct scan {
    struct lint_judge judge;
    struct lint_fields fields;
    struct span rest; /* what is not read yet */
    unsigned next_line;
    enum line_end end;      /* of the line read last */
    enum line_end last_end; /* of the one before; LINE_END_NONE in front of the first */
    enum line_end first_end;
    bool bare_cr_said, double_cr_said;
    bool mixed_said;
    bool order_said;
    const char *last_text; /* the last byte that is no blank and no line end, or NULL */
    unsigned after_end;    /* the first blank line behind it, or 0 */
    bool after_end_blanks; /* one of those holds blanks */
    bool any_line;
    enum lint_key latest_key; /* the furthest in the usual order */
};

/* Takes the next line from the rest. A lone CR ends a line too, as its writer meant it to, but is
 * not counted, as no editor does. */
static bool next_line(struct scan *scan, struct span *line)
{
    if (scan->rest.length == 0)
        return false;

    *line = (struct span){scan->rest.bytes, 0};
    while (line->length < scan->rest.length && line->bytes[line->length] != '\n' &&
           line->bytes[line->length] != '\r')
        line->length++;

    size_t used = line->length;
    scan->last_end = scan->end;
    if (used == scan->rest.length)
        scan->end = LINE_END_NONE;
    else if (line->bytes[used] == '\n')
        scan->end = LINE_END_LF;
    else if (used + 1 < scan->rest.length && line->bytes[used + 1] == '\n')
        scan->end = LINE_END_CRLF;
    else
        scan->end = LINE_END_CR;
    used += scan->end == LINE_END_CRLF ? 2 : scan->end != LINE_END_NONE;

    scan->rest.bytes += used;
    scan->rest.length -= used;
    scan->judge.line = scan->next_line;
    scan->next_line += scan->end == LINE_END_LF || scan->end == LINE_END_CRLF;
    return true;
}

static void judge_line_end(struct scan *scan)
{
    static const struct span nothing = {"", 0};

    bool is_double = scan->rest.length >= 2 && memcmp(scan->rest.bytes, "\r\n", 2) == 0;
    bool *said = is_double ? &scan->double_cr_said : &scan->bare_cr_said;
    if (scan->end == LINE_END_CR && !*said) {
        *said = true;
        lint_judge_break(&scan->judge, is_double ? LINT_RULE_BARE_CR_DOUBLE : LINT_RULE_BARE_CR,
                         nothing, NULL);
    }
    if (scan->end != LINE_END_LF && scan->end != LINE_END_CRLF)
        return;
    if (scan->first_end == LINE_END_NONE)
        scan->first_end = scan->end;
    if (scan->end != scan->first_end && !scan->mixed_said) {
        scan->mixed_said = true;
        lint_judge_break(&scan->judge, LINT_RULE_MIXED_LINE_ENDS, nothing, NULL);
    }
}

/* Whether the key is a second one of those that stand once. */
static bool judge_order(struct scan *scan, enum lint_key key, struct span name, struct span value,
                        bool is_first)
{
    if (key == LINT_KEY_OTHER)
        return false;
    if (key != LINT_KEY_MX && scan->fields.seen[key]) {
        lint_judge_break(&scan->judge,
                         lint_value_is_sound(key, value) ? LINT_RULE_DUPLICATE_FIELD
                                                         : LINT_RULE_DUPLICATE_FIELD_BAD,
                         name, NULL);
        return true;
    }
    scan->fields.seen[key] = true;

    if (key == LINT_KEY_VERSION && !is_first)
        lint_judge_break(&scan->judge, LINT_RULE_VERSION_NOT_FIRST, name, NULL);
    if (key != LINT_KEY_VERSION && key < scan->latest_key && !scan->order_said) {
        scan->order_said = true;
        lint_judge_break(&scan->judge, LINT_RULE_FIELD_ORDER, name, NULL);
    }
    if (key > scan->latest_key)
        scan->latest_key = key;
    return false;
}

static void judge_value(struct scan *scan, enum lint_key key, struct span value)
{
    if (key != LINT_KEY_MX && lint_line_non_ascii(&scan->judge, key, value))
        return;
    switch (key) {
    case LINT_KEY_VERSION:
        lint_value_version(&scan->judge, value);
        break;
    case LINT_KEY_MODE:
        lint_value_mode(&scan->judge, &scan->fields, value);
        break;
    case LINT_KEY_MX:
        lint_value_mx(&scan->judge, &scan->fields, value);
        break;
    case LINT_KEY_MAX_AGE:
        lint_value_max_age(&scan->judge, &scan->fields, value);
        break;
    case LINT_KEY_OTHER:
        if (memchr(value.bytes, ':', value.length) != NULL)
            lint_judge_break(&scan->judge, LINT_RULE_COLON_IN_VALUE, value, NULL);
        break;
    }
}

static enum lint_rule_number rule_of_missing_value(const struct scan *scan, enum lint_key key)
{
    switch (key) {
    case LINT_KEY_VERSION:
    case LINT_KEY_MODE:
        return LINT_RULE_VALUE_MISSING_FIELD;
    case LINT_KEY_MAX_AGE:
        return LINT_RULE_VALUE_MISSING_AGE;
    case LINT_KEY_MX:
        return scan->fields.mx_lines == 1 ? LINT_RULE_VALUE_MISSING_ONLY_MX
                                          : LINT_RULE_VALUE_MISSING;
    case LINT_KEY_OTHER:
        break;
    }
    return LINT_RULE_VALUE_MISSING;
}

static void judge_field(struct scan *scan, struct span line, size_t colon, bool is_first)
{
    struct span name = span_trim_back((struct span){line.bytes, colon});
    struct span padded = {line.bytes + colon + 1, line.length - colon - 1};
    struct span value = span_trim(padded);

    bool name_is_sound = !lint_line_control_bytes(&scan->judge, LINT_KEY_OTHER, name);
    if (name.length < colon && name.length > 0)
        lint_judge_break(&scan->judge, LINT_RULE_SPACE_BEFORE_COLON, name, NULL);
    enum lint_key key = LINT_KEY_OTHER;
    if (name_is_sound)
        key = lint_value_key(&scan->judge, &scan->fields, name);

    if (judge_order(scan, key, name, value, is_first))
        return;
    if (value.length > 0 && key != LINT_KEY_OTHER)
        lint_line_blanks(&scan->judge, name, padded);
    scan->judge.mx_index = key == LINT_KEY_MX ? scan->fields.mx_count++ : LINT_NO_MX;
    if (value.length == 0)
        lint_judge_break(&scan->judge, rule_of_missing_value(scan, key), name, NULL);
    else if (!lint_line_control_bytes(&scan->judge, key, value))
        judge_value(scan, key, value);
    scan->judge.mx_index = LINT_NO_MX;
}

/* Whether the line that follows is one that Stalwart needs: it reads no version. */
static bool is_needed_line_next(const struct scan *scan)
{
    struct span rest = scan->rest;
    struct span line;
    if (!lint_line_next(&line, &rest))
        return false;
    enum lint_key key = lint_line_key(line);
    return key != LINT_KEY_OTHER && key != LINT_KEY_VERSION &&
           span_begins(line, lint_words_key_name(key));
}

static void judge_line(struct scan *scan, struct span line, bool is_first)
{
    struct span text = span_trim(line);
    bool eats = is_needed_line_next(scan);
    if (span_is_blank(line.bytes[0]))
        lint_judge_break(&scan->judge, LINT_RULE_LEADING_BLANK, text, NULL);

    const char *colon = memchr(text.bytes, ':', text.length);
    if (colon != NULL) {
        struct span field = span_trim_front(line);
        judge_field(scan, field, (size_t)(colon - field.bytes), is_first);
        return;
    }
    if (text.bytes[0] == '#' || text.bytes[0] == ';' || text.bytes[0] == '/')
        lint_judge_break(&scan->judge, eats ? LINT_RULE_COMMENT_EATS : LINT_RULE_COMMENT, text,
                         NULL);
    else
        lint_judge_break(&scan->judge, eats ? LINT_RULE_NO_COLON_EATS : LINT_RULE_NO_COLON, text,
                         NULL);
    (void)lint_line_control_bytes(&scan->judge, LINT_KEY_OTHER, text);
}

/* An empty line that a lone CR makes is not reported on top of it. */
static void judge_blank_line(struct scan *scan, struct span line)
{
    if (scan->end == LINE_END_CR || scan->last_end == LINE_END_CR)
        return;
    if (scan->last_text != NULL && line.bytes < scan->last_text) {
        lint_judge_break(&scan->judge,
                         line.length > 0 ? LINT_RULE_BLANK_LINE_BLANKS : LINT_RULE_BLANK_LINE,
                         (struct span){"", 0}, NULL);
        return;
    }
    scan->after_end_blanks = scan->after_end_blanks || line.length > 0;
    if (scan->after_end == 0)
        scan->after_end = scan->judge.line;
}

/* Which of the keys are there at all, before any line is judged. */
static void find_real_keys(struct lint_fields *fields, struct span rest)
{
    struct span line;
    while (lint_line_next(&line, &rest)) {
        enum lint_key key = lint_line_key(line);
        if (key == LINT_KEY_OTHER)
            continue;
        fields->real[key] = true;
        fields->exact[key] = fields->exact[key] || lint_line_is_exact(line, key);
        fields->mx_lines += key == LINT_KEY_MX;
    }
}

static void scan_lines(struct scan *scan)
{
    struct span line;
    while (next_line(scan, &line)) {
        judge_line_end(scan);
        if (span_trim_front(line).length == 0) {
            judge_blank_line(scan, line);
            continue;
        }
        judge_line(scan, line, !scan->any_line);
        scan->any_line = true;
    }
}

static void judge_text_end(struct scan *scan)
{
    static const struct span nothing = {"", 0};

    if (!scan->any_line) {
        lint_judge_break(&scan->judge, LINT_RULE_EMPTY, nothing, NULL);
        return;
    }
    if (scan->after_end > 0) {
        scan->judge.line = scan->after_end;
        lint_judge_break(&scan->judge,
                         scan->after_end_blanks ? LINT_RULE_AFTER_END_BLANKS : LINT_RULE_AFTER_END,
                         nothing, NULL);
    } else if (scan->end == LINE_END_NONE) {
        lint_judge_break(&scan->judge, LINT_RULE_NO_FINAL_NEWLINE, nothing, NULL);
    }
    scan->judge.line = 0;
    if (scan->first_end == LINE_END_LF && !scan->mixed_said)
        lint_judge_break(&scan->judge, LINT_RULE_LF_ONLY, nothing, NULL);
}

static const char *find_last_text(const char *bytes, size_t length)
{
    while (length > 0 && (span_is_blank(bytes[length - 1]) || bytes[length - 1] == '\r' ||
                          bytes[length - 1] == '\n'))
        length--;
    return length > 0 ? bytes + length - 1 : NULL;
}

static bool has_prefix(const char *bytes, size_t length, const char *prefix)
{
    return length >= strlen(prefix) && memcmp(bytes, prefix, strlen(prefix)) == 0;
}

/* A SEQUENCE whose length takes two bytes or is not given, as in any certificate. */
static bool is_der(const char *bytes, size_t length)
{
    return has_prefix(bytes, length, "\x30\x82") || has_prefix(bytes, length, "\x30\x80");
}

bool lint_is_pem(const char *bytes, size_t length)
{
    static const char begin[] = "-----BEGIN ";
    return memmem(bytes, length, begin, strlen(begin)) != NULL;
}

bool lint_policy_text(const char *bytes, size_t length, lint_report *report, void *context)
{
    return lint_policy_text_of(NULL, bytes, length, report, context);
}

bool lint_policy_text_of(const char *domain, const char *bytes, size_t length, lint_report *report,
                         void *context)
{
    static const struct span nothing = {"", 0};
    struct span mx[LINT_MX_COMPARED];
    struct scan scan = {
        .fields = {.mx = mx},
        .judge = {.report = report,
                  .context = context,
                  .domain = domain,
                  .line = 1,
                  .mx_index = LINT_NO_MX},
        .rest = {bytes, length},
        .next_line = 1,
        .last_text = find_last_text(bytes, length),
    };

    if (lint_is_pem(bytes, length)) {
        scan.judge.line = 0;
        lint_judge_break(&scan.judge, LINT_RULE_PEM, nothing, NULL);
        return false;
    }
    if (is_der(bytes, length)) {
        scan.judge.line = 0;
        lint_judge_break(&scan.judge, LINT_RULE_DER, nothing, NULL);
        return false;
    }
    if (has_prefix(bytes, length, "\xff\xfe") || has_prefix(bytes, length, "\xfe\xff")) {
        lint_judge_break(&scan.judge, LINT_RULE_UTF_16, nothing, NULL);
        return false;
    }
    if (lint_line_has_literal_ends((struct span){bytes, length})) {
        lint_judge_break(&scan.judge, LINT_RULE_LINE_END_LITERAL, nothing, NULL);
        return false;
    }
    if (has_prefix(bytes, length, "\xef\xbb\xbf")) {
        lint_judge_break(&scan.judge, LINT_RULE_BOM, nothing, NULL);
        scan.rest = (struct span){bytes + 3, length - 3};
    }

    find_real_keys(&scan.fields, scan.rest);
    scan_lines(&scan);
    judge_text_end(&scan);
    if (scan.any_line)
        lint_value_whole(&scan.judge, &scan.fields, length, (size_t)(scan.last_text + 1 - bytes));
    return !scan.judge.refused;
}

bool lint_policy_size(size_t length, lint_report *report, void *context)
{
    struct lint_judge judge = {.report = report, .context = context, .mx_index = LINT_NO_MX};
    lint_value_size(&judge, length, length);
    return !judge.refused;
}

bool lint_policy(const struct policy *policy, lint_report *report, void *context)
{
    char number[16];
    struct span mx[LINT_MX_COMPARED];
    struct lint_judge judge = {
        .report = report, .context = context, .is_rendered = true, .mx_index = LINT_NO_MX};
    struct lint_fields fields = {
        .seen = {true, true, policy->mx_count > 0, true},
        .mode_known = true,
        .mode = policy->mode,
        .mx = mx,
    };

    for (size_t i = 0; i < policy->mx_count; i++) {
        struct span pattern = {policy->mx[i], strlen(policy->mx[i])};
        judge.mx_index = i;
        if (pattern.length == 0)
            lint_judge_break(&judge,
                             policy->mx_count == 1 ? LINT_RULE_VALUE_MISSING_ONLY_MX
                                                   : LINT_RULE_VALUE_MISSING,
                             (struct span){"mx", 2}, NULL);
        else
            lint_value_mx(&judge, &fields, pattern);
    }
    judge.mx_index = LINT_NO_MX;

    int digits = snprintf(number, sizeof(number), "%lu", (unsigned long)policy->max_age);
    lint_value_max_age(&judge, &fields, (struct span){number, (size_t)digits});
    size_t length = policy_rendered_length(policy);
    lint_value_whole(&judge, &fields, length, length - strlen("\r\n"));
    return !judge.refused;
}
