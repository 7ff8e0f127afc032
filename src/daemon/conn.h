/* SPDX-License-Identifier: ISC */
/* conn: one client's connection and its phases: silent, PROXY header, handshake, waiting, request,
 * lingering; what it holds grows and shrinks with them. */
#ifndef DAEMON_CONN_H
#define DAEMON_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "caches.h"
#include "crowd.h"
#include "http.h"
#include "limit.h"
#include "network.h"
#include "site.h"
#include "tls.h"

/* What starts every thing that an epoll set points to. */
enum conn_source_kind {
    CONN_SOURCE_SOCKET,
    CONN_SOURCE_PAIR,
    CONN_SOURCE_OTHER, /* the worker's own: listener, wake-up, libmicrohttpd */
};

struct conn;

struct conn_source {
    enum conn_source_kind kind;
    struct conn *conn;
};

/* What the connections of one worker share; all lent. */
struct conn_context {
    int epoll;
    int64_t now_ms;
    int64_t turn_ms;      /* how long this turn has taken so far */
    int64_t last_turn_ms; /* and how long the last one took */
    struct tls *tls;
    struct http *http;
    struct caches caches;
    struct limit *limit;
    struct site_table *table; /* the current one; a session holds its own */
    struct crowd crowd;       /* of all open connections */
    size_t count;             /* open connections */
    struct conn *buried;      /* closed in this turn; events may still point to them */
};

/* Takes over an accepted descriptor, also when it refuses it: a network over its limit makes room
 * by its own oldest idle connection, or the newcomer is closed at once. */
void conn_accept(struct conn_context *context, int fd, const struct sockaddr *peer);

/* Does all that can be done now. */
void conn_run(struct conn *conn);

/* Goes on with those that waited for files and whose turn has come. */
void conn_resume(struct conn_context *context);

/* Ends what is due; who waits for files then, with an alert. */
void conn_expire(struct conn_context *context);

/* Closes the oldest idle connection to make room. Returns whether there was one. */
bool conn_evict(struct conn_context *context);

/* Whether each idle connection was accepted in this very turn, so that nobody has listened to it.
 */
bool conn_only_new_are_idle(const struct conn_context *context);

/* Frees what was closed; no event of the turn may be looked at after it. */
void conn_bury(struct conn_context *context);

void conn_close_all(struct conn_context *context);

#endif
