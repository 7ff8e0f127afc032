/* SPDX-License-Identifier: ISC */
/* store_days: days of the store as facts, each by itself, or the old ones of a sender as one. */
#include "ctl/tlsrpt/store_days.h"

#include <stdlib.h>

#include "ctl/tlsrpt/advice.h"

#define FIRST (SERIES_DAY_MIN - 7)
#define COUNT (SERIES_DAY_MAX - FIRST + 7)

int store_days_open(struct store_days *days, struct error *why)
{
    days->domain = 0;
    days->seen = calloc(COUNT, sizeof(*days->seen));
    return days->seen != NULL ? 0 : error_set(why, "out of memory");
}

void store_days_next(struct store_days *days)
{
    days->domain++;
}

void store_days_close(struct store_days *days)
{
    free(days->seen);
    *days = (struct store_days){0};
}

bool store_days_is_old(const struct series_day *day, int today)
{
    return series_last(day) < today - ADVICE_CLEAN_DAYS;
}

static void add_numbers(struct tally_fact *fact, const struct series_day *day, int today)
{
    fact->reports += day->reports;
    fact->domain_reports += day->domain_reports;
    fact->kind_reports += day->kind_reports;
    fact->unproven_reports += fact->unproven ? day->reports : 0;
    fact->entries += day->entries;
    fact->successes = tally_add_up(fact->successes, day->successes);
    fact->evidence = tally_add_up(fact->evidence, day->evidence);
    fact->failures = tally_add_up(fact->failures, day->failures);
    tally_add_trend(&fact->trend, series_last(day), today, day->successes, day->failures);
    fact->last_day = series_last(day);
    if (!day->has_mode)
        return;
    fact->has_mode = true;
    fact->mode = day->mode;
    fact->mode_day = fact->last_day;
}

void store_days_fill(struct tally_fact *fact, const struct series_day *day, int today)
{
    fact->day = day->day;
    fact->days = day->days;
    fact->first_day = series_first(day);
    add_numbers(fact, day, today);
}

void store_days_begin(struct tally_fact *fact, const struct series_day *day)
{
    fact->day = day->day;
    fact->first_day = series_first(day);
}

/* Days on which several senders reported count once. */
static int count_unseen(struct store_days *days, const struct series_day *day)
{
    int count = 0;
    for (int i = 0; i < 7; i++) {
        if ((day->days & (1u << i)) == 0)
            continue;
        uint32_t *seen = &days->seen[day->day + i - FIRST];
        count += *seen != days->domain;
        *seen = days->domain;
    }
    return count;
}

void store_days_add(struct store_days *days, struct tally_fact *fact, const struct series_day *day,
                    int today)
{
    if (day->evidence > 0 && !fact->unproven)
        fact->day_count += count_unseen(days, day);
    add_numbers(fact, day, today);
}
