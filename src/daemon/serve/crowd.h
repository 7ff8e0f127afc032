/* SPDX-License-Identifier: ISC */
/* crowd: which connections wait for what and until when, and which one goes when there are too
 * many.
 */
#ifndef DAEMON_SERVE_CROWD_H
#define DAEMON_SERVE_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/network.h"
#include "daemon/base/deadline.h"
#include "daemon/serve/limit.h"

/* What a connection waits in; all of a queue wait equally long. */
enum crowd_queue {
    CROWD_QUEUE_SILENT,    /* nothing has come; no TLS state */
    CROWD_QUEUE_WAITING,   /* the handshake is done, no request has come */
    CROWD_QUEUE_HANDSHAKE, /* from the first byte on */
    CROWD_QUEUE_REQUEST,   /* from the request's first byte to the answer's last */
    CROWD_QUEUE_LINGER,    /* all is said; the client may read before the socket goes */
    CROWD_QUEUE_COUNT,
};

/* Part of a connection. */
struct crowd_member {
    struct deadline deadline; /* first, so that a queue's entry is a member */
    int64_t since_ms;         /* when it entered its queue */
    struct network_address source;
    bool counted; /* by the limit, under its source */
};

struct crowd {
    struct deadline_queue queues[CROWD_QUEUE_COUNT];
};

/* Moves the member to the end of a queue, from the one it stood in. */
void crowd_enter(struct crowd *crowd, struct crowd_member *member, enum crowd_queue queue,
                 int64_t now_ms, int64_t timeout_ms);
void crowd_leave(struct crowd_member *member);

/* Of those who wait for their client, the one that began first: a handshake that was begun and left
 * is as idle as silence. NULL: all are busy. */
struct crowd_member *crowd_oldest_idle(const struct crowd *crowd);

/* The oldest that is counted under the newcomer's network of that width and has nothing under way.
 * Only so many are looked at: a client at its limit must not cost more for what others hold. */
struct crowd_member *crowd_oldest_neighbour(const struct crowd *crowd,
                                            const struct crowd_member *newcomer,
                                            enum limit_width width);

/* One whose time is up, or NULL. */
struct crowd_member *crowd_due(const struct crowd *crowd, int64_t now_ms);

/* Any one, or NULL when there is none. */
struct crowd_member *crowd_any(const struct crowd *crowd);

/* Milliseconds until one is due, at most limit_ms (-1: no limit). */
int64_t crowd_wait_ms(const struct crowd *crowd, int64_t now_ms, int64_t limit_ms);

#endif
