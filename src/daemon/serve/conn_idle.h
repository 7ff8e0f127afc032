/* SPDX-License-Identifier: ISC */
/* conn_idle: which waiting connections keep the memory that only a request needs: the latest. */
#ifndef DAEMON_SERVE_CONN_IDLE_H
#define DAEMON_SERVE_CONN_IDLE_H

#include <stddef.h>

struct conn;

/* Most requests come a round trip after the handshake; with 120 fetches a second and 100 ms each, a
 * dozen connections wait for theirs. */
#define CONN_IDLE_MAX 16

/* {0}: none. */
struct conn_idle {
    struct conn *conns[CONN_IDLE_MAX]; /* a ring; NULL: it waits no more */
    size_t next;
};

/* The connection waits for its request: the one that came CONN_IDLE_MAX before gives its memory
 * back if it waits still. Once for each connection. */
void conn_idle_enter(struct conn *conn);

/* It waits no more, or is about to end. */
void conn_idle_leave(struct conn *conn);

#endif
