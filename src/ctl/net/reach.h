/* SPDX-License-Identifier: ISC */
/* reach: decides which addresses from DNS are contacted when no user named the domain. */
#ifndef CTL_NET_REACH_H
#define CTL_NET_REACH_H

#include <stdbool.h>

#include "common/base/network.h"
#include "common/config/config.h"

/* For timers and --all: otherwise the owner of a domain's records could make this machine connect
 * to any host in its own networks. Borrows the configuration. */
struct reach {
    const struct config *config;
};

/* Whether the address may be tried: one that can be on the Internet; one of [dns]; one where a
 * listener of the configuration is, be it by its name or as an address of this machine. reach NULL:
 * a user named the domain, so any address may. */
bool reach_allows(const struct reach *reach, const struct network_address *address);

#endif
