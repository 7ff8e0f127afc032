/* SPDX-License-Identifier: ISC */
/* renew: plans what is due, has it ordered, and says what came of it. */
#ifndef CTL_CERTS_RENEW_H
#define CTL_CERTS_RENEW_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/config/config.h"

struct renew_params {
    const struct config *config;
    const char *only; /* a domain or host; NULL: all */
    bool forced;      /* also what is not due, and what waits after a failure */
    bool json;
    const char *resolver; /* as dns_open takes them */
    const char *anchors;
    unsigned probe_port; /* where challenges are looked at */
    unsigned wait_s;     /* how long hosts that are not ready are waited for; 0: moments */
};

/* Says on stdout what came of each host. Returns SETUP_FOUND when a host failed, is not ready, or
 * waits after a failure; SETUP_KNOWN when each such host has been in trouble for more than a day;
 * SETUP_FINE otherwise; or -1 with why when nothing could be tried. */
int renew_run(const struct renew_params *params, struct error *why);

#endif
