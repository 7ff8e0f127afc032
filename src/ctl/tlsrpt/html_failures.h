/* SPDX-License-Identifier: ISC */
/* html_failures: the tables of failures of a page, the largest first. */
#ifndef CTL_TLSRPT_HTML_FAILURES_H
#define CTL_TLSRPT_HTML_FAILURES_H

#include <stddef.h>
#include <stdio.h>

#include "common/base/error.h"
#include "ctl/tlsrpt/tally_facts.h"

#define HTML_ROWS_MAX 500 /* of a table; the rest is summed up in a line */

/* Each writes nothing where there is nothing. Returns 0, or -1 with why when out of memory. */

/* Failures of one domain by MX host and organisation, with the addresses that were named. */
int html_failures(FILE *out, const struct tally_fact *facts, size_t count, struct error *why);

/* What hinders enforce: the list of an advice. */
int html_hindrances(FILE *out, const struct tally_facts *rows, struct error *why);

/* Sorts by failures, the most first. */
void html_sort_by_failures(struct tally_facts *rows);

/* "certificate-expired", with the reason below, for a cell. */
void html_failure_kind(FILE *out, const struct tally_fact *row);

/* "(not named)" where there is none. */
const char *html_name(const char *text);

#endif
