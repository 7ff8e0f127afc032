/* SPDX-License-Identifier: ISC */
/* reach: which addresses that DNS names are tried when nobody has typed the domain. */
#ifndef CTL_NET_REACH_H
#define CTL_NET_REACH_H

#include <stdbool.h>

#include "common/base/network.h"
#include "common/config/config.h"

/* For what a timer or --all does. Whoever publishes a domain's records would otherwise choose what
 * this machine connects to within its own networks. Borrows the configuration. */
struct reach {
    const struct config *config;
};

/* Whether the address may be tried: one that can be on the Internet; one of [dns]; one where a
 * listener of the configuration is, be it by its name or as an address of this machine. reach NULL:
 * the domain was typed, and any address may. */
bool reach_allows(const struct reach *reach, const struct network_address *address);

#endif
