/* SPDX-License-Identifier: ISC */
/* store_days: days of the store as facts, each by itself, or the old ones of a sender as one. */
#ifndef CTL_TLSRPT_STORE_DAYS_H
#define CTL_TLSRPT_STORE_DAYS_H

#include <stdint.h>

#include "ctl/tlsrpt/series.h"
#include "ctl/tlsrpt/tally_facts.h"

/* Which days of the domain at hand were counted. */
struct store_days {
    uint32_t *seen; /* by day: the domain that had it last */
    uint32_t domain;
};

int store_days_open(struct store_days *days, struct error *why); /* 0, or -1 with why */
void store_days_next(struct store_days *days);                   /* another domain */
void store_days_close(struct store_days *days);

/* Whether the day is before those that an advice looks at one by one. */
bool store_days_is_old(const struct series_day *day, int today);

/* Sets the days and numbers of a fact. */
void store_days_fill(struct tally_fact *fact, const struct series_day *day, int today);

/* Begins a fact that stands for old days, the first of which this is, and adds one to it. */
void store_days_begin(struct tally_fact *fact, const struct series_day *day);
void store_days_add(struct store_days *days, struct tally_fact *fact, const struct series_day *day,
                    int today);

#endif
