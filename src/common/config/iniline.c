/* SPDX-License-Identifier: ISC */
/* iniline: what one line of an ini file is, or the sentence that says why it is none. */
#include "common/config/iniline.h"

#include <string.h>

#include "common/base/span.h"

static const char over_long[] =
    "the line is over 1,024 bytes long; write a shorter one, or several where the key may repeat";
static const char nul_byte[] = "the line holds a NUL byte; save the file as plain text (UTF-8)";
static const char bare_return[] =
    "there is a carriage return within the line; end each line with LF or CRLF";
static const char control_byte[] = "the line holds a control character; write it without";
static const char indented[] =
    "the line begins with a blank, as a continuation would; begin it in the first column";
static const char unclosed[] = "the section's `]` is missing; write `[name]`";
static const char after_bracket[] =
    "text after `]`; write it on a separate line, or as a comment that starts with ` ;`";
static const char colon[] = "`:` where `=` belongs; write `key = value`";
static const char no_equals[] =
    "no `=` in the line; write `key = value`, or `[name]` for a section";
static const char no_key[] = "no key before `=`; write `key = value`";
static const char no_value[] =
    "no value after `=`; write one, or leave the line out for the built-in value";
static const char semicolon[] =
    "the value begins with `;`; comments after a value start with ` ;`, "
    "a blank before the semicolon";
static const char hash[] =
    "` #` in a value; comments after a value start with ` ;`, those on a line of their own with "
    "`;` or `#`";
static const char quotes[] = "quotes around a value; write it without";

const char iniline_mark_sentence[] =
    "the file begins with a byte order mark (BOM); save it as UTF-8 without one";

static struct span slice_of(const char *bytes, size_t length)
{
    return (struct span){.bytes = bytes, .length = length};
}

/* Up to the first c that has a blank before it, as inih ends a value at ` ;`. */
static struct span until_blank_and(struct span text, char c)
{
    for (size_t i = 1; i < text.length; i++) {
        if (text.bytes[i] == c && span_is_blank(text.bytes[i - 1]))
            return slice_of(text.bytes, i);
    }
    return text;
}

size_t iniline_mark_length(const char *bytes, size_t length)
{
    return length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

const char *iniline_refuse_quotes(struct span value)
{
    char last = value.length > 0 ? value.bytes[value.length - 1] : '\0';
    if (value.length == 0)
        return NULL;
    if (value.bytes[0] == '\'' || last == '\'')
        return quotes;
    return memchr(value.bytes, '"', value.length) != NULL ? quotes : NULL;
}

const char *iniline_refuse_bytes(const char *bytes, size_t length)
{
    if (length > INILINE_MAX)
        return over_long;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if ((c >= ' ' && c != 0x7f) || c == '\t')
            continue;
        if (memchr(bytes, '\0', length) != NULL)
            return nul_byte;
        return memchr(bytes, '\r', length) != NULL ? bare_return : control_byte;
    }
    return NULL;
}

static struct iniline broken(const char *sentence)
{
    return (struct iniline){.kind = INILINE_BROKEN, .broken = sentence};
}

/* text begins with [. The first fault found is the one that is said. */
static struct iniline judge_header(struct span text, const char *fault)
{
    struct span title = slice_of(text.bytes + 1, text.length - 1);
    const char *bracket = memchr(title.bytes, ']', title.length);
    if (bracket == NULL) {
        fault = fault != NULL ? fault : unclosed;
        title = span_trim(until_blank_and(title, ';'));
    } else {
        size_t length = (size_t)(bracket - title.bytes);
        struct span behind = slice_of(bracket + 1, title.length - length - 1);
        if (fault == NULL && span_trim(until_blank_and(behind, ';')).length > 0)
            fault = after_bracket;
        title.length = length;
    }
    return (struct iniline){.kind = INILINE_HEADER, .title = title, .broken = fault};
}

static size_t find_separator(struct span text)
{
    size_t i = 0;
    while (i < text.length && text.bytes[i] != '=' && text.bytes[i] != ':')
        i++;
    return i;
}

static struct iniline judge_pair(struct span text)
{
    text = until_blank_and(text, ';');
    size_t at = find_separator(text);
    if (at == text.length)
        return broken(no_equals);
    if (text.bytes[at] == ':')
        return broken(colon);

    struct span key = span_trim(slice_of(text.bytes, at));
    struct span raw = slice_of(text.bytes + at + 1, text.length - at - 1);
    struct span value = span_trim(raw);
    if (key.length == 0)
        return broken(no_key);
    if (value.length > 0 && value.bytes[0] == ';')
        return broken(semicolon);
    if (value.length == 0)
        return broken(no_value);
    if (value.bytes[0] == '#' || until_blank_and(raw, '#').length < raw.length)
        return broken(hash);
    if (iniline_refuse_quotes(value) != NULL)
        return broken(quotes);
    return (struct iniline){.kind = INILINE_PAIR, .key = key, .value = value};
}

struct iniline iniline_judge(const char *bytes, size_t length)
{
    struct span text = span_trim(slice_of(bytes, length));
    const char *fault = iniline_refuse_bytes(bytes, length);
    bool starts_blank = length > 0 && span_is_blank(bytes[0]);

    if (text.length > 0 && text.bytes[0] == '[')
        return judge_header(text, fault == NULL && starts_blank ? indented : fault);
    if (fault != NULL)
        return broken(fault);
    if (text.length == 0 || text.bytes[0] == ';' || text.bytes[0] == '#')
        return (struct iniline){.kind = INILINE_NOTHING};
    if (starts_blank)
        return broken(indented);
    return judge_pair(text);
}
