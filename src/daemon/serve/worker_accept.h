/* SPDX-License-Identifier: ISC */
/* worker_accept: classifies the errors of accept(2). */
#ifndef DAEMON_SERVE_WORKER_ACCEPT_H
#define DAEMON_SERVE_WORKER_ACCEPT_H

#include <stdbool.h>

/* Whether the error concerns that client alone, so that the next accept may succeed. */
bool worker_accept_is_transient(int reason);

/* Whether the system lacks a resource that a closed connection may free. Any other error, such as
 * EPERM of a security module, is the same for the next client. */
bool worker_accept_lacks_resource(int reason);

/* Whether a client waits: out of descriptors, accept4 fails either way. */
bool worker_accept_has_waiting(int listen_fd);

/* Opens a descriptor to close when another one is needed; -1 if there is none. */
int worker_accept_spare(void);

/* For when descriptors are out and no idle connection can be closed: uses the spare one to accept
 * and close the client, so that the listener does not stay readable. Returns whether it did. */
bool worker_accept_refuse(int listen_fd, int *spare_fd);

#endif
