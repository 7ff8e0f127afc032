/* SPDX-License-Identifier: ISC */
/* store_load: the sums of the store as facts, one domain after another. */
#ifndef CTL_TLSRPT_STORE_LOAD_H
#define CTL_TLSRPT_STORE_LOAD_H

#include "ctl/tlsrpt/store.h"
#include "ctl/tlsrpt/tally.h"

/* All facts of one domain, in no order; they live until it returns, their texts until the store is
 * closed. Returns 0, or -1 with why, which ends the reading. */
typedef int store_take_domain(void *context, struct tally_facts *facts, struct error *why);

/* Domains come in the order of their names. A week's sum passes a filter by its last day. Within
 * store_begin and store_end. Returns 0, or -1 with why. */
int store_each_domain(struct store *store, const struct tally_filter *filter,
                      store_take_domain *take, void *context, struct error *why);

#endif
