/* SPDX-License-Identifier: ISC */
/* inspection: observes several domains at a time, judges each, and saves its state. */
#ifndef CTL_CHECK_INSPECTION_H
#define CTL_CHECK_INSPECTION_H

#include "common/config/config.h"
#include "ctl/base/finding_out.h"
#include "ctl/check/facts.h"
#include "ctl/check/observe.h"
#include "ctl/check/verdict.h"

/* A domain to inspect; borrowed. */
struct inspection_target {
    const char *domain;
    const struct config_policy *configured; /* its policy in our configuration; NULL: not ours */
    bool records_off;                       /* there; with it, a missing record is no error */
};

/* The result. {0} is valid and empty. */
struct inspection {
    struct facts facts;
    struct findings findings;
    struct verdict verdicts[VERDICT_COUNT];
    struct error state_why; /* why its state could not be read or kept; empty: it could */
};

struct inspection_params {
    const struct observe_params *params;
    const char *state; /* the state directory; NULL: none */
    size_t at_once; /* domains that are observed at a time, or as many as descriptors suffice for */
    void (*done)(void); /* called from any thread after each domain; NULL: nothing is */
};

/* Fills out[0] to out[count - 1]. Free each. Returns 0, or -1 with why when nothing was done. */
int inspection_run(struct inspection *out, const struct inspection_target *targets, size_t count,
                   const struct inspection_params *params, struct error *why);
void inspection_free(struct inspection *item);

#endif
