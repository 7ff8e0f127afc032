/* SPDX-License-Identifier: ISC */
/* printable: makes bytes from outside safe to show, on a terminal or in JSON. */
#include "common/base/printable.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"

static bool is_fit(uint32_t point)
{
    if (point < 0x80)
        return point >= ' ' && point != 0x7f;
    if (point <= 0xa0 || (point >= 0x2000 && point <= 0x206f) || point == 0xfeff)
        return false;
    return point < 0xfff0 || (point > 0xffff && point < 0xe0000);
}

/* Most bytes are, so nothing more is asked of them. */
static bool is_plain(char byte)
{
    return byte >= ' ' && byte <= '~';
}

size_t printable_next(const char *bytes, size_t length, bool *fit)
{
    uint32_t point;
    if (is_plain(bytes[0])) {
        *fit = true;
        return 1;
    }
    size_t used = utf8_read(&point, bytes, length);
    *fit = used > 0 && is_fit(point);
    return used > 0 ? used : 1;
}

/* out may be the bytes themselves. Returns the length. */
static size_t copy(char *out, const char *bytes, size_t length)
{
    char *end = out;
    for (size_t at = 0; at < length;) {
        bool fit;
        if (is_plain(bytes[at])) {
            *end++ = bytes[at++];
            continue;
        }
        size_t used = printable_next(bytes + at, length - at, &fit);
        if (fit) {
            memmove(end, bytes + at, used);
            end += used;
        } else {
            *end++ = '?';
        }
        at += used;
    }
    return (size_t)(end - out);
}

void printable_copy(char *out, const char *bytes, size_t length)
{
    out[copy(out, bytes, length)] = '\0';
}

size_t printable_clean(char *text, size_t length)
{
    return copy(text, text, length);
}

static void __attribute__((format(printf, 2, 0)))
put(FILE *out, const char *format, va_list arguments, const char *end)
{
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    if (length < 0) {
        fprintf(out, "out of memory%s", end);
        return;
    }
    fwrite(text, 1, printable_clean(text, (size_t)length), out);
    fputs(end, out);
    free(text);
}

void printable_part(FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(out, format, arguments, "");
    va_end(arguments);
}

void printable_say(FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put(out, format, arguments, "\n");
    va_end(arguments);
}

char *printable_ascii(char *out, size_t size, const char *bytes, size_t length)
{
    static const char dots[] = "...";
    bool is_cut = length >= size;
    size_t shown = !is_cut ? length : size > sizeof(dots) ? size - sizeof(dots) : 0;
    for (size_t i = 0; i < shown; i++)
        out[i] = bytes[i] >= ' ' && bytes[i] <= '~' ? bytes[i] : '?';
    out[shown] = '\0';
    if (is_cut && size >= sizeof(dots))
        memcpy(out + shown, dots, sizeof(dots));
    return out;
}
