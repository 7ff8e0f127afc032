/* SPDX-License-Identifier: ISC */
/* html_out: writes HTML: markup of ours, and in it texts from outside, escaped. */
#include "ctl/tlsrpt/html_out.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/base/printable.h"
#include "ctl/tlsrpt/report_text.h"

#define DIGITS_MAX 24

void html_text(FILE *out, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        bool fit;
        size_t length = printable_next(text, left, &fit);
        if (!fit)
            putc('?', out);
        else if (length == 1 && strchr("&<>\"'`=", *text) != NULL)
            fprintf(out, "&#%d;", *text);
        else
            fwrite(text, 1, length, out);
        text += length;
        left -= length;
    }
}

static void put_number(FILE *out, int64_t number)
{
    char digits[DIGITS_MAX];
    size_t length = (size_t)snprintf(digits, sizeof(digits), "%" PRId64, number);
    for (size_t i = 0; i < length; i++) {
        bool begins_three = i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-';
        if (begins_three)
            putc(',', out);
        putc(digits[i], out);
    }
}

/* The next value, of type int, long or long long. */
static int64_t take_number(va_list *values, size_t longs)
{
    if (longs == 0)
        return va_arg(*values, int);
    return longs == 1 ? va_arg(*values, long) : va_arg(*values, long long);
}

/* What stands behind a percent sign; returns what stands behind that. */
static const char *put_value(FILE *out, const char *at, va_list *values)
{
    size_t longs = strspn(at, "l");
    bool is_size = at[longs] == 'z';
    const char *kind = at + longs + is_size;
    if (*kind == 's')
        html_text(out, va_arg(*values, const char *));
    else if (*kind == 'd')
        put_number(out, take_number(values, longs));
    else if (*kind == 'u' && is_size)
        fprintf(out, "%zu", va_arg(*values, size_t));
    else if (*kind == 'u')
        fprintf(out, "%u", va_arg(*values, unsigned));
    else
        putc(*kind, out);
    assert(strchr("sdu%", *kind) != NULL);
    return kind + 1;
}

void html_put(FILE *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        fwrite(format, 1, plain, out);
        format += plain;
        if (*format == '%')
            format = put_value(out, format + 1, &values);
    }
    va_end(values);
}

void html_days(FILE *out, int first, int last)
{
    char text[16];
    html_put(out, "<time>%s</time>", report_day_text(first, text));
    if (last != first)
        html_put(out, " to <time>%s</time>", report_day_text(last, text));
}
