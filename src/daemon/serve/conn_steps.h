/* SPDX-License-Identifier: ISC */
/* conn_steps: what a connection does in each of its phases. */
#ifndef DAEMON_SERVE_CONN_STEPS_H
#define DAEMON_SERVE_CONN_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/serve/bridge.h"
#include "daemon/serve/conn.h"

/* In the order of a connection's life; conn.c has the table that says what holds in each. */
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
    bool has_proxy;              /* a PROXY header must come first */
    struct tls_session *session; /* from the first byte to the linger */
    struct lookup_waiter waiter; /* for the files of its certificate */
    bool is_late;                /* it waits for no files any more */
    struct bridge *bridge;       /* from the request's first byte to the answer's last */
    size_t lingered;             /* bytes read and dropped in the linger */
    struct conn *next_closed;
};

/* What a step asks of its caller, who alone ends connections. */
enum conn_step {
    CONN_STEP_WAIT,  /* nothing moves until the socket or the pair is ready */
    CONN_STEP_GO_ON, /* the phase that was entered may do something at once */
    CONN_STEP_CLOSE,
};

enum conn_step conn_step_silent(struct conn *conn);
enum conn_step conn_step_proxy(struct conn *conn);
enum conn_step conn_step_handshake(struct conn *conn);
enum conn_step conn_step_waiting(struct conn *conn);
enum conn_step conn_step_request(struct conn *conn);
enum conn_step conn_step_ending(struct conn *conn);
enum conn_step conn_step_linger(struct conn *conn);

/* ---- What conn.c does for the steps. */

/* Into the next phase. One of another queue begins its time-out and its age anew. */
void conn_enter(struct conn *conn, enum conn_phase phase);

/* Counts the connection under its source; once. Returns false, after the log was told, when the
 * source has too many, or its network has. */
bool conn_count_source(struct conn *conn);

/* Displaces others until so many descriptors are free. Returns whether they are. */
bool conn_free_descriptors(struct conn *conn, unsigned wanted);

/* Lets go of the bridge, if there is one, and logs the fetch. */
void conn_drop_bridge(struct conn *conn, bool is_complete);

#endif
