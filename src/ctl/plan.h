/* SPDX-License-Identifier: ISC */
/* plan: which managed hosts are due, in which order, and when each one's turn is. */
#ifndef CTL_PLAN_H
#define CTL_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inventory.h"
#include "pace.h"

struct plan_step {
    const struct inventory_item *item; /* borrowed */
    int64_t due_at;                    /* 0: it has no usable certificate */
    int64_t order_at;
    bool waits; /* it failed, and its time to try again has not come */
};

struct plan {
    struct plan_step *steps; /* in the order of their turns; those that wait stand last */
    size_t count;
    size_t waiting;
    int64_t done_at; /* when the last one is ordered; now, if nothing is due */
};

/* Borrows from the inventory. forced: every managed host is due, and none waits. Returns 0, or -1
 * with why; *out is {0} then. */
int plan_make(struct plan *out, const struct inventory *inventory, const struct pace *pace,
              unsigned per_hour, bool forced, int64_t now, struct error *why);
void plan_free(struct plan *plan);

#endif
