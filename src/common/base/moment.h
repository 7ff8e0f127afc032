/* SPDX-License-Identifier: ISC */
/* moment: formats times and durations for people, and reads the monotonic clock. */
#ifndef COMMON_BASE_MOMENT_H
#define COMMON_BASE_MOMENT_H

#include <stdint.h>

#define MOMENT_TEXT_MAX 48
#define MOMENT_DAY_MAX  16

/* "2026-11-21 23:05:46 UTC" of seconds since the epoch; returns out. */
const char *moment_text(int64_t seconds, char out[MOMENT_TEXT_MAX]);

/* "2026-11-21" of seconds since the epoch, in UTC; "?" of what is no date. Returns out. */
const char *moment_day(int64_t seconds, char out[MOMENT_DAY_MAX]);

/* "20261121230546Z", the form of an id made of a time; empty of what is no date. Returns out. */
const char *moment_stamp(int64_t seconds, char out[MOMENT_DAY_MAX]);

/* "61 days", "5 hours", "12 minutes", "30 seconds"; returns out. */
const char *moment_span(int64_t seconds, char out[MOMENT_TEXT_MAX]);

/* Milliseconds of a clock that nobody sets. */
int64_t moment_steady_ms(void);

#endif
