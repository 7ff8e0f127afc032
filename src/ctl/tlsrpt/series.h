/* SPDX-License-Identifier: ISC */
/* series: the days of sessions that have all but the day in common, as bytes of the store; pure. */
#ifndef CTL_TLSRPT_SERIES_H
#define CTL_TLSRPT_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/policy/policy.h"

#define SERIES_DAY_MIN   16801 /* 2016-01-01 */
#define SERIES_DAY_MAX   80000 /* in 2189 */
#define SERIES_COUNT_MAX INT64_C(1000000000000000)
#define SERIES_BYTES_MAX 1048576

/* A day, or a week whose days are summed: is_week, day is its Monday. Numbers as in tally_fact;
 * either failures is 0, or successes and evidence are. */
struct series_day {
    int day;
    bool is_week;
    unsigned days; /* bit n: there were reports of day + n */
    bool has_mode;
    enum policy_mode mode;
    int64_t reports, domain_reports, kind_reports, entries;
    int64_t successes, evidence, failures;
};

struct series { /* {0} is valid and empty; by day, each once */
    struct series_day *items;
    size_t count, room;
};

/* The Monday of the day's week. */
int series_week(int day);

int series_first(const struct series_day *day);
int series_last(const struct series_day *day);

/* Adds a day, whose numbers may be negative to take back what was added; a sum that became nothing
 * is left out. Days before weeks_before are summed by week. Returns 0, or -1 with why. */
int series_add(struct series *series, const struct series_day *day, int weeks_before,
               struct error *why);

/* Sums the days before weeks_before by week, and drops what ends before kept_from. Returns whether
 * anything has changed. */
bool series_fold(struct series *series, int weeks_before, int kept_from);

/* Replaces the items. Bytes that series_encode does not write are refused. Returns 0, or -1 with
 * why; the series is empty then. */
int series_decode(struct series *series, const unsigned char *bytes, size_t length,
                  struct error *why);

/* The caller frees *out. Returns 0, or -1 with why. */
int series_encode(unsigned char **out, size_t *length, const struct series *series,
                  struct error *why);

void series_free(struct series *series);

#endif
