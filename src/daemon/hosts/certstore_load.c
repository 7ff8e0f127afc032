/* SPDX-License-Identifier: ISC */
/* certstore_load: looks at the files of a pair on a loader thread, and takes what they hold into
 * the cache. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cert/cert_trust.h"
#include "daemon/base/log.h"
#include "daemon/hosts/certstore_parts.h"

#define RETRIES_MAX 8 /* of a look, each with a descriptor freed before */

/* A look at the files of one entry: first what it is given, then what it found. */
struct look {
    struct loader_job job;
    struct certstore *store;       /* for the port's thread */
    struct certstore_entry *entry; /* likewise */
    struct hostname host;
    int64_t now_ms;
    struct certfile file;
    enum certfile_news news;
    struct cert cert;  /* where the news is that it was loaded */
    struct cert spare; /* likewise, for the pool */
    bool wants_spare;
    bool has_spare;
    struct error why; /* where it was refused */
    char paths[];
};

static struct look *look_of(struct loader_job *job)
{
    return (struct look *)(void *)job; /* its first member */
}

static void run_look(struct loader_job *job)
{
    struct look *look = look_of(job);
    look->news = certfile_look(&look->file, look->now_ms, &look->cert, &look->why);
    if (look->wants_spare && look->news == CERTFILE_NEWS_LOADED)
        look->has_spare = cert_copy(&look->spare, &look->cert) == 0;
}

static void free_look(struct loader_job *job)
{
    struct look *look = look_of(job);
    cert_free(&look->cert);
    cert_free(&look->spare);
    free(look);
}

/* ---- What was found. */

/* Which of the two in the entry has a name that the new one lacks, so that its hosts are served on:
 * a wrong file was put in its place. Whoever asks first, it is the same. Of both, the one that was
 * in use last, unless the older has all its names. */
static struct certstore_pair *find_lacked(const struct certstore_entry *entry,
                                          const struct cert *cert)
{
    struct certstore_pair *pair = entry->pair;
    struct certstore_pair *previous = entry->previous;
    if (previous != NULL && cert_covers_all_of(cert, &previous->cert))
        previous = NULL;
    if (pair == NULL || cert_covers_all_of(cert, &pair->cert) ||
        (previous != NULL && cert_covers_all_of(&previous->cert, &pair->cert)))
        return previous;
    return pair;
}

/* Moves the loaded certificate into the entry; mbedTLS keeps no pointer to the two heads. */
static void take_loaded(const struct certstore *store, struct certstore_entry *entry,
                        int64_t now_ms, struct cert *cert)
{
    struct certstore_pair *pair = calloc(1, sizeof(*pair));
    if (pair == NULL) {
        entry->file.digest = 0; /* so the next look reads anew */
        entry->file.read_ms = now_ms;
        return;
    }
    pair->references = 1;
    pair->is_renewal = entry->pair != NULL && !entry->pair->is_doubted;
    if (pair->is_renewal && store->context->counters != NULL)
        counters_add(&store->context->counters->renewals, 1);
    pair->cert = *cert;
    *cert = (struct cert){0};
    struct certstore_pair *kept = find_lacked(entry, &pair->cert);
    if (kept != NULL)
        kept->references++;
    certstore_pair_unref(entry->previous);
    certstore_pair_unref(entry->pair);
    entry->previous = kept;
    entry->pair = pair;
}

static bool is_expired(const struct certstore_pair *pair)
{
    return pair->cert.not_after < (int64_t)time(NULL);
}

/* Whether the loaded certificate lost its chain and the pair in service, be it another worker's, is
 * still good; that one serves until it expires. */
static bool has_lost_chain(struct look *look, int64_t now_ms)
{
    struct certstore_entry *entry = look->entry;
    if (look->cert.chain.next == NULL && entry->pair == NULL)
        certstore_load_from_pool(look->store, entry, now_ms);
    return entry->pair != NULL && !entry->pair->is_doubted && !is_expired(entry->pair) &&
           cert_trust_judge_renewal(&look->cert, &entry->pair->cert, &look->why) != 0;
}

static void take_certificate(struct look *look, int64_t now_ms)
{
    struct certstore *store = look->store;
    struct certstore_entry *entry = look->entry;
    /* What another worker's bytes were made of meanwhile is no news. */
    bool is_same = entry->pair != NULL && !entry->pair->is_doubted && entry->file.loaded &&
                   entry->file.digest == look->file.digest;
    entry->lost_chain = has_lost_chain(look, now_ms);
    certfile_copy_state(&entry->file, &look->file);
    if (entry->lost_chain) {
        certstore_say_lost_chain(store, entry, look->host.text, now_ms, &look->why);
        return;
    }
    if (look->has_spare)
        certpool_put(store->pool, &look->file, &look->spare);
    if (!is_same)
        take_loaded(look->store, entry, now_ms, &look->cert);
}

static void take_news(struct look *look, int64_t now_ms)
{
    struct certstore_entry *entry = look->entry;
    switch (look->news) {
    case CERTFILE_NEWS_NONE:
        certfile_copy_state(&entry->file, &look->file);
        break;
    case CERTFILE_NEWS_LOADED:
        take_certificate(look, now_ms);
        break;
    case CERTFILE_NEWS_REFUSED:
        certfile_copy_state(&entry->file, &look->file);
        certstore_say_refusal(look->store, entry, look->host.text, now_ms, &look->why);
        break;
    }
    entry->look_ms =
        look->now_ms + (entry->pair != NULL ? CERTSTORE_CHECK_MS : CERTSTORE_MISSING_MS);
}

/* Whether another look was begun in its place: descriptors were out, and one is free now. */
static bool retry(struct look *look, int64_t now_ms)
{
    struct certstore_entry *entry = look->entry;
    if (look->news != CERTFILE_NEWS_REFUSED || entry->retries == RETRIES_MAX ||
        !lookup_may_retry(look->store->context, look->why.cause))
        return false;
    entry->retries++;
    certstore_load_begin(look->store, entry, &look->host, now_ms);
    return entry->job != NULL;
}

static void finish_look(struct loader_job *job, int64_t now_ms)
{
    struct look *look = look_of(job);
    struct certstore *store = look->store;
    struct certstore_entry *entry = look->entry;
    certstore_cache_set_job(store, entry, NULL);
    if (retry(look, now_ms))
        return;
    entry->hangs = false;
    entry->retries = 0;
    take_news(look, now_ms);
    lookup_move(&entry->waiters, store->context->ready);
    certstore_cache_use(store, entry);
    certstore_cache_trim(store);
}

void certstore_load_from_pool(struct certstore *store, struct certstore_entry *entry,
                              int64_t now_ms)
{
    struct cert cert = {.not_after = 0};
    if (store->pool == NULL || certpool_get(store->pool, &entry->file, &cert) != 0)
        return;
    store->pending--;
    take_loaded(store, entry, now_ms, &cert);
    store->pending += certstore_is_pending(entry) ? 1 : 0;
    cert_free(&cert);
}

/* ---- Its begin. */

static struct look *make_look(struct certstore *store, struct certstore_entry *entry,
                              const struct hostname *host, int64_t now_ms)
{
    size_t chain_size = strlen(entry->file.chain_path) + 1;
    size_t size = chain_size + strlen(entry->file.key_path) + 1;
    struct look *look = calloc(1, sizeof(*look) + size);
    if (look == NULL)
        return NULL;
    look->job = (struct loader_job){
        .run = run_look, .finish = finish_look, .free = free_look, .key = entry->hash};
    look->store = store;
    look->wants_spare = store->pool != NULL;
    look->entry = entry;
    look->host = *host;
    look->now_ms = now_ms;
    memcpy(look->paths, entry->paths, size);
    look->file = entry->file;
    look->file.chain_path = look->paths;
    look->file.key_path = look->paths + chain_size;
    return look;
}

void certstore_load_begin(struct certstore *store, struct certstore_entry *entry,
                          const struct hostname *host, int64_t now_ms)
{
    struct error why;
    if (now_ms < entry->look_ms || entry->job != NULL ||
        (entry->pair == NULL && store->pending >= store->max_pending))
        return;
    if (entry->pair != NULL &&
        (entry->pair->is_doubted || (entry->lost_chain && is_expired(entry->pair))))
        certfile_forget(&entry->file);
    struct look *look = make_look(store, entry, host, now_ms);
    if (look != NULL && loader_submit(store->context->port, &look->job)) {
        if (store->first_asked == NULL)
            store->check_ms = now_ms + CERTSTORE_PATIENCE_MS;
        certstore_cache_set_job(store, entry, &look->job);
        entry->asked_ms = now_ms;
        return;
    }
    if (look != NULL)
        free_look(&look->job);
    entry->look_ms = now_ms + CERTSTORE_MISSING_MS;
    error_set(&why, "%s: not read, out of memory or threads; it is tried again",
              entry->file.chain_path);
    certstore_say_refusal(store, entry, host->text, now_ms, &why);
}
