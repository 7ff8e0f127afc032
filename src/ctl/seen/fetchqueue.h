/* SPDX-License-Identifier: ISC */
/* fetchqueue: holds fetches back for some lines, while the memory that they need is got. */
#ifndef CTL_SEEN_FETCHQUEUE_H
#define CTL_SEEN_FETCHQUEUE_H

#include "common/base/error.h"
#include "common/name/hostname.h"
#include "ctl/seen/lastseen.h"

/* The domains of a log come in any order, and each fetch touches four places in memory. Waiting for
 * one after the other takes most of the time of reading a log of 100,000 domains. */

#define FETCHQUEUE_MAX 16 /* a power of two */

struct fetchqueue_item {
    struct logline fetch; /* its domain is in name */
    int64_t time;
    uint64_t hash;
    char name[HOSTNAME_MAX];
};

/* {0} with `to` set is empty. */
struct fetchqueue {
    struct lastseen *to;
    size_t begun, done; /* counts of fetches */
    struct fetchqueue_item items[FETCHQUEUE_MAX];
};

/* As lastseen_add, later; the line may be gone by then. Returns 0, or -1 with why. */
int fetchqueue_add(struct fetchqueue *queue, const struct logline *fetch, int64_t time,
                   struct error *why);

/* Hands over those that wait. Returns 0, or -1 with why. */
int fetchqueue_finish(struct fetchqueue *queue, struct error *why);

#endif
