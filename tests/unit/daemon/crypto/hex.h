/* SPDX-License-Identifier: ISC */
/* hex: bytes from and to hexadecimal digits. */
#ifndef HEX_H
#define HEX_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The bytes of the digits up to the first that is none; returns how many, size at most. */
static inline size_t hex_read(unsigned char *out, size_t size, const char *digits)
{
    size_t length = strspn(digits, "0123456789abcdefABCDEF") / 2;
    if (length > size)
        length = size;
    for (size_t i = 0; i < length; i++) {
        char pair[] = {digits[2 * i], digits[2 * i + 1], '\0'};
        out[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    return length;
}

/* Lent until the next call but three. */
static inline const char *hex_show(const unsigned char *bytes, size_t length)
{
    static char text[4][1100];
    static unsigned turn;
    char *out = text[turn++ % 4];
    out[0] = '\0';
    for (size_t i = 0; i < length && 2 * i + 3 < sizeof(text[0]); i++)
        (void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return out;
}

#endif
