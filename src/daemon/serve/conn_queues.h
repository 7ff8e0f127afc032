/* SPDX-License-Identifier: ISC */
/* conn_queues: which connections wait for what and until when, and which one gives way when there
 * are too many. */
#ifndef DAEMON_SERVE_CONN_QUEUES_H
#define DAEMON_SERVE_CONN_QUEUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/network.h"
#include "daemon/base/deadline.h"
#include "daemon/serve/limit.h"

/* What a connection waits in; all of a queue wait equally long. */
enum conn_queue {
    CONN_QUEUE_SILENT,    /* nothing has come; no TLS state */
    CONN_QUEUE_PROXY,     /* a part of the PROXY header has come */
    CONN_QUEUE_HANDSHAKE, /* from the client's first byte on */
    CONN_QUEUE_WAITING,   /* the handshake is done, no request has come */
    CONN_QUEUE_REQUEST,   /* from the request's first byte to close_notify */
    CONN_QUEUE_LINGER,    /* all is said; the client may read before the socket goes */
    CONN_QUEUE_COUNT,
};

/* How much its network held when a connection came. Who holds under 8 of all connections, or under
 * a sixteenth of the slots where that is less, has weight 0; four times as many, 1; and so on. The
 * heavier give way first. */
#define CONN_QUEUES_WEIGHTS 5
unsigned conn_queues_weight(unsigned connections, size_t slots);

/* Part of a connection. {0} stands in no queue. */
struct conn_member {
    struct deadline deadline; /* first, so that a queue's entry is a member */
    enum conn_queue queue;
    int64_t since_ms;          /* when it entered its queue */
    int64_t displaced_from_ms; /* the age in its queue from which others may displace it */
    struct network_address source;
    bool counted;    /* by the limit, under its source */
    unsigned weight; /* of its network */
};

struct conn_queues {
    struct deadline_queue queues[CONN_QUEUES_WEIGHTS * CONN_QUEUE_COUNT];
    uint64_t used; /* a bit for each queue in which somebody may stand */
};

/* Moves the member to the end of a queue, from the one it stood in. */
void conn_queues_enter(struct conn_queues *queues, struct conn_member *member,
                       enum conn_queue queue, int64_t now_ms, int64_t timeout_ms);
void conn_queues_leave(struct conn_member *member);

/* Whom newcomer may displace: of the heaviest weight at which there is any, the one that is longest
 * past its displaced_from_ms. Where both have no weight, it must be past it; a heavier one than
 * newcomer need only be of an earlier turn; others are not displaced. Never newcomer itself. NULL:
 * nobody. */
struct conn_member *conn_queues_displaced(const struct conn_queues *queues,
                                          const struct conn_member *newcomer, int64_t now_ms);

/* The oldest that is counted under the newcomer's network of that width and has nothing under way.
 * Only so many are looked at: a client at its limit must not cost more for what others hold. */
struct conn_member *conn_queues_neighbour(const struct conn_queues *queues,
                                          const struct conn_member *newcomer,
                                          enum limit_width width);

/* One whose time is up, or NULL. */
struct conn_member *conn_queues_due(struct conn_queues *queues, int64_t now_ms);

/* Any one, or NULL when there is none. */
struct conn_member *conn_queues_any(struct conn_queues *queues);

/* Milliseconds until one is due, at most limit_ms (-1: no limit). */
int64_t conn_queues_wait_ms(const struct conn_queues *queues, int64_t now_ms, int64_t limit_ms);

#endif
