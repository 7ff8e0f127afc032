/* SPDX-License-Identifier: ISC */
/* plan: lists the managed hosts that are due, in order, with the time of each order. */
#ifndef CTL_CERTS_PLAN_H
#define CTL_CERTS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/certs/inventory.h"
#include "ctl/certs/pace.h"

struct plan_step {
    const struct inventory_item *item; /* borrowed */
    int64_t due_at;                    /* 0: it has no usable certificate */
    int64_t order_at;
    int64_t not_after; /* of its certificate; 0: it has no usable one */
    bool by_ari;       /* the CA suggested due_at */
    bool late;  /* ordered after the others: its orders failed repeatedly, or the last one did not
                   reach the CA */
    bool waits; /* it failed, and must not be retried yet */
};

struct plan {
    struct plan_step *steps; /* in the order of the orders; those that wait are last */
    size_t count;
    size_t waiting;
    int64_t done_at; /* when the last one is ordered; now, if nothing is due */
};

/* What a plan is made of, all borrowed; the plan borrows from the inventory. */
struct plan_params {
    const struct inventory *inventory;
    const struct pace *pace;
    const struct ari *ari;
    unsigned per_hour;
    bool forced; /* every managed host is due, and none waits */
};

/* Returns 0, or -1 with why; *out is {0} then. */
int plan_make(struct plan *out, const struct plan_params *params, int64_t now, struct error *why);
void plan_free(struct plan *plan);

#endif
