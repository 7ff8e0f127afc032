/* SPDX-License-Identifier: ISC */
/* totals_rows: one list of sums as a table or as lines of at most 80 columns, for people. */
#ifndef CTL_TLSRPT_TOTALS_ROWS_H
#define CTL_TLSRPT_TOTALS_ROWS_H

#include "ctl/tlsrpt/totals.h"

#define TOTALS_ROWS_WIDTH 80
#define TOTALS_SHARE_MAX  16

/* A table of so many rows at most, and how many more there are; nothing where there is no row. To
 * stdout. Returns 0, or -1 with why. */
int totals_rows_write(enum totals_list list, const struct totals_sums *sums, size_t most,
                      struct error *why);

/* The rows of TOTALS_DETAILS as sentences: reasons: in full. */
void totals_rows_details(const struct totals_sums *sums, size_t most, bool reasons);

/* A line of text, broken at the width, further lines indented. */
void totals_rows_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The successes in percent, never rounded to all or nothing; "-" of nothing. Returns out. */
const char *totals_share(char out[TOTALS_SHARE_MAX], int64_t successes, int64_t failures);

/* By how many percent points that has changed: "+0.5"; "-" where one of both times has no sessions.
 * Returns out. */
const char *totals_trend(char out[TOTALS_SHARE_MAX], const struct tally_trend *trend);

#endif
