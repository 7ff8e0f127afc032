/* SPDX-License-Identifier: ISC */
/* error: why something failed, as a sentence; only the edge of the program prints it. */
#include "common/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static int set(struct error *why, int cause,
                                                     const char *format, va_list arguments)
{
    if (why == NULL)
        return -1;
    int length = vsnprintf(why->text, sizeof(why->text), format, arguments);
    if (length >= (int)sizeof(why->text))
        memcpy(why->text + sizeof(why->text) - sizeof("..."), "...", sizeof("..."));
    why->cause = cause;
    return -1;
}

int error_set(struct error *why, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = set(why, 0, format, arguments);
    va_end(arguments);
    return result;
}

int error_set_errno(struct error *why, int cause, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int result = set(why, cause, format, arguments);
    va_end(arguments);
    return result;
}
