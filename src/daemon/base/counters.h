/* SPDX-License-Identifier: ISC */
/* counters: what one worker counts for the metrics: it alone writes, without locks; others read. */
#ifndef DAEMON_BASE_COUNTERS_H
#define DAEMON_BASE_COUNTERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/senders/sender_agent.h"

/* Statuses of HTTP that answers have; the last is any other. */
#define COUNTERS_STATUSES 10

/* Versions of TLS: none was agreed on, 1.2, 1.3. */
#define COUNTERS_VERSIONS 3

enum counters_handshake {
    COUNTERS_DONE,
    COUNTERS_CHALLENGE,    /* TLS-ALPN-01, answered */
    COUNTERS_UNKNOWN_HOST, /* none is configured of this name, or no name was sent */
    COUNTERS_NO_CERTIFICATE,
    COUNTERS_CLIENT_ALERT, /* the client ended it by an alert */
    COUNTERS_FLOODED,      /* the client sent too much */
    COUNTERS_FAILED,
    COUNTERS_ABANDONED, /* the client left, its time was up, or another connection took its place */
    COUNTERS_HANDSHAKES,
};

enum counters_refusal {
    COUNTERS_SOURCE_CONNECTIONS,
    COUNTERS_NETWORK_CONNECTIONS,
    COUNTERS_SOURCE_HANDSHAKES,
    COUNTERS_NETWORK_HANDSHAKES,
    COUNTERS_FULL, /* all connections are in use */
    COUNTERS_NO_PROXY_HEADER,
    COUNTERS_NO_MEMORY,
    COUNTERS_REFUSALS,
};

/* Upper bounds of the handshakes' durations, in microseconds; and one bucket without. */
#define COUNTERS_BUCKETS 13
extern const int64_t counters_bounds_us[COUNTERS_BUCKETS];

typedef atomic_uint_fast64_t counter;

/* On cache lines of its own. */
struct counters {
    counter fetches[COUNTERS_STATUSES][SENDER_AGENT_FAMILIES];
    counter handshakes[COUNTERS_VERSIONS][COUNTERS_HANDSHAKES];
    counter durations[COUNTERS_BUCKETS + 1]; /* of handshakes, each in one bucket */
    counter duration_sum_us;
    counter accepted;
    counter connections; /* now */
    counter refusals[COUNTERS_REFUSALS];
    counter displaced; /* connections that gave way to others */
    counter hits;      /* look-ups of certificates that were loaded already */
    counter misses;    /* and that had to wait, or found none */
    counter evictions; /* of certificates, from the cache */
    counter renewals;  /* that were noticed */
};

/* NULL: out of memory. */
struct counters *counters_open(void);
void counters_close(struct counters *counters);

/* By the one thread that writes: no locked instruction. */
static inline void counters_add(counter *one, uint64_t more)
{
    atomic_store_explicit(one, atomic_load_explicit(one, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

/* Of a status, and the other way round; 0: any other. */
size_t counters_status_index(unsigned status);
unsigned counters_status(size_t index);

void counters_time(struct counters *counters, int64_t duration_us);

#endif
