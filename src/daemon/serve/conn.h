/* SPDX-License-Identifier: ISC */
/* conn: one client's connection and its phases: silent, PROXY header, handshake, waiting, request,
 * lingering; what it holds grows and shrinks with them. */
#ifndef DAEMON_SERVE_CONN_H
#define DAEMON_SERVE_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/network.h"
#include "daemon/hosts/caches.h"
#include "daemon/hosts/site.h"
#include "daemon/serve/conn_queues.h"
#include "daemon/serve/http.h"
#include "daemon/serve/limit.h"
#include "daemon/serve/tls.h"

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
    size_t max_connections;
    struct tls *tls;
    struct http *http;
    struct caches caches;
    struct limit *limit;
    struct site_table *table;  /* the current one; a session holds its own */
    struct conn_queues queues; /* of all open connections */
    size_t count;              /* open connections */
    struct conn *running;      /* whose step is under way; nobody else may end it */
    struct conn *closed;       /* in this turn; events may still point to them */
};

/* Whether all slots are taken. */
bool conn_is_full(const struct conn_context *context);

/* Whether nobody may be displaced now, but somebody in the next millisecond: one that came in this
 * very turn, and to whom nobody has listened yet. */
bool conn_must_wait(const struct conn_context *context);

/* Takes over an accepted descriptor, also when it refuses it. Where its network is over its limit,
 * that network's oldest idle connection gives way; where all slots are taken, the one that
 * conn_queues_displaced names; where there is none, the newcomer is closed at once. */
void conn_accept(struct conn_context *context, int fd, const struct sockaddr *peer);

/* Does what can be done after events of a connection's source; nothing once that was closed. */
void conn_run(const struct conn_source *source, uint32_t events);

/* Goes on with those that waited for files and whose turn has come. */
void conn_resume(struct conn_context *context);

/* Ends what is due; those that wait for files even then, with an alert. */
void conn_expire(struct conn_context *context);

/* Ends one that may be displaced, descriptors or memory being out. Whether there was one. */
bool conn_displace(struct conn_context *context);

/* Frees what was closed; no event of the turn may be looked at after it. */
void conn_free_closed(struct conn_context *context);

void conn_close_all(struct conn_context *context);

#endif
