/* SPDX-License-Identifier: ISC */
/* advice_lines: adds sentences to an advice. */
#ifndef CTL_TLSRPT_ADVICE_LINES_H
#define CTL_TLSRPT_ADVICE_LINES_H

#include "ctl/tlsrpt/advice.h"

/* Adds a line; none once there are ADVICE_LINES_MAX. Returns 0, or -1 with why. */
int advice_say(struct advice *advice, struct error *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "s", or nothing for 1. */
const char *advice_plural(int64_t number);

#endif
