/* SPDX-License-Identifier: ISC */
/* html_chart: success over time as a figure of a page: a bar for each day, or for several. */
#ifndef CTL_TLSRPT_HTML_CHART_H
#define CTL_TLSRPT_HTML_CHART_H

#include <stdbool.h>
#include <stdio.h>

#include "ctl/tlsrpt/tally_facts.h"

/* days: sums by day, in order, one at least. Days without reports between them are seen as such.
 * The figure says in words what its bars show. names_all: each bar tells its numbers where one
 * points at it; else those with failures alone do. */
void html_chart(FILE *out, const struct tally_facts *days, bool names_all);

#endif
