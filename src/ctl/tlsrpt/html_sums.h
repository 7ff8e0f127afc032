/* SPDX-License-Identifier: ISC */
/* html_sums: what all domains of a page have together, and what was read for it. */
#ifndef CTL_TLSRPT_HTML_SUMS_H
#define CTL_TLSRPT_HTML_SUMS_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/finding.h"
#include "ctl/tlsrpt/totals.h"

#define HTML_SUMS 5 /* lists */
extern const enum totals_list html_sums_lists[HTML_SUMS];

/* has_figure: of the days; a page of one domain has it there. Returns 0, or -1 with why when out of
 * memory. */
int html_sums(FILE *out, const struct totals_sums *sums, bool has_figure, struct error *why);

void html_read(FILE *out, const struct tally_counts *counts, const struct findings *said);

#endif
