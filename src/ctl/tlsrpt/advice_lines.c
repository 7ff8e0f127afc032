/* SPDX-License-Identifier: ISC */
/* advice_lines: adds sentences to an advice. */
#include "ctl/tlsrpt/advice_lines.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 1500

int advice_say(struct advice *advice, struct error *why, const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (advice->line_count == ADVICE_LINES_MAX)
        return 0;
    const char *line = arena_copy(&advice->arena, text, strlen(text));
    if (line == NULL)
        return error_set(why, "out of memory");
    advice->lines[advice->line_count++] = line;
    return 0;
}

const char *advice_plural(int64_t number)
{
    return number == 1 ? "" : "s";
}
