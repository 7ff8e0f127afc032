/* SPDX-License-Identifier: ISC */
/* report_text: the texts and dates of a report, made fit for a terminal and for comparing. */
#ifndef CTL_TLSRPT_REPORT_TEXT_H
#define CTL_TLSRPT_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"
#include "ctl/tlsrpt/report.h"

/* Writes the text in printable ASCII, one question mark for each other character, at most size - 1
 * bytes, marked "..." where it was cut; without blanks at its ends. Returns out. */
char *report_clean(char *out, size_t size, const char *text);

/* The same in the arena, REPORT_TEXT_MAX bytes at most; NULL when out of memory. */
const char *report_text(struct arena *arena, const char *text);

/* A host name: in lower case, in A-labels, without its last dot, where it is one; cleaned where it
 * is not, and *odd is set. NULL when out of memory. */
const char *report_host(struct arena *arena, const char *text, bool *odd);

/* A date and time of RFC 3339, of RFC 5322, or as Go prints it, of which the zone may be missing
 * (*no_zone is set, UTC is meant), or the time. Returns 0 with the seconds since the epoch, or -1.
 */
int report_date(int64_t *out, const char *text, bool *no_zone);

/* "2026-11-21" to days since the epoch, and back. */
int report_day_parse(int *out, const char *text);
const char *report_day_text(int day, char out[16]);

/* The policy-type as RFC 8460 section 4.4 writes it, and "other" for any other. */
const char *report_kind_name(enum report_kind kind);

#endif
