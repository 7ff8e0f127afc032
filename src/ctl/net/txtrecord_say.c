/* SPDX-License-Identifier: ISC */
/* txtrecord_say: words findings about a TXT record, and takes its fields apart. Only txtrecord's
 * own rooms include this. */
#include "ctl/net/txtrecord_say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_LENGTH 32 /* characters of an extension's name */

void txtrecord_say(struct txtrecord_judge *judge, const char *row, enum txtrecord_severity severity,
                   const char *advice, const char *format, ...)
{
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    judge->failed = judge->failed || severity == TXTRECORD_ERROR;
    const struct txtrecord_finding finding = {row, severity, sentence, advice};
    judge->report(judge->context, &finding);
}

const char *txtrecord_show(char out[TXTRECORD_SHOWN], struct txtrecord_text text)
{
    static const char dots[] = "...";
    size_t room = TXTRECORD_SHOWN - 1;
    size_t shown = text.length > room ? room - strlen(dots) : text.length;
    for (size_t i = 0; i < shown; i++)
        out[i] = text.bytes[i] >= ' ' && text.bytes[i] <= '~' ? text.bytes[i] : '?';
    out[shown] = '\0';
    if (shown < text.length)
        memcpy(out + shown, dots, sizeof(dots));
    return out;
}

bool txtrecord_begins(struct txtrecord_text text, const char *prefix)
{
    size_t length = strlen(prefix);
    return text.length >= length && memcmp(text.bytes, prefix, length) == 0;
}

bool txtrecord_is(struct txtrecord_text text, const char *word)
{
    return text.length == strlen(word) && txtrecord_begins(text, word);
}

bool txtrecord_is_in_any_case(struct txtrecord_text text, const char *word)
{
    return text.length == strlen(word) && txtrecord_has_in_any_case(text, word);
}

bool txtrecord_has_in_any_case(struct txtrecord_text text, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= text.length; i++) {
        if (strncasecmp(text.bytes + i, word, length) == 0)
            return true;
    }
    return false;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct txtrecord_text txtrecord_trim(struct txtrecord_text text)
{
    while (text.length > 0 && is_blank(text.bytes[0])) {
        text.bytes++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.bytes[text.length - 1]))
        text.length--;
    return text;
}

bool txtrecord_next(struct txtrecord_text *part, struct txtrecord_text *rest, char separator)
{
    *part = *rest;
    if (rest->bytes == NULL)
        return false;
    const char *end = rest->length > 0 ? memchr(rest->bytes, separator, rest->length) : NULL;
    if (end == NULL) {
        *rest = (struct txtrecord_text){NULL, 0};
    } else {
        part->length = (size_t)(end - part->bytes);
        *rest = (struct txtrecord_text){end + 1, rest->length - part->length - 1};
    }
    *part = txtrecord_trim(*part);
    return true;
}

static bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}

bool txtrecord_is_id(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is_letter_or_digit(bytes[i]))
            return false;
    }
    return length > 0 && length <= TXTRECORD_ID_MAX;
}

static bool is_name(struct txtrecord_text name)
{
    for (size_t i = 0; i < name.length; i++) {
        bool inner = i > 0 && name.bytes[i] != '\0' && strchr("_-.", name.bytes[i]) != NULL;
        if (!inner && !is_letter_or_digit(name.bytes[i]))
            return false;
    }
    return name.length > 0 && name.length <= NAME_MAX_LENGTH;
}

/* Printable ASCII without blank, `=` and `;`. */
static bool is_value(struct txtrecord_text value)
{
    for (size_t i = 0; i < value.length; i++) {
        char byte = value.bytes[i];
        if (byte <= ' ' || byte > '~' || byte == '=' || byte == ';')
            return false;
    }
    return value.length > 0;
}

bool txtrecord_split(struct txtrecord_text *name, struct txtrecord_text *value,
                     struct txtrecord_text field)
{
    const char *equals = field.length > 0 ? memchr(field.bytes, '=', field.length) : NULL;
    *name = field;
    *value = (struct txtrecord_text){0};
    if (equals == NULL)
        return false;
    name->length = (size_t)(equals - field.bytes);
    *value = (struct txtrecord_text){equals + 1, field.length - name->length - 1};
    if (txtrecord_is(*name, "id") || txtrecord_is(*name, "rua"))
        return true;
    return is_name(*name) && is_value(*value);
}
