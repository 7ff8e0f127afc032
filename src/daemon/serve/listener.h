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
    unsigned references; /* under a lock, as the next */
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

/* One listener for each endpoint of the `listen` lines: that of old (may be NULL) where it has it,
 * else one that an older set had and a worker still holds, else the inherited socket of that
 * address, else a fresh one. Adds all that is wrong to *said: a port in use, a `listen` line that
 * is not among the inherited sockets or the reverse. NULL then. */
struct listener_set *listener_set_open(const struct config_server *server,
                                       const struct listener_set *old,
                                       const struct listener_inherited *inherited,
                                       struct findings *said);

struct listener_set *listener_set_ref(struct listener_set *set);
void listener_set_unref(struct listener_set *set);
bool listener_set_has(const struct listener_set *set, const struct listener *listener);

/* Writes "192.0.2.1:443, [::]:443" for the log, cut where out is full. */
void listener_set_text(const struct listener_set *set, char *out, size_t size);

#endif
