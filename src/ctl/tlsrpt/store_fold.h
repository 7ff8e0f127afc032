/* SPDX-License-Identifier: ISC */
/* store_fold: makes sums of weeks of the store's old days, and drops what is too old. */
#ifndef CTL_TLSRPT_STORE_FOLD_H
#define CTL_TLSRPT_STORE_FOLD_H

#include "ctl/tlsrpt/store.h"

#define STORE_DAYS      90 /* that are kept each by itself */
#define STORE_KEEP_MOST 36500

/* today: a day since the epoch; by a clock that is ahead of the reports it is taken to be the day
 * after the newest one. keep: days, which the store remembers; 0: as many as it remembers. Quick
 * where that was done before. Between store_begin and store_end. Returns 0, or -1 with why. */
int store_fold(struct store *store, int today, int keep, struct error *why);

#endif
