/* SPDX-License-Identifier: ISC */
/* gunzip: what gzip bytes, or the first file of a zip archive, hold, within a bound. */
#ifndef CTL_TLSRPT_GUNZIP_H
#define CTL_TLSRPT_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/error.h"

/* Whether the bytes begin as gzip does (RFC 1952). */
bool gunzip_knows(const unsigned char *bytes, size_t length);

/* Looks at bytes that follow those looked at before. Returns 0, or -1 with why to stop there. */
typedef int gunzip_look(void *context, const unsigned char *bytes, size_t length,
                        struct error *why);

/* Unpacks all members, one after the other; zeros behind the last are padding. Stops, and refuses,
 * once there would be more than limit bytes, or where look, which may be NULL, says so; never has
 * more memory than that. Returns 0, or -1 with why. *out_length says how much was unpacked, also on
 * failure. *out is the caller's, free(3), with a NUL behind it that is not counted; NULL on
 * failure.
 */
int gunzip_bytes(unsigned char **out, size_t *out_length, const unsigned char *bytes, size_t length,
                 size_t limit, gunzip_look *look, void *context, struct error *why);

/* Whether the bytes begin as a zip archive does. */
bool gunzip_knows_zip(const unsigned char *bytes, size_t length);

/* The same for the first file of a zip archive, deflated or stored. */
int gunzip_zip(unsigned char **out, size_t *out_length, const unsigned char *bytes, size_t length,
               size_t limit, gunzip_look *look, void *context, struct error *why);

#endif
