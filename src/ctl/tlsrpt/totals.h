/* SPDX-License-Identifier: ISC */
/* totals: the lists and the advice that are shown of a tally, the same in each format. */
#ifndef CTL_TLSRPT_TOTALS_H
#define CTL_TLSRPT_TOTALS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/finding.h"
#include "ctl/tlsrpt/advice.h"
#include "ctl/tlsrpt/tally.h"

struct totals {
    const struct tally *tally; /* finished */
    const struct findings *said;
    int today; /* a day */
};

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
    TOTALS_TYPES,
    TOTALS_KINDS,
    TOTALS_FAILURES,
    TOTALS_DAYS,
    TOTALS_LISTS,
};
extern const struct totals_view totals_views[TOTALS_LISTS];

/* Whether any session failed. */
bool totals_have_failures(const struct totals *totals);

/* Free the items with free(3). Returns 0, or -1 with why. */
int totals_sum(struct tally_facts *out, const struct totals *totals, enum totals_list list,
               struct error *why);

/* Called for each domain, in order; returns -1 when out of memory. */
typedef int totals_tell(void *context, const char *domain, const struct advice *advice);
int totals_each_advice(const struct totals *totals, totals_tell *tell, void *context,
                       struct error *why);

#endif
