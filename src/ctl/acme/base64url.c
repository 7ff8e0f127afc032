/* SPDX-License-Identifier: ISC */
/* base64url: bytes as ACME writes them in names and values (RFC 4648 section 5, no padding). */
#include "ctl/acme/base64url.h"

#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64url_write(char *out, const unsigned char *bytes, size_t length)
{
    uint32_t held = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < length; i++) {
        held = (held << 8 | bytes[i]) & 0xffffffU;
        for (bits += 8; bits >= 6; bits -= 6)
            *out++ = letters[held >> (bits - 6) & 0x3fU];
    }
    if (bits > 0)
        *out++ = letters[held << (6 - bits) & 0x3fU];
    *out = '\0';
}

int base64url_read(unsigned char *out, size_t size, const char *text, size_t length)
{
    uint32_t held = 0;
    unsigned bits = 0;
    size_t used = 0;
    if (length != BASE64URL_SIZE(size) - 1)
        return -1;
    for (size_t i = 0; i < length; i++) {
        const char *letter = text[i] != '\0' ? strchr(letters, text[i]) : NULL;
        if (letter == NULL)
            return -1;
        held = (held << 6 | (uint32_t)(letter - letters)) & 0xffffU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[used++] = (unsigned char)(held >> bits & 0xffU);
        }
    }
    /* The leftover bits encode nothing, and must be zero. */
    return (held & ((1U << bits) - 1)) == 0 ? 0 : -1;
}
