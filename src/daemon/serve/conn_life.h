/* SPDX-License-Identifier: ISC */
/* conn_life: how a connection enters its phases, ends, and is displaced by others. */
#ifndef DAEMON_SERVE_CONN_LIFE_H
#define DAEMON_SERVE_CONN_LIFE_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/serve/bridge.h"
#include "daemon/serve/conn.h"

/* In order; conn_life.c has a table of them, conn.c their steps. */
enum conn_phase {
    CONN_PHASE_SILENT,
    CONN_PHASE_PROXY,
    CONN_PHASE_HANDSHAKE,
    CONN_PHASE_WAITING,
    CONN_PHASE_REQUEST,
    CONN_PHASE_ENDING,
    CONN_PHASE_LINGER,
    CONN_PHASE_CLOSED,
};

struct conn {
    struct conn_member member;
    struct conn_source socket_source;
    struct conn_source pair_source;
    struct conn_context *context;
    enum conn_phase phase;
    int fd;
    struct readable readable;    /* what epoll has told of fd */
    bool has_proxy;              /* a PROXY header must come first */
    struct tls_session *session; /* from the first byte to the linger */
    struct lookup_waiter waiter; /* for the files of its certificate */
    bool is_late;                /* it waits for no files any more */
    struct bridge *bridge;       /* from the request's first byte to the answer's last */
    bool is_pair_watched;        /* by epoll: the bridge has had to wait */
    bool is_counted;             /* the handshake's end */
    bool was_idle;               /* it has waited for its request */
    struct conn **idle_slot;     /* see conn_idle; NULL: none */
    int64_t begun_us;            /* the handshake, while it is noted; 0: it is not */
    int64_t shaken_us;           /* its end */
    int64_t asked_us;            /* the request's first byte */
    size_t lingered;             /* bytes read and dropped in the linger */
    struct conn *next_closed;
};

const struct config_server *conn_settings(const struct conn_context *context);

/* The connection that the member is part of. */
struct conn *conn_of(struct conn_member *member);

/* Enters the next phase. If that has another queue, time-out and age start again. */
void conn_enter(struct conn *conn, enum conn_phase phase);

/* Counts it under its source; once. False, and logged: the source or its network has too many. */
bool conn_count_source(struct conn *conn);

/* Displaces other connections until that many descriptors are free. Returns whether they are. */
bool conn_free_descriptors(struct conn *conn, unsigned wanted);

/* Closes the bridge, if there is one, and logs the fetch. */
void conn_drop_bridge(struct conn *conn, bool is_complete);

/* Logs why the client was refused, and counts it; or why its connection ends otherwise. */
void conn_refuse(const struct conn *conn, enum counters_refusal cause, const char *reason);
void conn_log_refusal(const struct conn *conn, const char *reason);

/* For the metrics: how many connections are open; and the handshake's end, while it is noted. */
void conn_count_open(struct conn_context *context);
void conn_count_handshake(struct conn *conn, enum counters_handshake outcome);

/* Whether there is a slot for the newcomer, which is counted already; another connection may be
 * displaced for it. If not, the log says so. */
bool conn_has_slot(struct conn *newcomer);

/* Ends the connection and releases all that it had, once. Not the one that runs. */
void conn_end(struct conn *conn);

#endif
