/* SPDX-License-Identifier: ISC */
/* outcome: says what came of each host of a renewal, and of the whole. */
#ifndef CTL_CERTS_OUTCOME_H
#define CTL_CERTS_OUTCOME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

struct outcome {
    bool json;
    json_t *hosts;
    size_t renewed, failed, not_ready;
    size_t undeployed; /* certificates that the other machines still lack */
};

/* Returns 0, or -1 with why. */
int outcome_open(struct outcome *out, bool json, struct error *why);
void outcome_close(struct outcome *outcome);

/* Each says one host's line, or keeps it for the JSON. */
void outcome_renewed(struct outcome *outcome, const char *host, int64_t not_after);
void outcome_failed(struct outcome *outcome, const char *host, const char *reason,
                    int64_t next_try);
void outcome_not_ready(struct outcome *outcome, const char *host, const char *reason);
void outcome_undeployed(struct outcome *outcome, const char *host, const char *reason);

/* What is said at the end, beside what was counted. */
struct outcome_rest {
    size_t due;
    size_t waiting; /* of these, after a failure */
    unsigned orders_per_hour;
    int64_t next_order_at; /* by that rate; not after now: at once */
    int64_t now;
    const char *note; /* on the CA, for JSON; NULL: none */
};

/* Returns 0, or -1 with why when it cannot be written. */
int outcome_sum_up(struct outcome *outcome, const struct outcome_rest *rest, struct error *why);

#endif
