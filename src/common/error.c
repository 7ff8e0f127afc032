/* SPDX-License-Identifier: ISC */
/* error: one refusal, as a sentence that only the edge of the program prints. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *why, const char *format, ...)
{
    if (why == NULL)
        return -1;

    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(why->text, sizeof(why->text), format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof(why->text))
        memcpy(why->text + sizeof(why->text) - sizeof("..."), "...", sizeof("..."));
    return -1;
}
