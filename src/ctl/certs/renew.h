/* SPDX-License-Identifier: ISC */
/* renew: runs a renewal: plans what is due, orders it, and prints the results. */
#ifndef CTL_CERTS_RENEW_H
#define CTL_CERTS_RENEW_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/config/config.h"

struct renew_params {
    const struct config *config;
    const char *only; /* a domain or host; NULL: all */
    bool forced;      /* also hosts that are not due, or wait after a failure */
    bool json;
    const char *resolver; /* as dns_open takes them */
    const char *anchors;
    unsigned probe_port; /* where challenges are tested */
    unsigned wait_s;     /* how long to retry hosts that are not ready; 0: a few tries */
};

/* Prints the result of each host. Returns SETUP_FOUND when a host failed, is not ready, or
 * waits after a failure; SETUP_KNOWN when each such host has been in trouble for more than a day;
 * SETUP_FINE otherwise; or -1 with why when the test could not run. */
int renew_run(const struct renew_params *params, struct error *why);

#endif
