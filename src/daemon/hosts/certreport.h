/* SPDX-License-Identifier: ISC */
/* certreport: which certificates a worker holds and when they expire: asked for by another thread,
 * answered by the worker between two turns of its loop. */
#ifndef DAEMON_HOSTS_CERTREPORT_H
#define DAEMON_HOSTS_CERTREPORT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/hosts/certstore.h"

#define CERTREPORT_WORST 20

struct certreport_row {
    int64_t not_before; /* both in seconds since the epoch */
    int64_t not_after;
    char *path; /* of the chain's file; owned */
};

/* The certificates that are held, each once. {0} is empty. */
struct certreport {
    struct certreport_row *rows;
    size_t count;
};

void certreport_free(struct certreport *report);

/* Moves the rows of more behind those of report; leaves more empty. Returns whether there was
 * memory. */
bool certreport_add(struct certreport *report, struct certreport *more);

/* Sorts by path, keeps one of each path (the one that expires first), then sorts by expiry. */
void certreport_merge(struct certreport *report);

/* Where one thread asks a worker; a member of the worker's caches. */
struct certreport_desk {
    pthread_mutex_t lock;
    pthread_cond_t answered;
    atomic_bool is_asked;
    bool has_answer;
    struct certreport report;
};

void certreport_desk_open(struct certreport_desk *desk);
void certreport_desk_close(struct certreport_desk *desk);

/* Asks; the worker is to be woken then. */
void certreport_ask(struct certreport_desk *desk);

/* Waits for the answer until the time of the monotonic clock; false: there was none. *out is the
 * caller's. One thread at a time. */
bool certreport_await(struct certreport_desk *desk, int64_t until_ms, struct certreport *out);

static inline bool certreport_is_asked(struct certreport_desk *desk)
{
    return atomic_load_explicit(&desk->is_asked, memory_order_acquire);
}

/* By the worker, whenever it was woken and is asked. */
void certreport_answer(struct certreport_desk *desk, const struct certstore *store);

#endif
