/* SPDX-License-Identifier: ISC */
/* store_load: the sums of the store as facts, one domain after another. */
#ifndef CTL_TLSRPT_STORE_LOAD_H
#define CTL_TLSRPT_STORE_LOAD_H

#include "ctl/tlsrpt/daytable.h"
#include "ctl/tlsrpt/store.h"
#include "ctl/tlsrpt/tally.h"

struct store_view {
    const struct tally_filter *filter; /* a week's sum passes by its last day */
    const char *domain;                /* that alone, if not NULL */
    int today;
    /* Each day is a fact of its own. Without that, sessions that succeeded before the days that an
     * advice looks at become one fact, for each sender, where the domain has no failures: the
     * advice and all sums but those by day are the same. */
    bool is_whole;
    struct daytable *days; /* to which all days are added, or NULL */
};

/* All facts of one domain, in no order; they live until it returns, their texts until the store is
 * closed. Returns 0, or -1 with why, which ends the reading. */
typedef int store_take_domain(void *context, struct tally_facts *facts, struct error *why);

/* Domains come in the order of their names. Within store_begin and store_end. Returns 0, or -1 with
 * why. */
int store_each_domain(struct store *store, const struct store_view *view, store_take_domain *take,
                      void *context, struct error *why);

#endif
