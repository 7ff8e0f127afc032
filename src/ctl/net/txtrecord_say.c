/* SPDX-License-Identifier: ISC */
/* txtrecord_say: reports findings about a TXT record, and splits its fields. Private to txtrecord.
 */
#include "ctl/net/txtrecord_say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/printable.h"
#include "common/base/span.h"

#define NAME_MAX_LENGTH 32 /* characters of an extension's name */

void txtrecord_say(struct txtrecord_judge *judge, const char *row, enum severity severity,
                   const char *advice, const char *format, ...)
{
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    judge->failed = judge->failed || severity == SEVERITY_ERROR;
    const struct finding finding = {
        .severity = severity,
        .rule = row,
        .problem = sentence,
        .sender = severity == SEVERITY_ERROR || judge->names_all ? judge->whom : NULL,
        .advice = advice};
    judge->report(judge->context, &finding);
}

const char *txtrecord_show(char out[TXTRECORD_SHOWN], struct span text)
{
    return printable_ascii(out, TXTRECORD_SHOWN, text.bytes, text.length);
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

static bool is_name(struct span name)
{
    for (size_t i = 0; i < name.length; i++) {
        bool inner = i > 0 && name.bytes[i] != '\0' && strchr("_-.", name.bytes[i]) != NULL;
        if (!inner && !is_letter_or_digit(name.bytes[i]))
            return false;
    }
    return name.length > 0 && name.length <= NAME_MAX_LENGTH;
}

/* Printable ASCII without blank, `=` and `;`. */
static bool is_value(struct span value)
{
    for (size_t i = 0; i < value.length; i++) {
        char byte = value.bytes[i];
        if (byte <= ' ' || byte > '~' || byte == '=' || byte == ';')
            return false;
    }
    return value.length > 0;
}

bool txtrecord_split(struct span *name, struct span *value, struct span field)
{
    const char *equals = field.length > 0 ? memchr(field.bytes, '=', field.length) : NULL;
    *name = field;
    *value = (struct span){0};
    if (equals == NULL)
        return false;
    name->length = (size_t)(equals - field.bytes);
    *value = (struct span){equals + 1, field.length - name->length - 1};
    if (span_equal(*name, "id") || span_equal(*name, "rua"))
        return true;
    return is_name(*name) && is_value(*value);
}
