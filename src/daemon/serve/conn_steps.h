/* SPDX-License-Identifier: ISC */
/* conn_steps: what a connection does in each of its phases. */
#ifndef DAEMON_SERVE_CONN_STEPS_H
#define DAEMON_SERVE_CONN_STEPS_H

#include "daemon/serve/conn_life.h"

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

#endif
