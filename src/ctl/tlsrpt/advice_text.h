/* SPDX-License-Identifier: ISC */
/* advice_text: the sentences of an advice. */
#ifndef CTL_TLSRPT_ADVICE_TEXT_H
#define CTL_TLSRPT_ADVICE_TEXT_H

#include "ctl/tlsrpt/advice.h"

/* Writes the lines of an advice whose numbers are there. facts: those with proof. Returns 0, or -1
 * with why. */
int advice_write(struct advice *advice, const struct tally_fact *facts, size_t count, int today,
                 struct error *why);

/* Adds a line; none once there are ADVICE_LINES_MAX. Returns 0, or -1 with why. */
int advice_say(struct advice *advice, struct error *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "s", or nothing for 1. */
const char *advice_plural(int64_t number);

#endif
