/* SPDX-License-Identifier: ISC */
/* totals_json: the lists that totals are made of, and their JSON. */
#ifndef CTL_TLSRPT_TOTALS_JSON_H
#define CTL_TLSRPT_TOTALS_JSON_H

#include <stdbool.h>

#include "ctl/tlsrpt/advice.h"
#include "ctl/tlsrpt/totals.h"

/* One way to sum. */
struct totals_view {
    const char *name; /* of the list in JSON */
    unsigned keys;    /* enum tally_key */
    bool failed;      /* of failures alone */
};

enum totals_list {
    TOTALS_POLICIES,
    TOTALS_ORGANISATIONS,
    TOTALS_MX,
    TOTALS_KINDS,
    TOTALS_FAILURES,
    TOTALS_DAYS,
    TOTALS_LISTS,
};
extern const struct totals_view totals_views[TOTALS_LISTS];

/* Free the items with free(3). Returns 0, or -1 with why. */
int totals_sum(struct tally_facts *out, const struct tally *tally, const struct totals_view *view,
               struct error *why);

/* Called for each domain, in order; returns -1 when out of memory. */
typedef int totals_tell(void *context, const char *domain, const struct advice *advice);
int totals_each_advice(const struct totals *totals, totals_tell *tell, void *context,
                       struct error *why);

int totals_write_json(const struct totals *totals, struct error *why);

#endif
