/* SPDX-License-Identifier: ISC */
/* chart: a bar for each day, of characters that every terminal has. */
#ifndef CTL_TLSRPT_CHART_H
#define CTL_TLSRPT_CHART_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/tlsrpt/tally.h"

#define CHART_WIDTH 50 /* characters of the longest bar */

/* Writes "#" for sessions that succeeded and "!" for those that failed, scaled so that most fills
 * CHART_WIDTH; of either, one at least where there is any. Pure. Returns out. */
const char *chart_bar(char out[CHART_WIDTH + 1], int64_t successes, int64_t failures, int64_t most);

/* To stdout; days: sums by day, in order. Days without reports between them are shown as such. */
void chart_write(const struct tally_facts *days);

#endif
