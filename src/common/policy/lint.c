/* SPDX-License-Identifier: ISC */
/* lint: the rules that a policy must meet, one table, each with the sender it protects. Daemon and
 * companion judge by this table alone, so they cannot disagree. */
#include "common/policy/lint.h"

#include <stdio.h>
#include <string.h>

#include "common/base/span.h"
#include "common/policy/lint_judge.h"
#include "common/policy/lint_value.h"

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
    bool bare_cr_said;
    bool mixed_said;
    bool order_said;
    const char *last_text; /* the last byte that is no blank and no line end, or NULL */
    unsigned after_end;    /* the first blank line behind it, or 0 */
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

    if (scan->end == LINE_END_CR && !scan->bare_cr_said) {
        scan->bare_cr_said = true;
        lint_judge_break(&scan->judge, LINT_RULE_BARE_CR, nothing, NULL);
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

/* Reports bytes that no value may hold, each kind once a line. */
static bool has_control_bytes(struct lint_judge *judge, struct span line)
{
    bool nul = false;
    bool control = false;
    for (size_t i = 0; i < line.length; i++) {
        unsigned char byte = (unsigned char)line.bytes[i];
        nul = nul || byte == 0;
        control = control || (byte > 0 && byte < ' ') || byte == 0x7f;
    }
    if (nul)
        lint_judge_break(judge, LINT_RULE_NUL_BYTE, line, NULL);
    if (control)
        lint_judge_break(judge, LINT_RULE_CONTROL_BYTE, line, NULL);
    return nul || control;
}

static bool has_non_ascii(struct lint_judge *judge, struct span value)
{
    for (size_t i = 0; i < value.length; i++) {
        if ((unsigned char)value.bytes[i] < 0x80)
            continue;
        lint_judge_break(judge, LINT_RULE_NON_ASCII, value, NULL);
        return true;
    }
    return false;
}

/* Whether the key is a second one of those that stand once. */
static bool judge_order(struct scan *scan, enum lint_key key, struct span name, bool is_first)
{
    if (key == LINT_KEY_OTHER)
        return false;
    if (key != LINT_KEY_MX && scan->fields.seen[key]) {
        lint_judge_break(&scan->judge, LINT_RULE_DUPLICATE_FIELD, name, NULL);
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
    if (key != LINT_KEY_MX && has_non_ascii(&scan->judge, value))
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

static void judge_field(struct scan *scan, struct span line, size_t colon, bool is_first)
{
    struct span name = span_trim_back((struct span){line.bytes, colon});
    struct span value = {line.bytes + colon + 1, line.length - colon - 1};
    value = span_trim(value);

    bool name_is_sound = !has_control_bytes(&scan->judge, name);
    if (name.length < colon && name.length > 0)
        lint_judge_break(&scan->judge, LINT_RULE_SPACE_BEFORE_COLON, name, NULL);
    enum lint_key key = LINT_KEY_OTHER;
    if (name_is_sound)
        key = lint_value_key(&scan->judge, name);

    if (judge_order(scan, key, name, is_first))
        return;
    scan->judge.mx_index = key == LINT_KEY_MX ? scan->fields.mx_count++ : LINT_NO_MX;
    if (value.length == 0)
        lint_judge_break(&scan->judge, LINT_RULE_VALUE_MISSING, name, NULL);
    else if (!has_control_bytes(&scan->judge, value))
        judge_value(scan, key, value);
    scan->judge.mx_index = LINT_NO_MX;
}

static void judge_line(struct scan *scan, struct span line, bool is_first)
{
    struct span text = span_trim(line);
    if (span_is_blank(line.bytes[0]))
        lint_judge_break(&scan->judge, LINT_RULE_LEADING_BLANK, text, NULL);

    const char *colon = memchr(text.bytes, ':', text.length);
    if (colon != NULL) {
        judge_field(scan, text, (size_t)(colon - text.bytes), is_first);
        return;
    }
    if (text.bytes[0] == '#' || text.bytes[0] == ';' || text.bytes[0] == '/')
        lint_judge_break(&scan->judge, LINT_RULE_COMMENT, text, NULL);
    else
        lint_judge_break(&scan->judge, LINT_RULE_NO_COLON, text, NULL);
    (void)has_control_bytes(&scan->judge, text);
}

/* An empty line that a lone CR makes is not reported on top of it. */
static void judge_blank_line(struct scan *scan, struct span line)
{
    if (scan->end == LINE_END_CR || scan->last_end == LINE_END_CR)
        return;
    if (scan->last_text != NULL && line.bytes < scan->last_text)
        lint_judge_break(&scan->judge, LINT_RULE_BLANK_LINE, (struct span){"", 0}, NULL);
    else if (scan->after_end == 0)
        scan->after_end = scan->judge.line;
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
        lint_judge_break(&scan->judge, LINT_RULE_AFTER_END, nothing, NULL);
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
    if (has_prefix(bytes, length, "\xff\xfe") || has_prefix(bytes, length, "\xfe\xff")) {
        lint_judge_break(&scan.judge, LINT_RULE_UTF_16, nothing, NULL);
        return false;
    }
    if (has_prefix(bytes, length, "\xef\xbb\xbf")) {
        lint_judge_break(&scan.judge, LINT_RULE_BOM, nothing, NULL);
        scan.rest = (struct span){bytes + 3, length - 3};
    }

    scan_lines(&scan);
    judge_text_end(&scan);
    if (scan.any_line)
        lint_value_whole(&scan.judge, &scan.fields, length);
    return !scan.judge.refused;
}

bool lint_policy_size(size_t length, lint_report *report, void *context)
{
    struct lint_judge judge = {.report = report, .context = context, .mx_index = LINT_NO_MX};
    lint_value_size(&judge, length);
    return !judge.refused;
}

bool lint_policy(const struct policy *policy, lint_report *report, void *context)
{
    char number[16];
    struct span mx[LINT_MX_COMPARED];
    struct lint_judge judge = {.report = report, .context = context, .mx_index = LINT_NO_MX};
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
            lint_judge_break(&judge, LINT_RULE_VALUE_MISSING, (struct span){"mx", 2}, NULL);
        else
            lint_value_mx(&judge, &fields, pattern);
    }
    judge.mx_index = LINT_NO_MX;

    int digits = snprintf(number, sizeof(number), "%lu", (unsigned long)policy->max_age);
    lint_value_max_age(&judge, &fields, (struct span){number, (size_t)digits});
    lint_value_whole(&judge, &fields, policy_rendered_length(policy));
    return !judge.refused;
}
