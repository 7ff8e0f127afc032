/* SPDX-License-Identifier: ISC */
/* lint_line: judges the bytes of one line of a policy file: control bytes, bytes that are not
 * ASCII, blanks around a value. Only lint's own modules include this. */
#include "common/policy/lint_line.h"

#include <string.h>

#include "common/base/utf8.h"
#include "common/policy/lint_words.h"

bool lint_line_control_bytes(struct lint_judge *judge, enum lint_key key, struct span line)
{
    bool nul = false;
    bool control = false;
    for (size_t i = 0; i < line.length; i++) {
        unsigned char byte = (unsigned char)line.bytes[i];
        nul = nul || byte == 0;
        control = control || (byte > 0 && byte < ' ') || byte == 0x7f;
    }
    if (nul)
        lint_judge_break(judge,
                         key == LINT_KEY_OTHER ? LINT_RULE_NUL_BYTE
                         : key == LINT_KEY_MX  ? LINT_RULE_NUL_BYTE_MX
                                               : LINT_RULE_NUL_BYTE_FIELD,
                         line, NULL);
    if (control)
        lint_judge_break(judge,
                         key == LINT_KEY_OTHER ? LINT_RULE_CONTROL_BYTE
                         : key == LINT_KEY_MX  ? LINT_RULE_CONTROL_BYTE_MX
                                               : LINT_RULE_CONTROL_BYTE_FIELD,
                         line, NULL);
    return nul || control;
}

/* Without the no-break spaces at its end and in front, which many programs take for blanks. */
static struct span trim_wide_blanks(struct span value)
{
    static const char wide[] = "\xc2\xa0";
    struct span before;
    do {
        before = value = span_trim(value);
        if (value.length >= 2 && memcmp(value.bytes, wide, 2) == 0)
            value = (struct span){value.bytes + 2, value.length - 2};
        if (value.length >= 2 && memcmp(value.bytes + value.length - 2, wide, 2) == 0)
            value.length -= 2;
    } while (value.length < before.length);
    return value;
}

bool lint_line_non_ascii(struct lint_judge *judge, enum lint_key key, struct span value)
{
    bool is_ascii = true;
    bool is_text = true;
    uint32_t point;
    for (size_t at = 0, used; at < value.length; at += used) {
        used = utf8_read(&point, value.bytes + at, value.length - at);
        is_text = is_text && used > 0;
        used += used == 0;
        is_ascii = is_ascii && (unsigned char)value.bytes[at] < 0x80;
    }
    if (is_ascii)
        return false;
    enum lint_rule_number rule = is_text ? LINT_RULE_NON_ASCII_TEXT : LINT_RULE_NON_ASCII_BYTES;
    if (key != LINT_KEY_OTHER)
        rule = lint_value_is_sound(key, trim_wide_blanks(value)) ? LINT_RULE_NON_ASCII_BLANK
                                                                 : LINT_RULE_NON_ASCII;
    lint_judge_break(judge, rule, value, NULL);
    return true;
}

void lint_line_blanks(struct lint_judge *judge, struct span name, struct span padded)
{
    struct span value = span_trim(padded);
    size_t front = (size_t)(value.bytes - padded.bytes);
    size_t behind = padded.length - front - value.length;
    const char *end = value.bytes + value.length;
    if (memchr(padded.bytes, '\t', front) != NULL || memchr(end, '\t', behind) != NULL)
        lint_judge_break(judge,
                         span_equal(name, "version") ? LINT_RULE_TAB_VERSION
                         : span_equal(name, "mode")  ? LINT_RULE_TAB_MODE
                         : span_equal(name, "mx")    ? LINT_RULE_TAB_MX
                                                     : LINT_RULE_TAB,
                         name, NULL);
    if (front == 0)
        lint_judge_break(judge, LINT_RULE_NO_BLANK, name, NULL);
    if (behind > 0)
        lint_judge_break(judge, LINT_RULE_TRAILING_BLANK, name, NULL);
}

enum lint_key lint_line_key(struct span line)
{
    const char *colon = line.length > 0 ? memchr(line.bytes, ':', line.length) : NULL;
    struct span key = {line.bytes, colon != NULL ? (size_t)(colon - line.bytes) : 0};
    key = span_trim(key);
    for (int i = LINT_KEY_VERSION; i < LINT_KEY_OTHER; i++)
        if (lint_words_alike(key, span_of(lint_words_key_name((enum lint_key)i))))
            return (enum lint_key)i;
    return LINT_KEY_OTHER;
}

bool lint_line_next(struct span *line, struct span *rest)
{
    if (rest->length == 0)
        return false;
    *line = (struct span){rest->bytes, 0};
    while (line->length < rest->length && line->bytes[line->length] != '\n' &&
           line->bytes[line->length] != '\r')
        line->length++;
    size_t used = line->length + (line->length < rest->length);
    rest->bytes += used;
    rest->length -= used;
    return true;
}

bool lint_line_is_exact(struct span line, enum lint_key key)
{
    size_t length = strlen(lint_words_key_name(key));
    return span_begins(line, lint_words_key_name(key)) && line.length > length &&
           line.bytes[length] == ':';
}

bool lint_has_key(const char *bytes, size_t length, const char *key, bool exact)
{
    struct span rest = {bytes, length};
    struct span line;
    while (lint_line_next(&line, &rest)) {
        enum lint_key found = lint_line_key(line);
        if (found != LINT_KEY_OTHER && strcmp(lint_words_key_name(found), key) == 0 &&
            (!exact || lint_line_is_exact(line, found)))
            return true;
    }
    return false;
}

bool lint_line_has_literal_ends(struct span text)
{
    struct span line;
    if (!lint_line_next(&line, &text))
        return false;
    for (size_t i = 0; i < text.length; i++)
        if (!span_is_blank(text.bytes[i]) && text.bytes[i] != '\r' && text.bytes[i] != '\n')
            return false;
    for (size_t i = 1; i + 1 < line.length; i++) {
        struct span next = {line.bytes + i + 1, line.length - i - 1};
        if (line.bytes[i - 1] == '\\' && line.bytes[i] == 'n' &&
            lint_line_key(next) != LINT_KEY_OTHER)
            return true;
    }
    return false;
}
