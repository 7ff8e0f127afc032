/* SPDX-License-Identifier: ISC */
/* served: checks that each address of a policy host serves the expected policy. */
#ifndef CTL_RECORDS_SERVED_H
#define CTL_RECORDS_SERVED_H

#include <stddef.h>

#include "common/config/config.h"
#include "ctl/net/dns.h"
#include "ctl/net/peer.h"
#include "ctl/net/reach.h"

struct served_params {
    struct dns *dns;
    const struct peer_trust *trust;
    const char *domain;
    const struct network_address *addresses; /* contacted in addition to those in DNS */
    size_t address_count;
    unsigned port; /* 0: 443 */
    const struct config_policy *policy;
    const struct reach *reach; /* limits which of those in DNS are contacted; NULL: all */
};

/* Fetches from each address that DNS has for the host, and from those given, as a sender would.
 * Returns 0 when each one serves exactly these bytes and DNS has one at least, or -1 with why. */
int served_everywhere(const struct served_params *params, struct error *why);

#endif
