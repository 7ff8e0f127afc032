/* SPDX-License-Identifier: ISC */
/* store_report: which reports the store has taken in, by a few bytes of each. */
#ifndef CTL_TLSRPT_STORE_REPORT_H
#define CTL_TLSRPT_STORE_REPORT_H

#include "ctl/tlsrpt/report.h"
#include "ctl/tlsrpt/store.h"

enum store_known {
    STORE_UNKNOWN,
    STORE_UNPROVEN, /* it came without proof: see enum report_trust */
    STORE_PROVEN,
};

/* Whether the store has a report of this content. Returns 0, or -1 with why. */
int store_report_find(struct store *store, const struct report *report, enum store_known *out,
                      struct error *why);

/* Remembers it; one that is known as unproven becomes proven. Returns 0, or -1 with why. */
int store_report_keep(struct store *store, const struct report *report, struct error *why);

/* Forgets those that begin before the day. Returns 0, or -1 with why. */
int store_report_drop(struct store *store, int day, struct error *why);

#endif
