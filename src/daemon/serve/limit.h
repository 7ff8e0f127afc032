/* SPDX-License-Identifier: ISC */
/* limit: counts the connections and limits the handshake rate of each source network, at two prefix
 * lengths, in a fixed amount of memory. */
#ifndef DAEMON_SERVE_LIMIT_H
#define DAEMON_SERVE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/network.h"

/* What one client commands, and what one neighbourhood does. */
enum limit_width {
    LIMIT_WIDTH_SOURCE,  /* an IPv4 address, an IPv6 /64 */
    LIMIT_WIDTH_NETWORK, /* an IPv4 /24, an IPv6 /48 */
    LIMIT_WIDTH_COUNT,
};

/* How many at each width; 0: no limit. */
struct limit_bounds {
    unsigned most[LIMIT_WIDTH_COUNT];
};

enum limit_verdict {
    LIMIT_VERDICT_TAKEN,
    LIMIT_VERDICT_SOURCE_FULL,
    LIMIT_VERDICT_NETWORK_FULL,
};

struct limit;

/* One for all workers; safe from each. There is room for the networks of so many connections, and
 * for as many again whose handshakes are remembered after their connections have gone; what was
 * remembered longest is forgotten first. NULL when out of memory. */
struct limit *limit_open(size_t max_connections);
void limit_close(struct limit *limit);

/* Counts one connection at both widths, or at none. Once taken, limit_give must follow with the
 * same address, and *held (if not NULL) is how many its LIMIT_WIDTH_NETWORK has, this one with
 * them. */
enum limit_verdict limit_take(struct limit *limit, const struct network_address *source,
                              const struct limit_bounds *connections, unsigned *held);
void limit_give(struct limit *limit, const struct network_address *source);

/* Whether a handshake may begin: each width bears so many a second, and as many at once after a
 * second of silence. The connection must be counted. */
enum limit_verdict limit_handshake(struct limit *limit, const struct network_address *source,
                                   const struct limit_bounds *per_second, int64_t now_ms);

/* Each millisecond of this work counts as a handshake that the connection's networks began. */
void limit_charge(struct limit *limit, const struct network_address *source,
                  const struct limit_bounds *per_second, int64_t work_ns, int64_t now_ms);

/* Whether both belong to one network of that width. */
bool limit_is_same_network(const struct network_address *a, const struct network_address *b,
                           enum limit_width width);

#endif
