/* SPDX-License-Identifier: ISC */
/* conn: the connections of one worker: accepts, runs and expires them. */
#ifndef DAEMON_SERVE_CONN_H
#define DAEMON_SERVE_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/network.h"
#include "daemon/hosts/caches.h"
#include "daemon/hosts/site.h"
#include "daemon/serve/conn_idle.h"
#include "daemon/serve/conn_queues.h"
#include "daemon/serve/conn_source.h"
#include "daemon/serve/http.h"
#include "daemon/serve/limit.h"
#include "daemon/serve/tls.h"

/* What the connections of one worker share; all lent. */
struct conn_context {
    int epoll;
    int64_t now_ms;
    int64_t turn_ms;           /* how long this turn has taken so far */
    int64_t last_turn_ms;      /* and how long the last one took */
    bool is_noted;             /* the log or the metrics want to know of each fetch */
    struct counters *counters; /* NULL: metrics are off */
    size_t max_connections;
    struct tls *tls;
    struct http *http;
    struct caches caches;
    struct limit *limit;
    struct site_table *table;  /* the current one; a session holds its own */
    struct conn_queues queues; /* of all open connections */
    struct conn_idle idle;     /* those of them that wait for a request */
    size_t count;              /* open connections */
    struct conn *running;      /* the one whose step runs; only conn_run ends it */
    struct conn *closed;       /* in this turn; events may still point to them */
};

/* Takes over a reference of the table that new sessions choose their site from; gives the old one
 * back. Sessions that have chosen hold theirs. */
void conn_take_table(struct conn_context *context, struct site_table *table);

/* Whether all slots are taken. */
bool conn_is_full(const struct conn_context *context);

/* Whether no connection may be displaced now, but one may in the next millisecond: one that was
 * accepted in this turn of the loop and has not run yet. */
bool conn_must_wait(const struct conn_context *context);

/* Owns fd, an accepted socket, in every case. A client whose network is at its limit replaces its
 * oldest idle connection; one that finds all slots taken, that of conn_queues_displaced; or goes.
 */
void conn_accept(struct conn_context *context, int fd, const struct sockaddr *peer);

/* Runs a source's connection until it waits; nothing if it was closed in this turn. */
void conn_run(const struct conn_source *source, uint32_t events);

/* Runs the connections that waited for files which have been read. */
void conn_resume(struct conn_context *context);

/* Ends the connections whose time is up; with an alert, if one still waits for files. */
void conn_expire(struct conn_context *context);

/* Descriptors or memory are out: ends one that may be displaced. Returns whether there was one. */
bool conn_displace(struct conn_context *context);

/* Frees the closed connections; after the last event of a turn, since events may point to them. */
void conn_free_closed(struct conn_context *context);
void conn_close_all(struct conn_context *context);

#endif
