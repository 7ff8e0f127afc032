/* SPDX-License-Identifier: ISC */
/* lookup: the results of a search in a cache that loaders fill, and the list of those who wait for
 * one. */
#ifndef DAEMON_BASE_LOOKUP_H
#define DAEMON_BASE_LOOKUP_H

#include <stdbool.h>

#include "daemon/base/counters.h"
#include "daemon/base/loader.h"

enum lookup_result {
    LOOKUP_FOUND,
    LOOKUP_NONE, /* the files were read, and there is nothing to use */
    LOOKUP_WAIT, /* the waiter will be on the ready list; then ask again */
    LOOKUP_LATE, /* there is nothing to use, since a file has not been read yet */
};

/* Embedded in who waits. {0} waits for nothing. */
struct lookup_waiter {
    struct lookup_waiter *next;
    struct lookup_waiter **link; /* what points to it */
};

/* {0} is empty. Waiters are lent, and leave before they go. */
struct lookup_list {
    struct lookup_waiter *first;
};

/* What the caches of one thread share; all lent. */
struct lookup_context {
    struct loader_port *port;
    struct lookup_list *ready;           /* whose turn has come */
    bool (*make_room)(void *room_owner); /* frees a descriptor; whether there was one to free */
    void *room_owner;                    /* its argument */
    struct counters *counters;           /* NULL: nothing is counted */
};

/* Moves the waiter into the list, out of the one it is in. */
void lookup_wait(struct lookup_waiter *waiter, struct lookup_list *list);
void lookup_leave(struct lookup_waiter *waiter);
bool lookup_is_waiting(const struct lookup_waiter *waiter);

/* All of one list go into the other. */
void lookup_move(struct lookup_list *from, struct lookup_list *to);

/* Takes one out; NULL: the list is empty. */
struct lookup_waiter *lookup_take(struct lookup_list *list);

/* Where descriptors are out (the errno of a read that failed), has one freed. Whether to read
 * again. */
bool lookup_may_retry(const struct lookup_context *context, int cause);

/* A hash of texts, for caches and for the keys of jobs; begins with HASH_START. */
uint64_t lookup_hash(uint64_t hash, const char *text);

#endif
