/* SPDX-License-Identifier: ISC */
/* listener: the listening sockets, opened or inherited, shared by all workers, and kept across
 * reloads while their `listen` line stays. */
#ifndef DAEMON_SERVE_LISTENER_H
#define DAEMON_SERVE_LISTENER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/base/finding.h"
#include "common/base/network.h"
#include "common/config/config.h"

struct listener {
    unsigned references; /* this and next: under the lock of listener.c */
    struct listener *next;
    int fd; /* not blocking; closed with the last reference */
    bool inherited;
    struct network_endpoint wanted; /* as the `listen` line says; port 0: any */
    struct network_endpoint bound;
};

/* Immutable once built, counted. */
struct listener_set {
    atomic_uint references;
    size_t count;
    struct listener *items[];
};

/* Sockets inherited by the protocol of sd_listen_fds(3). */
struct listener_inherited {
    int first_fd;
    size_t count; /* 0: none, listeners are opened here */
};

/* Reads LISTEN_PID and LISTEN_FDS, marks the descriptors close-on-exec and removes the variables.
 */
struct listener_inherited listener_inherit(void);

/* Opens one listener for each endpoint of the `listen` lines. It reuses that of old (may be NULL),
 * or one of an older set that a worker still holds; otherwise it takes the inherited socket of that
 * address or opens a new one. Returns NULL with errors in *said: a port in use, a `listen` line
 * without inherited socket, an inherited socket without `listen` line, no memory. */
struct listener_set *listener_set_open(const struct config_server *server,
                                       const struct listener_set *old,
                                       const struct listener_inherited *inherited,
                                       struct findings *said);

struct listener_set *listener_set_ref(struct listener_set *set);
void listener_set_unref(struct listener_set *set);
bool listener_set_has(const struct listener_set *set, const struct listener *listener);

/* Writes "192.0.2.1:443, [::]:443" for the log; cut at size bytes. */
void listener_set_text(const struct listener_set *set, char *out, size_t size);

#endif
