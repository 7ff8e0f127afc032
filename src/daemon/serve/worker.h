/* SPDX-License-Identifier: ISC */
/* worker: one thread with its own epoll set, certificates and libmicrohttpd, which accepts and
 * serves until it is told to drain. */
#ifndef DAEMON_SERVE_WORKER_H
#define DAEMON_SERVE_WORKER_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "daemon/base/loader.h"
#include "daemon/hosts/caches.h"
#include "daemon/hosts/site.h"
#include "daemon/serve/limit.h"
#include "daemon/serve/listener.h"
#include "daemon/serve/tls.h"

struct worker;

/* What all workers share. */
struct worker_shared {
    struct tls *tls;
    struct limit *limit;
    struct loader *loader;
    struct certpool *pool;  /* NULL: there is one worker */
    size_t max_connections; /* of one worker */
};

/* Starts the thread. table and listeners are borrowed for the call; the worker takes references of
 * its own. */
int worker_open(struct worker **out, const struct worker_shared *shared, struct site_table *table,
                struct listener_set *listeners, struct error *why);

/* Hands over a new state; what is being served ends with the old one. Never fails, never waits for
 * connections. */
void worker_update(struct worker *worker, struct site_table *table, struct listener_set *listeners);

/* How many turns its loop has made, after which it is woken to make another. */
uint64_t worker_turns(struct worker *worker);

/* For the metrics: its counters, and where to ask it for its certificates. Lent. */
struct caches *worker_caches(struct worker *worker);

/* Accepts what waits (on sockets that will close), accepts no more, and ends when the last
 * connection has ended or after timeout_ms. Returns at once. */
void worker_drain(struct worker *worker, int64_t timeout_ms);

/* Waits for the thread's end and frees all. worker_drain must have been called. */
void worker_close(struct worker *worker);

#endif
