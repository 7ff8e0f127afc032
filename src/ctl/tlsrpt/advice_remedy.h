/* SPDX-License-Identifier: ISC */
/* advice_remedy: what fails at each MX host, and what to do about all of it. */
#ifndef CTL_TLSRPT_ADVICE_REMEDY_H
#define CTL_TLSRPT_ADVICE_REMEDY_H

#include "ctl/tlsrpt/advice.h"

/* Says each MX host of the advice's hindrances in a line of its own, the one with the most failures
 * first. Sorts the hindrances: by MX host in that order. Returns 0, or -1 with why. */
int advice_say_hindrances(struct advice *advice, struct error *why);

#endif
