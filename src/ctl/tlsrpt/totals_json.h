/* SPDX-License-Identifier: ISC */
/* totals_json: what is shown of a tally, as JSON. */
#ifndef CTL_TLSRPT_TOTALS_JSON_H
#define CTL_TLSRPT_TOTALS_JSON_H

#include "ctl/tlsrpt/totals.h"

/* To stdout: mta-stsctl-json(7). Returns 0, or -1 with why. */
int totals_write_json(const struct totals *totals, bool *failed, struct error *why);

#endif
