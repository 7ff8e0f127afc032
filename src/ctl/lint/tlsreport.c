/* SPDX-License-Identifier: ISC */
/* tlsreport: whether a file is a TLS report (RFC 8460), plain or in gzip, and so no policy. */
#include "ctl/lint/tlsreport.h"

#define ZLIB_CONST /* so that what is read need not be writable */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define HEAD_MAX    65536
#define GZIP_ONLY   16 /* added to the window bits: no zlib or raw stream */
#define WINDOW_BITS 15

static bool is_gzip(const char *bytes, size_t length)
{
    return length >= 2 && memcmp(bytes, "\x1f\x8b", 2) == 0;
}

/* Unpacks the first HEAD_MAX bytes at most into out. Returns how many; 0 if there are none. */
static size_t unpack_head(unsigned char *out, const char *bytes, size_t length)
{
    z_stream stream = {.next_in = (const unsigned char *)bytes,
                       .avail_in = length < UINT_MAX ? (uInt)length : UINT_MAX,
                       .next_out = out,
                       .avail_out = HEAD_MAX};
    if (inflateInit2(&stream, WINDOW_BITS + GZIP_ONLY) != Z_OK)
        return 0;
    (void)inflate(&stream, Z_SYNC_FLUSH); /* of a damaged file, what came before counts */
    inflateEnd(&stream);
    return HEAD_MAX - stream.avail_out;
}

static bool has(const char *bytes, size_t length, const char *key)
{
    return memmem(bytes, length, key, strlen(key)) != NULL;
}

/* As RFC 8460 section 4.4 names the keys, and as parsedmarc writes them. */
static bool is_report(const char *bytes, size_t length)
{
    static const char *const keys[] = {"\"organization-name\"", "\"date-range\"", "\"report-id\"",
                                       "\"policy-type\"", "\"policy_type\""};
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    while (length > 0 && memchr(" \t\r\n", *bytes, 4) != NULL) {
        bytes++;
        length--;
    }
    if (length == 0 || (*bytes != '{' && *bytes != '[') || !has(bytes, length, "\"policies\""))
        return false;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        if (has(bytes, length, keys[i]))
            return true;
    return false;
}

bool tlsreport_is(const char *bytes, size_t length)
{
    if (!is_gzip(bytes, length))
        return is_report(bytes, length < HEAD_MAX ? length : HEAD_MAX);
    unsigned char *head = malloc(HEAD_MAX);
    bool result = head != NULL && is_report((const char *)head, unpack_head(head, bytes, length));
    free(head);
    return result;
}
