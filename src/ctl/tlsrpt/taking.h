/* SPDX-License-Identifier: ISC */
/* taking: takes reports into a store, so many at a time, each once. */
#ifndef CTL_TLSRPT_TAKING_H
#define CTL_TLSRPT_TAKING_H

#include "ctl/tlsrpt/store.h"
#include "ctl/tlsrpt/tally.h"

struct taking {
    struct store *store; /* borrowed; NULL: nothing is taken in */
    struct tally *tally; /* borrowed: where the reports wait, and are counted */
    int64_t now;         /* seconds since the epoch */
    int keep;            /* days; 0: as many as the store remembers */
    int64_t kept_from;   /* earlier reports are left out */
    size_t waiting;      /* reports that are not in the store yet */
    bool failed;         /* and why; nothing more is taken in then */
    struct error why;
};

/* Waits for other runs. store, tally, now and keep are set, the rest is {0}. */
int taking_begin(struct taking *taking, struct error *why);

/* As tally_add without a filter, and counts as that does; TALLY_BEFORE: an earlier run took the
 * same report in. After TALLY_FULL nothing more is taken in, and taking_end fails. */
enum tally_outcome taking_add(struct taking *taking, const struct report *report, bool *id_again,
                              struct error *why);

/* Writes what waits. A kill at any moment leaves a part of the reports in the store, each whole.
 * Returns 0, or -1 with why. */
int taking_end(struct taking *taking, struct error *why);

#endif
