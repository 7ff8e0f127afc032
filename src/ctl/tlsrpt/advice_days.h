/* SPDX-License-Identifier: ISC */
/* advice_days: what the days of one domain's reports tell: how many, since when, by whom. */
#ifndef CTL_TLSRPT_ADVICE_DAYS_H
#define CTL_TLSRPT_ADVICE_DAYS_H

#include "ctl/tlsrpt/advice.h"

/* Whether enforce would turn these failures into mail that is refused. */
bool advice_hinders(const struct tally_fact *fact);

/* Fills the numbers and lists of *out. facts: those with proof. In out->repeated, entries is the
 * number of days with a failure, and reports the clean days that are needed after the last: twice
 * the longest silence between two, at least ADVICE_CLEAN_DAYS. Returns 0, or -1 with why. */
int advice_count(struct advice *out, const struct tally_fact *facts, size_t count, int today,
                 struct error *why);

/* The row of out->repeated for an MX and type, or NULL. */
const struct tally_fact *advice_repeated(const struct advice *advice, const char *mx,
                                         const char *type);

#endif
