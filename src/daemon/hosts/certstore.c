/* SPDX-License-Identifier: ISC */
/* certstore: one worker's bounded cache of certificates, loaded on first use, keyed by path, and
 * renewed when the files change. Never shared between threads. */
#include "daemon/hosts/certstore.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/moment.h"
#include "daemon/base/log.h"
#include "daemon/hosts/certfile.h"

#define FNV_START   0xcbf29ce484222325U
#define LINES_PER_S 20    /* a stranger's handshake may lead to a line; the rest waits */
#define DATES_MS    60000 /* between looks at the dates of a loaded pair */
#define UNCOVERED   512   /* hosts told apart, by hash, when a certificate lacks their names */

struct certstore_pair {
    unsigned references; /* the cache's, and one for each handshake */
    bool is_doubted;     /* the files are read anew at the next look */
    bool is_renewal;     /* it took another's place, which was not told yet */
    struct cert cert;
    enum due_health dates_said; /* the worst that was told of its dates */
    int64_t dates_ms;           /* when to look at them next */
    uint64_t uncovered_said[UNCOVERED / 64];
};

struct entry {
    struct entry *next; /* of the same bucket */
    struct entry *newer;
    struct entry *older;
    uint64_t hash;
    struct certfile file;
    int64_t look_ms;                 /* the files are left alone until then */
    struct certstore_pair *pair;     /* NULL: none was loaded yet */
    struct certstore_pair *previous; /* has a name that the pair lacks; else NULL */
    char paths[];                    /* the chain's, NUL, the key's, NUL */
};

struct certstore {
    size_t max_pairs;
    size_t count;
    struct entry *newest; /* used last */
    struct entry *oldest;
    int64_t lines_ms; /* when the lines were counted from */
    unsigned lines;
    size_t bucket_mask;
    struct entry *buckets[];
};

struct certstore *certstore_open(size_t max_pairs)
{
    size_t buckets = 16;
    if (max_pairs < CERTSTORE_PAIRS_MAX) /* the pairs of one host never drive each other out */
        max_pairs = CERTSTORE_PAIRS_MAX;
    while (buckets < max_pairs && buckets < SIZE_MAX / 64)
        buckets *= 2;
    struct certstore *store = calloc(1, sizeof(*store) + buckets * sizeof(struct entry *));
    if (store == NULL)
        return NULL;
    store->max_pairs = max_pairs;
    store->bucket_mask = buckets - 1;
    return store;
}

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

static void free_entry(struct entry *entry)
{
    certstore_pair_unref(entry->previous);
    certstore_pair_unref(entry->pair);
    free(entry);
}

void certstore_close(struct certstore *store)
{
    if (store == NULL)
        return;
    struct entry *older;
    for (struct entry *entry = store->newest; entry != NULL; entry = older) {
        older = entry->older;
        free_entry(entry);
    }
    free(store);
}

static void unlink_use(struct certstore *store, struct entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &store->newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &store->oldest) = entry->newer;
}

static void link_newest(struct certstore *store, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = store->newest;
    *(store->newest != NULL ? &store->newest->newer : &store->oldest) = entry;
    store->newest = entry;
}

static void drop_oldest(struct certstore *store)
{
    struct entry *oldest = store->oldest;
    struct entry **link = &store->buckets[oldest->hash & store->bucket_mask];
    while (*link != oldest)
        link = &(*link)->next;
    *link = oldest->next;
    unlink_use(store, oldest);
    store->count--;
    free_entry(oldest);
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3U; /* FNV-1a */
    return hash ^ hash >> 32;
}

static struct entry *make_entry(const char *chain_path, const char *key_path, uint64_t hash)
{
    size_t chain_size = strlen(chain_path) + 1;
    size_t key_size = strlen(key_path) + 1;
    struct entry *entry = calloc(1, sizeof(*entry) + chain_size + key_size);
    if (entry == NULL)
        return NULL;
    memcpy(entry->paths, chain_path, chain_size);
    memcpy(entry->paths + chain_size, key_path, key_size);
    entry->file.chain_path = entry->paths;
    entry->file.key_path = entry->paths + chain_size;
    entry->hash = hash;
    return entry;
}

/* The entry of the two paths, made when there is none; NULL when out of memory. */
static struct entry *get_entry(struct certstore *store, const char *chain_path,
                               const char *key_path)
{
    uint64_t hash = hash_text(hash_text(FNV_START, chain_path), key_path);
    struct entry **bucket = &store->buckets[hash & store->bucket_mask];
    for (struct entry *entry = *bucket; entry != NULL; entry = entry->next) {
        if (entry->hash == hash && strcmp(entry->file.chain_path, chain_path) == 0 &&
            strcmp(entry->file.key_path, key_path) == 0) {
            unlink_use(store, entry);
            link_newest(store, entry);
            return entry;
        }
    }
    struct entry *entry = make_entry(chain_path, key_path, hash);
    if (entry == NULL)
        return NULL;
    if (store->count == store->max_pairs)
        drop_oldest(store);
    entry->next = *bucket;
    *bucket = entry;
    link_newest(store, entry);
    store->count++;
    return entry;
}

static bool may_log(struct certstore *store, int64_t now_ms)
{
    if (now_ms - store->lines_ms >= 1000) {
        store->lines_ms = now_ms;
        store->lines = 0;
    }
    return store->lines++ < LINES_PER_S;
}

static void log_refusal(struct certstore *store, struct entry *entry, const char *host,
                        int64_t now_ms, const struct error *why)
{
    if (!may_log(store, now_ms))
        entry->file.said = 0; /* so it is told later */
    else if (entry->pair != NULL)
        log_line(LOG_LEVEL_WARNING, "%s: %s (the certificate loaded before serves on)", host,
                 why->text);
    else
        log_line(LOG_LEVEL_ERROR, "%s: %s (this certificate cannot be used until then)", host,
                 why->text);
}

/* The pair in the entry whose names have the host; NULL: neither. */
static struct certstore_pair *find_covering(const struct entry *entry, const struct hostname *host)
{
    if (entry->pair != NULL && cert_covers(&entry->pair->cert, host))
        return entry->pair;
    if (entry->previous != NULL && cert_covers(&entry->previous->cert, host))
        return entry->previous;
    return NULL;
}

/* Which of the two in the entry has a name that the new one lacks, so that its hosts are served on:
 * a wrong file was put in its place. Whoever asks first, it is the same. Of both, the one that was
 * in use last, unless the older has all its names. */
static struct certstore_pair *find_lacked(const struct entry *entry, const struct cert *cert)
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

/* Puts what was loaded into the entry, and consumes it. */
static void take_loaded(struct entry *entry, int64_t now_ms, struct cert *cert)
{
    struct certstore_pair *pair = calloc(1, sizeof(*pair));
    if (pair == NULL) {
        cert_free(cert);
        entry->file.digest = 0; /* so the next look reads anew */
        entry->file.read_ms = now_ms;
        return;
    }
    pair->references = 1;
    pair->is_renewal = entry->pair != NULL && !entry->pair->is_doubted;
    pair->cert = *cert; /* moved: mbedTLS keeps no pointer to the two heads */
    struct certstore_pair *kept = find_lacked(entry, &pair->cert);
    if (kept != NULL)
        kept->references++;
    certstore_pair_unref(entry->previous);
    certstore_pair_unref(entry->pair);
    entry->previous = kept;
    entry->pair = pair;
}

static void refresh(struct certstore *store, struct entry *entry, const char *host, int64_t now_ms)
{
    struct cert cert;
    struct error why;
    if (now_ms < entry->look_ms)
        return;
    if (entry->pair != NULL && entry->pair->is_doubted)
        certfile_forget(&entry->file);
    switch (certfile_look(&entry->file, now_ms, &cert, &why)) {
    case CERTFILE_NEWS_NONE:
        break;
    case CERTFILE_NEWS_LOADED:
        take_loaded(entry, now_ms, &cert);
        break;
    case CERTFILE_NEWS_REFUSED:
        log_refusal(store, entry, host, now_ms, &why);
        break;
    }
    entry->look_ms = now_ms + (entry->pair != NULL ? CERTSTORE_CHECK_MS : CERTSTORE_MISSING_MS);
}

/* Once for each stage of a loaded pair's age: a warning, and then an error. */
static void warn_of_dates(struct certstore *store, struct certstore_pair *pair, const char *path,
                          const char *host, int64_t now_ms)
{
    struct error why;
    if (now_ms < pair->dates_ms)
        return;
    pair->dates_ms = now_ms + DATES_MS;
    enum due_health health = certfile_judge_dates(&pair->cert, path, (int64_t)time(NULL), &why);
    if (health <= pair->dates_said || !may_log(store, now_ms))
        return;
    pair->dates_said = health;
    log_line(health == DUE_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s: %s", host, why.text);
}

/* Said once for each host and loaded pair; two hosts whose hashes meet count as one. */
static void say_wrong_name(struct certstore *store, struct entry *entry,
                           const struct hostname *host, bool is_replaced, int64_t now_ms)
{
    struct error why;
    struct certstore_pair *pair = entry->pair;
    uint64_t hash = hash_text(FNV_START, host->text) % UNCOVERED;
    uint64_t *word = &pair->uncovered_said[hash / 64];
    uint64_t bit = UINT64_C(1) << (hash % 64);
    if ((*word & bit) != 0 || !may_log(store, now_ms))
        return;
    *word |= bit;
    (void)certfile_judge_name(&pair->cert, entry->file.chain_path, host, &why);
    log_line(LOG_LEVEL_ERROR, "%s: %s%s", host->text, why.text,
             is_replaced ? " (the certificate loaded before serves on)" : "");
}

static void say_renewal(struct certstore *store, struct certstore_pair *pair, const char *path,
                        const char *host, int64_t now_ms)
{
    char date[MOMENT_TEXT_MAX];
    if (!pair->is_renewal || !may_log(store, now_ms))
        return;
    pair->is_renewal = false;
    log_line(LOG_LEVEL_NOTICE, "%s: %s: renewed, valid until %s", host, path,
             moment_text(pair->cert.not_after, date));
}

/* What it served on is told anew: it is not served any more. */
static void drop_expired(struct entry *entry)
{
    if (entry->previous == NULL || entry->previous->cert.not_after >= (int64_t)time(NULL))
        return;
    certstore_pair_unref(entry->previous);
    entry->previous = NULL;
    memset(entry->pair->uncovered_said, 0, sizeof(entry->pair->uncovered_said));
}

/* RFC 8461 section 7.1: a matching chain or none. */
static struct certstore_pair *choose_pair(struct certstore *store, struct entry *entry,
                                          const struct hostname *host, int64_t now_ms)
{
    if (entry->pair == NULL)
        return NULL;
    drop_expired(entry);
    struct certstore_pair *chosen = find_covering(entry, host);
    if (chosen != NULL && chosen == entry->pair)
        say_renewal(store, chosen, entry->file.chain_path, host->text, now_ms);
    else
        say_wrong_name(store, entry, host, chosen != NULL, now_ms);
    return chosen;
}

static struct entry *get_entry_of(struct certstore *store, const struct config_pair *pair,
                                  const char *domain)
{
    char chain_path[PATH_MAX];
    char key_path[PATH_MAX];
    const char *key_pattern = pair->private_key != NULL ? pair->private_key : pair->certificate;
    if (config_expand(chain_path, sizeof(chain_path), pair->certificate, domain) != 0 ||
        config_expand(key_path, sizeof(key_path), key_pattern, domain) != 0)
        return NULL; /* no such file can exist; the configuration refuses such patterns */
    return get_entry(store, chain_path, key_path);
}

size_t certstore_find(struct certstore *store, const struct site *site,
                      const struct hostname *policy_host, int64_t now_ms,
                      struct certstore_pair *out[CERTSTORE_PAIRS_MAX])
{
    size_t found = 0;
    size_t count = site->pairs != NULL ? site->pairs->count : 0;
    for (size_t i = 0; i < count && i < CERTSTORE_PAIRS_MAX; i++) {
        struct entry *entry = get_entry_of(store, &site->pairs->items[i], site->domain);
        if (entry == NULL)
            continue;
        refresh(store, entry, policy_host->text, now_ms);
        struct certstore_pair *pair = choose_pair(store, entry, policy_host, now_ms);
        if (pair == NULL)
            continue;
        warn_of_dates(store, pair, entry->file.chain_path, policy_host->text, now_ms);
        pair->references++;
        out[found++] = pair;
    }
    return found;
}
