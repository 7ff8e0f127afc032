/* SPDX-License-Identifier: ISC */
/* plan: which managed hosts are due, in which order, and when each one's turn is. */
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
    bool late;         /* it comes after the others: its orders failed again and again, or the last
                        * one found no CA, and the next must not be kept from theirs */
    bool waits;        /* it failed, and its time to try again has not come */
};

struct plan {
    struct plan_step *steps; /* in the order of their turns; those that wait stand last */
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
