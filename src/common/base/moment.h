/* SPDX-License-Identifier: ISC */
/* moment: times and spans as people write them, and the clock that spans are measured by. */
#ifndef COMMON_BASE_MOMENT_H
#define COMMON_BASE_MOMENT_H

#include <stdint.h>

#define MOMENT_TEXT_MAX 48

/* "2026-11-21 23:05:46 UTC" of seconds since the epoch; returns out. */
const char *moment_text(int64_t seconds, char out[MOMENT_TEXT_MAX]);

/* "61 days", "5 hours", "12 minutes", "30 seconds"; returns out. */
const char *moment_span(int64_t seconds, char out[MOMENT_TEXT_MAX]);

/* Milliseconds of a clock that nobody sets. */
int64_t moment_steady_ms(void);

#endif
