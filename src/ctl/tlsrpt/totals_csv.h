/* SPDX-License-Identifier: ISC */
/* totals_csv: what is shown of a tally, as one table in CSV (RFC 4180). */
#ifndef CTL_TLSRPT_TOTALS_CSV_H
#define CTL_TLSRPT_TOTALS_CSV_H

#include <stdbool.h>

#include "ctl/tlsrpt/totals.h"

/* A row for each day, domain, policy type, organisation, signer and failure. To stdout. *failed:
 * whether sessions did. Returns 0, or -1 with why. */
int totals_write_csv(const struct totals *totals, bool *failed, struct error *why);

#endif
