/* SPDX-License-Identifier: ISC */
/* certstore_types: private header of certstore: its structures. */
#ifndef DAEMON_HOSTS_CERTSTORE_TYPES_H
#define DAEMON_HOSTS_CERTSTORE_TYPES_H

#include "daemon/hosts/certfile.h"
#include "daemon/hosts/certpool.h"
#include "daemon/hosts/certstore.h"

#define CERTSTORE_UNCOVERED                                                                        \
    512 /* hosts told apart, by hash, when a certificate lacks their names */

struct certstore_pair {
    unsigned references; /* the cache's, and one for each handshake */
    bool is_doubted;     /* the files are read anew at the next look */
    bool is_renewal;     /* it took another's place, which was not told yet */
    struct cert cert;
    enum due_stage dates_said; /* the stage of its age that was told */
    int64_t dates_ms;          /* when to look at them next */
    uint64_t uncovered_said[CERTSTORE_UNCOVERED / 64];
};

struct certstore_entry {
    struct certstore_entry *next; /* of the same bucket */
    struct certstore_entry *newer;
    struct certstore_entry *older;
    uint64_t hash;
    struct certfile file;            /* as the last look left it */
    int64_t look_ms;                 /* the files are left alone until then */
    struct certstore_pair *pair;     /* NULL: none was loaded yet */
    struct certstore_pair *previous; /* has a name that the pair lacks; else NULL */
    bool lost_chain;                 /* the files' certificate; taken when the pair expires */

    struct loader_job *job; /* the look under way, or NULL */
    int64_t asked_ms;       /* since when */
    bool hangs;             /* it does not answer */
    unsigned retries;       /* of the look, for want of a descriptor */
    struct lookup_list waiters;
    struct certstore_entry *previous_asked; /* of those that have a job */
    struct certstore_entry *next_asked;

    char paths[]; /* the chain's, NUL, the key's, NUL */
};

struct certstore {
    const struct lookup_context *context;
    struct certpool *pool;
    size_t max_pairs;   /* settled entries */
    size_t max_pending; /* entries that are not: see certstore_is_pending */
    size_t count;       /* of both */
    size_t pending;
    struct certstore_entry *newest; /* used last */
    struct certstore_entry *oldest;
    struct certstore_entry *first_asked;
    struct certstore_entry *last_asked;
    int64_t check_ms; /* when certstore_check is due, while there are any */
    int64_t lines_ms; /* when the lines were counted from */
    unsigned lines;
    size_t bucket_mask;
    struct certstore_entry *buckets[];
};

#endif
