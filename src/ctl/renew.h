/* SPDX-License-Identifier: ISC */
/* renew: has the ACME client order what is due, a few at a time, and installs what it gets. */
#ifndef CTL_RENEW_H
#define CTL_RENEW_H

#include <stdbool.h>

#include "config.h"
#include "error.h"

struct renew_order {
    const struct config *config;
    const char *only; /* a domain or host; NULL: all */
    bool forced;      /* also what is not due, and what waits after a failure */
    bool json;
};

/* Says on stdout what came of each host. Returns 1 when a host failed or waits after a failure, 0
 * otherwise, or -1 with why when nothing could be tried. */
int renew_run(const struct renew_order *order, struct error *why);

#endif
