/* SPDX-License-Identifier: ISC */
/* base64url: bytes as ACME writes them in names and values (RFC 4648 section 5, no padding). */
#ifndef CTL_ACME_BASE64URL_H
#define CTL_ACME_BASE64URL_H

#include <stddef.h>

/* Characters of the text of so many bytes, and its NUL. */
#define BASE64URL_SIZE(bytes) (((bytes)*4 + 2) / 3 + 1)

/* out holds BASE64URL_SIZE(length) characters. */
void base64url_write(char *out, const unsigned char *bytes, size_t length);

/* Decodes length characters to exactly size bytes. Returns 0, or -1 for anything else.
 * Pure; safe on any text. */
int base64url_read(unsigned char *out, size_t size, const char *text, size_t length);

#endif
