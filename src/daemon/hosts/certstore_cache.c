/* SPDX-License-Identifier: ISC */
/* certstore_cache: the pairs and entries of a certificate cache; the least used goes first. */
#include <stdlib.h>
#include <string.h>

#include "daemon/hosts/certstore_parts.h"

/* ---- Pairs. */

struct cert *certstore_pair_cert(struct certstore_pair *pair)
{
    return &pair->cert;
}

void certstore_pair_doubt(struct certstore_pair *pair)
{
    pair->is_doubted = true;
}

void certstore_pair_unref(struct certstore_pair *pair)
{
    if (pair == NULL || --pair->references > 0)
        return;
    cert_free(&pair->cert);
    free(pair);
}

/* ---- The entries that have a look under way, in the order of its begin. */

static void link_asked(struct certstore *store, struct certstore_entry *entry)
{
    entry->previous_asked = store->last_asked;
    entry->next_asked = NULL;
    *(store->last_asked != NULL ? &store->last_asked->next_asked : &store->first_asked) = entry;
    store->last_asked = entry;
}

static void unlink_asked(struct certstore *store, struct certstore_entry *entry)
{
    *(entry->previous_asked != NULL ? &entry->previous_asked->next_asked : &store->first_asked) =
        entry->next_asked;
    *(entry->next_asked != NULL ? &entry->next_asked->previous_asked : &store->last_asked) =
        entry->previous_asked;
}

void certstore_cache_set_job(struct certstore *store, struct certstore_entry *entry,
                             struct loader_job *job)
{
    store->pending -= certstore_is_pending(entry) ? 1 : 0;
    if (job != NULL)
        link_asked(store, entry);
    else
        unlink_asked(store, entry);
    entry->job = job;
    store->pending += certstore_is_pending(entry) ? 1 : 0;
}

static void forget_look(struct certstore *store, struct certstore_entry *entry)
{
    if (entry->job == NULL)
        return;
    loader_forget(entry->job);
    certstore_cache_set_job(store, entry, NULL);
    lookup_move(&entry->waiters, store->context->ready);
}

/* ---- The entries, by their paths and by their last use. */

static void free_entry(struct certstore *store, struct certstore_entry *entry)
{
    forget_look(store, entry);
    certstore_pair_unref(entry->previous);
    certstore_pair_unref(entry->pair);
    free(entry);
}

void certstore_cache_free_all(struct certstore *store)
{
    struct certstore_entry *older;
    for (struct certstore_entry *entry = store->newest; entry != NULL; entry = older) {
        older = entry->older;
        free_entry(store, entry);
    }
}

static void unlink_use(struct certstore *store, struct certstore_entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &store->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &store->oldest) = entry->newer;
}

static void link_newest(struct certstore *store, struct certstore_entry *entry)
{
    entry->newer = NULL;
    entry->older = store->newest;
    *(store->newest != NULL ? &store->newest->newer : &store->oldest) = entry;
    store->newest = entry;
}

/* Of those that are settled. */
static void drop_oldest(struct certstore *store)
{
    struct certstore_entry *oldest = store->oldest;
    while (certstore_is_pending(oldest))
        oldest = oldest->newer;
    struct certstore_entry **link = &store->buckets[oldest->hash & store->bucket_mask];
    while (*link != oldest)
        link = &(*link)->next;
    *link = oldest->next;
    unlink_use(store, oldest);
    store->count--;
    free_entry(store, oldest);
}

static struct certstore_entry *make_entry(const char *chain_path, const char *key_path,
                                          uint64_t hash)
{
    size_t chain_size = strlen(chain_path) + 1;
    size_t key_size = strlen(key_path) + 1;
    struct certstore_entry *entry = calloc(1, sizeof(*entry) + chain_size + key_size);
    if (entry == NULL)
        return NULL;
    memcpy(entry->paths, chain_path, chain_size);
    memcpy(entry->paths + chain_size, key_path, key_size);
    entry->file.chain_path = entry->paths;
    entry->file.key_path = entry->paths + chain_size;
    entry->hash = hash;
    return entry;
}

struct certstore_entry *certstore_cache_get(struct certstore *store, const char *chain_path,
                                            const char *key_path)
{
    uint64_t hash = certfile_hash(chain_path, key_path);
    struct certstore_entry **bucket = &store->buckets[hash & store->bucket_mask];
    for (struct certstore_entry *entry = *bucket; entry != NULL; entry = entry->next) {
        if (entry->hash == hash && strcmp(entry->file.chain_path, chain_path) == 0 &&
            strcmp(entry->file.key_path, key_path) == 0) {
            certstore_cache_use(store, entry);
            return entry;
        }
    }
    if (store->pending >= store->max_pending)
        return NULL;
    struct certstore_entry *entry = make_entry(chain_path, key_path, hash);
    if (entry == NULL)
        return NULL;
    entry->next = *bucket;
    *bucket = entry;
    link_newest(store, entry);
    store->count++;
    return entry;
}

void certstore_cache_use(struct certstore *store, struct certstore_entry *entry)
{
    unlink_use(store, entry);
    link_newest(store, entry);
}

void certstore_cache_trim(struct certstore *store)
{
    while (store->count - store->pending > store->max_pairs) {
        drop_oldest(store);
        if (store->context->counters != NULL)
            counters_add(&store->context->counters->evictions, 1);
    }
}
