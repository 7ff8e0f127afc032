/* SPDX-License-Identifier: ISC */
/* outcome: reports the result of each host of a renewal, and the totals. */
#ifndef CTL_CERTS_OUTCOME_H
#define CTL_CERTS_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "ctl/base/told.h"
#include "ctl/base/writer.h"
#include "ctl/certs/plan.h"

struct outcome {
    bool json;
    bool all;             /* print every line: a terminal, or one domain was asked for */
    struct told *told;    /* borrowed */
    struct writer writer; /* in the list of hosts; {0} without json */
    size_t renewed, failed, not_ready, waiting;
    size_t undeployed; /* certificates not yet copied to the other machines */
    size_t recent;     /* of the four above, those in trouble for less than a day */
    size_t unsaid;     /* and those not printed, since they were not long ago */
};

void outcome_open(struct outcome *out, struct told *told, bool json, bool all);
void outcome_close(struct outcome *outcome);

/* Each prints one host's line, with the end of its certificate, or writes it as JSON. Trouble older
 * than a day is printed once a day. */
void outcome_renewed(struct outcome *outcome, const struct plan_step *step, int64_t not_after);
/* next_try 0: the next run does. */
void outcome_failed(struct outcome *outcome, const struct plan_step *step, const char *reason,
                    int64_t next_try);
void outcome_not_ready(struct outcome *outcome, const struct plan_step *step, const char *reason);
/* After so many failures in a row, the last of them for this reason. */
void outcome_waits(struct outcome *outcome, const struct plan_step *step, unsigned failures,
                   const char *reason);
void outcome_undeployed(struct outcome *outcome, const char *host, const char *reason);

/* What the summary contains beside the counts. */
struct outcome_rest {
    size_t due;
    unsigned orders_per_hour;
    int64_t next_order_at; /* by that rate; not after now: at once */
    int64_t now;
    const char *note;  /* on the CA, for JSON; NULL: none */
    const char *ended; /* why the run ended before its time; NULL: it did not */
};

/* Returns 0, or -1 with why when it cannot be written. */
int outcome_sum_up(struct outcome *outcome, const struct outcome_rest *rest, struct error *why);

#endif
