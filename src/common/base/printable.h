/* SPDX-License-Identifier: ISC */
/* printable: makes bytes from outside safe to show, on a terminal or in JSON. */
#ifndef COMMON_BASE_PRINTABLE_H
#define COMMON_BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How many bytes the next character takes, at least 1; length is at least 1. *fit is whether it may
 * be shown as it stands: valid UTF-8, no control point, and none that changes how the text around
 * it is shown. */
size_t printable_next(const char *bytes, size_t length, bool *fit);

/* Writes the text with a '?' in place of what is not fit, so never longer, NUL-ended. out holds
 * length + 1 bytes. */
void printable_copy(char *out, const char *bytes, size_t length);

/* The same in place; returns the new length. */
size_t printable_clean(char *text, size_t length);

/* What a program says goes out by these, so that nothing in their arguments steers a terminal: a
 * piece of one line, or all of one, whose end printable_say adds. Without memory that is said. */
void printable_part(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void printable_say(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes the bytes in printable ASCII, a '?' for each other byte, NUL-ended. What does not fit into
 * size bytes is cut, and marked "...". out may be bytes. Returns out. */
char *printable_ascii(char *out, size_t size, const char *bytes, size_t length);

#endif
