/* SPDX-License-Identifier: ISC */
/* limit: counts the connections and limits the handshake rate of each source network, at two prefix
 * lengths, in a fixed amount of memory. */
#ifndef DAEMON_SERVE_LIMIT_H
#define DAEMON_SERVE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/network.h"

/* The two prefix lengths: what one client usually controls, and the network around it. */
enum limit_width {
    LIMIT_WIDTH_SOURCE,  /* an IPv4 address, an IPv6 /64 */
    LIMIT_WIDTH_NETWORK, /* an IPv4 /24, an IPv6 /48 */
    LIMIT_WIDTH_COUNT,
};

/* The limit at each width; 0: none. */
struct limit_bounds {
    unsigned most[LIMIT_WIDTH_COUNT];
};

enum limit_verdict {
    LIMIT_VERDICT_TAKEN,
    LIMIT_VERDICT_SOURCE_FULL,
    LIMIT_VERDICT_NETWORK_FULL,
};

struct limit;

/* One for all workers, thread-safe. It has room for the networks of max_connections connections,
 * and for as many again whose handshake rate is kept after their last connection closed; those are
 * replaced in turn. NULL: out of memory. */
struct limit *limit_open(size_t max_connections);
void limit_close(struct limit *limit);

/* Counts one connection at both widths, or at neither when one is full. After
 * LIMIT_VERDICT_TAKEN the caller owes one limit_give with the same address, and *held (may be NULL)
 * is the count of its LIMIT_WIDTH_NETWORK, this connection included. */
enum limit_verdict limit_take(struct limit *limit, const struct network_address *source,
                              const struct limit_bounds *connections, unsigned *held);
void limit_give(struct limit *limit, const struct network_address *source);

/* Takes one token for a handshake at both widths: per_second tokens come back each second, and a
 * bucket holds at most a second's worth. The connection must be counted. */
enum limit_verdict limit_handshake(struct limit *limit, const struct network_address *source,
                                   const struct limit_bounds *per_second, int64_t now_ms);

/* Charges CPU time to the connection's networks: each millisecond counts as one more handshake. */
void limit_charge(struct limit *limit, const struct network_address *source,
                  const struct limit_bounds *per_second, int64_t work_ns, int64_t now_ms);

/* Whether both addresses are in the same network of that width. */
bool limit_is_same_network(const struct network_address *a, const struct network_address *b,
                           enum limit_width width);

#endif
