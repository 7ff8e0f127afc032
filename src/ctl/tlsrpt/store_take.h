/* SPDX-License-Identifier: ISC */
/* store_take: adds the sums of reports to those of the store. */
#ifndef CTL_TLSRPT_STORE_TAKE_H
#define CTL_TLSRPT_STORE_TAKE_H

#include "ctl/tlsrpt/report.h"
#include "ctl/tlsrpt/store.h"
#include "ctl/tlsrpt/tally_facts.h"

#define STORE_PAUSE_DAYS 14 /* after so many days without it, a failure is a new one */

/* Begins a run, to which what is new belongs: now in seconds since the epoch. store_begin comes
 * first, and store_end last, for these as well. All return 0, or -1 with why. */
int store_take_begin(struct store *store, int64_t now, struct error *why);

/* Adds facts, finished as tally_finish leaves them: of so many reports. */
int store_take_facts(struct store *store, const struct tally_facts *facts, size_t reports,
                     struct error *why);

/* Remembers which of the report's domains are MX hosts of which. */
int store_take_hosts(struct store *store, const struct report *report, struct error *why);

#endif
