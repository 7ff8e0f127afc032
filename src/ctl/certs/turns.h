/* SPDX-License-Identifier: ISC */
/* turns: chooses which host of a plan is checked next; those that were not ready are retried. */
#ifndef CTL_CERTS_TURNS_H
#define CTL_CERTS_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "ctl/certs/plan.h"

#define TURNS_PATIENCE_MS 30000 /* how long a host is retried without --wait */

struct turn {
    const struct plan_step *step; /* borrowed */
    unsigned tries;               /* that found it not ready */
    int64_t first_ms;             /* the first of them */
    int64_t again_ms;             /* 0: none is due */
};

/* {0} is valid and empty. */
struct turns {
    struct turn *items;
    size_t count;
    size_t fresh;  /* the first that had no turn yet */
    size_t parked; /* that wait for another */
};

/* Takes the steps that do not wait after a failure. Returns 0, or -1 with why; *out is {0} then. */
int turns_open(struct turns *out, const struct plan *plan, struct error *why);
void turns_close(struct turns *turns);

/* The one whose turn it is now, or NULL. */
struct turn *turns_next(struct turns *turns, int64_t now_ms);

/* Gives one that was not ready another turn, after 2, 5, 10, and then each 10 seconds: until
 * until_ms, or for TURNS_PATIENCE_MS and three turns if it may pass by itself. Returns whether it
 * gets one. */
bool turns_again(struct turns *turns, struct turn *turn, bool may_pass, int64_t until_ms,
                 int64_t now_ms);

#endif
