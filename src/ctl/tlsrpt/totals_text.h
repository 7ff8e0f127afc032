/* SPDX-License-Identifier: ISC */
/* totals_text: what is shown of reports as sentences and tables, for people. */
#ifndef CTL_TLSRPT_TOTALS_TEXT_H
#define CTL_TLSRPT_TOTALS_TEXT_H

#include "ctl/tlsrpt/totals.h"

/* To stdout. *failed: whether sessions did. Returns 0, or -1 with why. */
int totals_write_text(const struct totals *totals, bool *failed, struct error *why);

#endif
