/* SPDX-License-Identifier: ISC */
/* certstore_parts: what the parts of certstore know of each other. */
#ifndef DAEMON_CERTSTORE_PARTS_H
#define DAEMON_CERTSTORE_PARTS_H

#include "certfile.h"
#include "certpool.h"
#include "certstore.h"

#define CERTSTORE_UNCOVERED                                                                        \
    512 /* hosts told apart, by hash, when a certificate lacks their names */

struct certstore_pair {
    unsigned references; /* the cache's, and one for each handshake */
    bool is_doubted;     /* the files are read anew at the next look */
    bool is_renewal;     /* it took another's place, which was not told yet */
    struct cert cert;
    enum due_health dates_said; /* the worst that was told of its dates */
    int64_t dates_ms;           /* when to look at them next */
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

/* Nothing was loaded yet, and a look is under way. Such entries have a bound of their own, lest
 * hosts whose files do not answer drive those out that are served. */
static inline bool certstore_is_pending(const struct certstore_entry *entry)
{
    return entry->pair == NULL && entry->job != NULL;
}

/* ---- certstore_cache.c: entries by their paths. */

/* The entry of the two paths, made when there is none; NULL: out of memory, or too many are
 * pending. */
struct certstore_entry *certstore_cache_get(struct certstore *store, const char *chain_path,
                                            const char *key_path);
void certstore_cache_free_all(struct certstore *store);

/* It was used last of all. */
void certstore_cache_use(struct certstore *store, struct certstore_entry *entry);

/* Drops what is over the bound, the one that was not used for longest first. */
void certstore_cache_trim(struct certstore *store);

/* ---- certstore_load.c: looks at the files of an entry. */

/* Begins one if it is due. host is named in what is logged of it. */
void certstore_load_begin(struct certstore *store, struct certstore_entry *entry,
                          const struct hostname *host, int64_t now_ms);

/* Takes into a pending entry what another worker has loaded, if there is such. */
void certstore_load_from_pool(struct certstore *store, struct certstore_entry *entry,
                              int64_t now_ms);

/* Gives a look under way up; who waits for it has his turn. */
void certstore_load_forget(struct certstore *store, struct certstore_entry *entry);

/* ---- certstore_say.c: what is logged, each once, and not too much of it. */

void certstore_say_refusal(struct certstore *store, struct certstore_entry *entry, const char *host,
                           int64_t now_ms, const struct error *why);
void certstore_say_renewal(struct certstore *store, struct certstore_entry *entry, const char *host,
                           int64_t now_ms);
void certstore_say_dates(struct certstore *store, struct certstore_pair *pair, const char *path,
                         const char *host, int64_t now_ms);

/* That the entry's pair lacks the name of the host; has_other: which another pair serves. */
void certstore_say_wrong_name(struct certstore *store, struct certstore_entry *entry,
                              const struct hostname *host, bool has_other, int64_t now_ms);

#endif
