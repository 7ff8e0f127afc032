/* SPDX-License-Identifier: ISC */
/* tlsreport: whether a file is a TLS report (RFC 8460), plain or in gzip, and so no policy. */
#ifndef CTL_LINT_TLSREPORT_H
#define CTL_LINT_TLSREPORT_H

#include <stdbool.h>
#include <stddef.h>

/* Looks at the first 64 KiB, after unpacking, for the braces of JSON and keys that only a report
 * has. A guess for the sake of a better message: nothing is parsed. Pure. */
bool tlsreport_is(const char *bytes, size_t length);

#endif
