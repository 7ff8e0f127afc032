/* SPDX-License-Identifier: ISC */
/* worker_accept: what to make of an accept(2) that failed. */
#ifndef DAEMON_SERVE_WORKER_ACCEPT_H
#define DAEMON_SERVE_WORKER_ACCEPT_H

#include <stdbool.h>

/* Whether errno tells of that client's trouble, and the next one may fare better. */
bool worker_accept_was_the_clients(int reason);

/* Whether a connection that ends may mend it. Any other reason, EPERM of a security module among
 * them, holds for the next client as well. */
bool worker_accept_lacks_room(int reason);

/* Whether a client waits: out of descriptors, accept4 fails either way. */
bool worker_accept_has_waiting(int listen_fd);

/* A descriptor to give up when there is need of one; -1 when none is to be had. */
int worker_accept_spare(void);

/* Descriptors are out and nobody idle can go: gives up the spare one for as long as it takes to
 * refuse the client instead of leaving it waiting, so that the listener does not stay readable for
 * ever. Returns whether that worked. */
bool worker_accept_refuse(int listen_fd, int *spare_fd);

#endif
