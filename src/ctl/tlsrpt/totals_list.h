/* SPDX-License-Identifier: ISC */
/* totals_list: the lists by which sessions are summed, and what is shown of them. */
#ifndef CTL_TLSRPT_TOTALS_LIST_H
#define CTL_TLSRPT_TOTALS_LIST_H

#include <stdbool.h>

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
    TOTALS_DETAILS,
    TOTALS_IPS,
    TOTALS_DAYS,
    TOTALS_LISTS,
};
extern const struct totals_view totals_views[TOTALS_LISTS];

/* What is shown; {0}: all. */
struct totals_shown {
    bool is_by; /* one list alone, and no advice */
    enum totals_list by;
    bool failing;  /* rows and domains with failures alone */
    unsigned top;  /* rows of each list: those with most failures, of days the last; 0: all */
    bool reasons;  /* in full */
    bool only_new; /* failures that were not told yet */
};

#endif
