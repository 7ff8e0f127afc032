/* SPDX-License-Identifier: ISC */
/* certstore: one worker's bounded cache of certificates, loaded on first use by loader threads,
 * keyed by path, and renewed when the files change. Never shared between threads. */
#include "daemon/hosts/certstore.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/hosts/certstore_parts.h"

struct certstore *certstore_open(size_t max_pairs, const struct lookup_context *context,
                                 struct certpool *pool)
{
    size_t buckets = 16;
    if (max_pairs < CERTSTORE_PAIRS_MAX) /* the pairs of one host never drive each other out */
        max_pairs = CERTSTORE_PAIRS_MAX;
    while (buckets < max_pairs && buckets < SIZE_MAX / 64)
        buckets *= 2;
    struct certstore *store = calloc(1, sizeof(*store) + buckets * sizeof(store->buckets[0]));
    if (store == NULL)
        return NULL;
    store->context = context;
    store->pool = pool;
    store->max_pairs = max_pairs;
    store->max_pending = max_pairs / 4 + CERTSTORE_PAIRS_MAX;
    store->bucket_mask = buckets - 1;
    return store;
}

void certstore_close(struct certstore *store)
{
    if (store == NULL)
        return;
    certstore_cache_free_all(store);
    free(store);
}

/* ---- Which pair of an entry is shown. */

/* The pair in the entry whose names have the host; NULL: neither. */
static struct certstore_pair *find_covering(const struct certstore_entry *entry,
                                            const struct hostname *host)
{
    if (entry->pair != NULL && cert_covers(&entry->pair->cert, host))
        return entry->pair;
    if (entry->previous != NULL && cert_covers(&entry->previous->cert, host))
        return entry->previous;
    return NULL;
}

/* What it served on is told anew: it is not served any more. */
static void drop_expired(struct certstore_entry *entry)
{
    if (entry->previous == NULL || entry->previous->cert.not_after >= (int64_t)time(NULL))
        return;
    certstore_pair_unref(entry->previous);
    entry->previous = NULL;
    memset(entry->pair->uncovered_said, 0, sizeof(entry->pair->uncovered_said));
}

/* RFC 8461 section 7.1: a matching chain or none. */
static struct certstore_pair *choose_pair(struct certstore *store, struct certstore_entry *entry,
                                          const struct hostname *host, int64_t now_ms)
{
    if (entry->pair == NULL)
        return NULL;
    drop_expired(entry);
    struct certstore_pair *chosen = find_covering(entry, host);
    if (chosen != NULL && chosen == entry->pair)
        certstore_say_renewal(store, entry, host->text, now_ms);
    else
        certstore_say_wrong_name(store, entry, host, chosen != NULL, now_ms);
    return chosen;
}

/* ---- The search. */

/* The entries of one site, each with its look begun if that is due. */
struct entries {
    struct certstore_entry *items[CERTSTORE_PAIRS_MAX];
    size_t count;
    struct certstore_entry *awaited;   /* worth waiting for, whatever the others have; NULL: none */
    struct certstore_entry *last_hope; /* worth it where the others have nothing; NULL: none */
    bool lacks_one;                    /* nothing of it has been read yet */
};

/* Whether a look under way is worth the wait: there is nothing to show without it, or it will have
 * ended in a moment. */
static bool is_worth_waiting(const struct certstore_entry *entry, int64_t now_ms)
{
    return entry->job != NULL && !entry->hangs &&
           (entry->pair == NULL || now_ms - entry->asked_ms < CERTSTORE_PATIENCE_MS);
}

static void add_entry(struct certstore *store, struct entries *entries,
                      const struct config_pair *pair, const struct site *site,
                      const struct hostname *host, int64_t now_ms)
{
    char chain_path[PATH_MAX];
    char key_path[PATH_MAX];
    if (config_pair_paths(chain_path, key_path, pair, site->domain) != 0)
        return; /* no such file can exist; the configuration refuses such patterns */
    struct certstore_entry *entry = certstore_cache_get(store, chain_path, key_path);
    if (entry == NULL) {
        entries->lacks_one = true;
        return;
    }
    entry->file.managed = site->managed && pair == site->pairs->items;
    certstore_load_begin(store, entry, host, now_ms);
    if (is_worth_waiting(entry, now_ms) && entries->awaited == NULL)
        entries->awaited = entry;
    if (certstore_is_pending(entry))
        entries->last_hope = entry;
    if (entry->pair == NULL && (entry->job != NULL || now_ms >= entry->look_ms))
        entries->lacks_one = true;
    entries->items[entries->count++] = entry;
}

static size_t choose_pairs(struct certstore *store, const struct entries *entries,
                           const struct hostname *host, int64_t now_ms,
                           struct certstore_pair *out[CERTSTORE_PAIRS_MAX])
{
    size_t found = 0;
    for (size_t i = 0; i < entries->count; i++) {
        struct certstore_entry *entry = entries->items[i];
        struct certstore_pair *pair = choose_pair(store, entry, host, now_ms);
        if (pair == NULL)
            continue;
        certstore_say_dates(store, pair, entry->file.chain_path, host->text, now_ms);
        pair->references++;
        out[found++] = pair;
    }
    return found;
}

enum lookup_result certstore_find(struct certstore *store, const struct site *site,
                                  const struct hostname *policy_host, int64_t now_ms,
                                  struct lookup_waiter *waiter,
                                  struct certstore_pair *out[CERTSTORE_PAIRS_MAX], size_t *count)
{
    struct entries entries = {.count = 0};
    size_t configured = site->pairs != NULL ? site->pairs->count : 0;
    *count = 0;
    for (size_t i = 0; i < configured && i < CERTSTORE_PAIRS_MAX; i++)
        add_entry(store, &entries, &site->pairs->items[i], site, policy_host, now_ms);
    struct certstore_entry *awaited = entries.awaited;
    if (awaited == NULL || waiter == NULL) {
        *count = choose_pairs(store, &entries, policy_host, now_ms, out);
        awaited = *count == 0 ? entries.last_hope : NULL;
    }
    if (awaited != NULL && waiter != NULL)
        lookup_wait(waiter, &awaited->waiters);
    certstore_cache_trim(store);
    struct counters *counters = store->context->counters;
    if (counters != NULL)
        counters_add(*count > 0 ? &counters->hits : &counters->misses, 1);
    if (*count > 0)
        return LOOKUP_FOUND;
    if (awaited != NULL && waiter != NULL)
        return LOOKUP_WAIT;
    return entries.lacks_one ? LOOKUP_LATE : LOOKUP_NONE;
}

/* ---- Looks that take long. */

int64_t certstore_wait_ms(const struct certstore *store, int64_t now_ms, int64_t limit_ms)
{
    if (store->first_asked == NULL)
        return limit_ms;
    int64_t left_ms = store->check_ms > now_ms ? store->check_ms - now_ms : 0;
    return limit_ms < 0 || left_ms < limit_ms ? left_ms : limit_ms;
}

void certstore_check(struct certstore *store, int64_t now_ms)
{
    if (store->first_asked == NULL || now_ms < store->check_ms)
        return;
    store->check_ms = now_ms + CERTSTORE_PATIENCE_MS;
    loader_tell_hanging(loader_of(store->context->port));
    for (struct certstore_entry *entry = store->first_asked; entry != NULL;
         entry = entry->next_asked) {
        bool hung = entry->hangs;
        entry->hangs = loader_job_hangs(entry->job);
        if (entry->pair == NULL && now_ms - entry->asked_ms >= CERTSTORE_PATIENCE_MS)
            certstore_load_from_pool(store, entry, now_ms);
        bool has_news = entry->pair != NULL ? !is_worth_waiting(entry, now_ms)
                                            : entry->hangs && !hung; /* another pair may do */
        if (has_news)
            lookup_move(&entry->waiters, store->context->ready);
    }
}
