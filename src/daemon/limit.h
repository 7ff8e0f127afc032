/* SPDX-License-Identifier: ISC */
/* limit: counts the connections of each source network, in memory that never grows. */
#ifndef DAEMON_LIMIT_H
#define DAEMON_LIMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "network.h"

struct limit;

/* Room for as many networks as there can be connections. One for all workers; safe from each. NULL
 * when out of memory. */
struct limit *limit_open(size_t max_connections);
void limit_close(struct limit *limit);

/* Counts one connection of the address's network, unless that has max already (0: no limit) or
 * there is no room. Returns whether it was counted; then limit_give must follow with the same
 * address. */
bool limit_take(struct limit *limit, const struct network_address *source, unsigned max);
void limit_give(struct limit *limit, const struct network_address *source);

/* Whether both belong to one source network: the address itself for IPv4, its /64 for IPv6, since
 * one client commands that many. */
bool limit_is_same_network(const struct network_address *a, const struct network_address *b);

#endif
