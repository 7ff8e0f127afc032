/* SPDX-License-Identifier: ISC */
/* dnsdata: parses the data of DNS records in wire format, which is not trusted. */
#ifndef CTL_NET_DNSDATA_H
#define CTL_NET_DNSDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pure; safe on any bytes. Those that return int return 0, or -1 with *out empty if the bytes are
 * not valid. */

#define DNSDATA_NAME_MAX 1025 /* bytes that hold any name as text, and its NUL */

/* A name without compression (RFC 1035 section 3.1) as text in lower case without the last dot; the
 * root is ".". Bytes that no host name holds are written as \DDD (section 5.1). */
int dnsdata_name(char out[DNSDATA_NAME_MAX], const unsigned char *bytes, size_t length);

struct dnsdata_mx {
    uint16_t preference;
    char host[DNSDATA_NAME_MAX]; /* "." is a null MX (RFC 7505) */
};
int dnsdata_mx(struct dnsdata_mx *out, const unsigned char *bytes, size_t length);

/* The strings of a TXT record in one, unchanged, with a NUL behind it that is not counted.
 * *out is the caller's, free(3); NULL when out of memory, too. */
int dnsdata_txt(char **out, size_t *out_length, const unsigned char *bytes, size_t length);

struct dnsdata_caa {
    bool critical;
    char tag[16];      /* in lower case; longer ones, which nobody defined, are cut */
    const char *value; /* borrowed, not ended by a NUL */
    size_t value_length;
};
int dnsdata_caa(struct dnsdata_caa *out, const unsigned char *bytes, size_t length);

struct dnsdata_tlsa {
    uint8_t usage, selector, matching;
    const unsigned char *data; /* borrowed */
    size_t data_length;
};
int dnsdata_tlsa(struct dnsdata_tlsa *out, const unsigned char *bytes, size_t length);

/* Turns all but printable ASCII into question marks, and capitals into small letters. */
void dnsdata_make_printable(char *text);

#endif
