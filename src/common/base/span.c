/* SPDX-License-Identifier: ISC */
/* span: counted bytes, borrowed, with any content: trimmed, compared, split. */
#include "common/base/span.h"

#include <string.h>
#include <strings.h>

bool span_is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

struct span span_trim_front(struct span span)
{
    while (span.length > 0 && span_is_blank(span.bytes[0]))
        span = (struct span){span.bytes + 1, span.length - 1};
    return span;
}

struct span span_trim_back(struct span span)
{
    while (span.length > 0 && span_is_blank(span.bytes[span.length - 1]))
        span.length--;
    return span;
}

struct span span_trim(struct span span)
{
    return span_trim_back(span_trim_front(span));
}

bool span_same(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

bool span_equal(struct span span, const char *text)
{
    return span.length == strlen(text) && span_begins(span, text);
}

bool span_equal_nocase(struct span span, const char *text)
{
    return span.length == strlen(text) && span_contains_nocase(span, text);
}

bool span_begins(struct span span, const char *prefix)
{
    size_t length = strlen(prefix);
    return length == 0 || (span.length >= length && memcmp(span.bytes, prefix, length) == 0);
}

bool span_contains_nocase(struct span span, const char *word)
{
    size_t length = strlen(word);
    for (size_t i = 0; i + length <= span.length; i++) {
        if (strncasecmp(span.bytes + i, word, length) == 0)
            return true;
    }
    return length == 0;
}

bool span_next(struct span *part, struct span *rest, char separator)
{
    *part = *rest;
    if (rest->bytes == NULL)
        return false;
    const char *end = rest->length > 0 ? memchr(rest->bytes, separator, rest->length) : NULL;
    if (end == NULL) {
        *rest = (struct span){0};
    } else {
        part->length = (size_t)(end - part->bytes);
        *rest = (struct span){end + 1, rest->length - part->length - 1};
    }
    *part = span_trim(*part);
    return true;
}
