/* SPDX-License-Identifier: ISC */
/* report_parsedmarc: a TLS report as parsedmarc writes it, given the keys of RFC 8460 again. */
#ifndef CTL_TLSRPT_REPORT_PARSEDMARC_H
#define CTL_TLSRPT_REPORT_PARSEDMARC_H

#include <jansson.h>

/* Where the object has parsedmarc's keys ("begin_date" in place of "date-range"), puts another with
 * those of RFC 8460 in place of *root, and releases that; what parsedmarc left out, such as the
 * contact, stays away. Other objects stay as they are. Returns 0, or -1 when out of memory; *root
 * is to be released in either case. */
int report_parsedmarc_restore(json_t **root);

#endif
