/* SPDX-License-Identifier: ISC */
/* caches: one worker's caches of certificates and challenges, and the loader that fills them. */
#ifndef DAEMON_HOSTS_CACHES_H
#define DAEMON_HOSTS_CACHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/base/loader.h"
#include "daemon/base/lookup.h"
#include "daemon/hosts/certpool.h"
#include "daemon/hosts/certreport.h"
#include "daemon/hosts/certstore.h"
#include "daemon/hosts/challenge.h"

/* Not to be moved while it is open. {0} may be closed. */
struct caches {
    struct lookup_list ready; /* waiters whose turn has come */
    struct lookup_context lookup;
    struct certstore *certs;
    struct challenges *challenges;
    struct counters *counters;   /* of all that the worker counts; it is lent to lookup to count */
    struct certreport_desk desk; /* where others ask what certificates there are */
    int wake_fd;
};

/* pool is what all workers share, lent; NULL: nothing. wake_fd is an eventfd(2), lent: when it
 * becomes readable, caches_run has something to do. make_room frees a descriptor for one that a
 * loader lacks, and says whether it could; owner is its argument. Returns 0, or -1 when out of
 * memory, with what is open to be closed. */
int caches_open(struct caches *caches, struct loader *loader, struct certpool *pool, int wake_fd,
                size_t max_pairs, bool (*make_room)(void *owner), void *owner);

/* By another thread: asks the worker for its certificates, and wakes it; certreport_await has them.
 */
void caches_ask(struct caches *caches);

/* Waiters must have left. */
void caches_close(struct caches *caches);

/* Takes in what loaders have read since. */
void caches_run(struct caches *caches, int64_t now_ms);

/* Milliseconds until caches_check is due, at most limit_ms; -1 means no limit. */
int64_t caches_wait_ms(const struct caches *caches, int64_t now_ms, int64_t limit_ms);

/* Has those go on who have waited long enough. */
void caches_check(struct caches *caches, int64_t now_ms);

#endif
