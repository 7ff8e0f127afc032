/* SPDX-License-Identifier: ISC */
/* utf8: reads and writes one code point of UTF-8 (RFC 3629). */
#ifndef COMMON_BASE_UTF8_H
#define COMMON_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Reads one code point (RFC 3629). Returns how many bytes it takes, 1 to 4, or 0 when the bytes do
 * not begin with a valid one; *point is 0 then. */
size_t utf8_read(uint32_t *point, const char *bytes, size_t length);

/* Writes a valid code point. Returns how many bytes it takes; out holds 4. */
size_t utf8_write(char *out, uint32_t point);

#endif
