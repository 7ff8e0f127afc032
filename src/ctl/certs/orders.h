/* SPDX-License-Identifier: ISC */
/* orders: checks the hosts of a plan, runs the ACME client for those that are ready, a few at a
 * time, and installs the certificates. */
#ifndef CTL_CERTS_ORDERS_H
#define CTL_CERTS_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/config/config.h"
#include "ctl/acme/ari.h"
#include "ctl/acme/precheck.h"
#include "ctl/certs/outcome.h"
#include "ctl/certs/pace.h"
#include "ctl/certs/plan.h"

/* All borrowed. */
struct orders_params {
    const struct config_acme *acme;
    const struct plan *plan;
    const struct ari *ari;
    const struct precheck_params *precheck; /* NULL: hosts are not checked before */
    struct pace *pace;
    struct outcome *outcome;
    bool anew;       /* do not use a certificate that an earlier run left uninstalled */
    unsigned wait_s; /* how long to retry hosts that are not ready; 0: a few tries */
};

/* Returns 0 when each host had its turn, or no further order may be made now: the rate, a CA that
 * does not answer. Returns -1 with why when it had to stop: a signal, a state that cannot be
 * written. Either way *outcome has what came of each host that had its turn. */
int orders_run(const struct orders_params *params, struct error *why);

#endif
