/* SPDX-License-Identifier: ISC */
/* lookalike: dashes and quotes as word processors write them, in place of ASCII's. */
#ifndef COMMON_NAME_LOOKALIKE_H
#define COMMON_NAME_LOOKALIKE_H

#include <stdbool.h>
#include <stddef.h>

/* Writes the text with a hyphen in place of each other dash, and without typographic quotes. True
 * if there was one of them, and the result is ASCII and fits; else *out is empty. Pure; safe on any
 * bytes. */
bool lookalike_mend(char *out, size_t size, const char *bytes, size_t length);

/* Whether the text begins with a quote, ASCII's or another. */
bool lookalike_is_quoted(const char *bytes, size_t length);

#endif
