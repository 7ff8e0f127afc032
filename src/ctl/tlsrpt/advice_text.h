/* SPDX-License-Identifier: ISC */
/* advice_text: the sentences of an advice. */
#ifndef CTL_TLSRPT_ADVICE_TEXT_H
#define CTL_TLSRPT_ADVICE_TEXT_H

#include "ctl/tlsrpt/advice.h"

/* Writes the lines of an advice whose numbers are there. facts: those with proof. Returns 0, or -1
 * with why. */
int advice_write(struct advice *advice, const struct tally_fact *facts, size_t count, int today,
                 struct error *why);

#endif
