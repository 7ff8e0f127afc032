/* SPDX-License-Identifier: ISC */
/* conn_queues: queues of connections by phase, with their time-outs, and which connection is
 * displaced when there are too many. */
#ifndef DAEMON_SERVE_CONN_QUEUES_H
#define DAEMON_SERVE_CONN_QUEUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/network.h"
#include "daemon/base/deadline.h"
#include "daemon/serve/limit.h"

/* The queues; all entries of one have the same time-out. */
enum conn_queue {
    CONN_QUEUE_SILENT,    /* nothing has come; no TLS state */
    CONN_QUEUE_PROXY,     /* a part of the PROXY header has come */
    CONN_QUEUE_HANDSHAKE, /* from the client's first byte on */
    CONN_QUEUE_WAITING,   /* the handshake is done, no request has come */
    CONN_QUEUE_REQUEST,   /* from the request's first byte to close_notify */
    CONN_QUEUE_LINGER,    /* the answer is sent; the client reads it before we close */
    CONN_QUEUE_COUNT,
};

/* The weight of a connection: how many its network had when it was accepted. Under 8, or under a
 * sixteenth of the slots if that is less, is weight 0; up to four times as many, 1; and so on.
 * Heavier ones are displaced first. */
#define CONN_QUEUES_WEIGHTS 5
unsigned conn_queues_weight(unsigned connections, size_t slots);

/* Embedded in a connection. {0}: not queued. */
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
    uint64_t used; /* a bit for each queue that may have entries */
};

/* Moves the member from its queue, if any, to the end of another. */
void conn_queues_enter(struct conn_queues *queues, struct conn_member *member,
                       enum conn_queue queue, int64_t now_ms, int64_t timeout_ms);
void conn_queues_leave(struct conn_member *member);

/* Returns the connection that newcomer may displace: of the heaviest weight that has one, the one
 * longest past its displaced_from_ms. At weight 0 it must be past it; one heavier than newcomer
 * need only come from an earlier turn; others are not displaced, nor newcomer itself. NULL: none.
 */
struct conn_member *conn_queues_displaced(const struct conn_queues *queues,
                                          const struct conn_member *newcomer, int64_t now_ms);

/* Returns the idle connection of the newcomer's network of that width that is the oldest; an
 * unfinished handshake counts as idle. NULL: none. Searches a bounded number. */
struct conn_member *conn_queues_neighbour(const struct conn_queues *queues,
                                          const struct conn_member *newcomer,
                                          enum limit_width width);

/* Returns one whose time is up, or NULL. */
struct conn_member *conn_queues_due(struct conn_queues *queues, int64_t now_ms);

/* Returns any one, or NULL. */
struct conn_member *conn_queues_any(struct conn_queues *queues);

/* Milliseconds until one is due, at most limit_ms (-1: no limit). */
int64_t conn_queues_wait_ms(const struct conn_queues *queues, int64_t now_ms, int64_t limit_ms);

#endif
