/* SPDX-License-Identifier: ISC */
/* certpool: copies of the certificates that workers have loaded, so that another worker can use
 * them while their files do not answer. Shared by all threads. */
#include "daemon/hosts/certpool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/lookup.h"

#define BUCKETS 1024

/* What is kept of two files. */
struct kept {
    struct kept *next; /* of the same bucket */
    struct kept *newer;
    struct kept *older;
    uint64_t hash;
    struct certfile file; /* its paths are those below */
    struct cert cert;     /* only ever copied */
    char paths[];         /* the chain's, NUL, the key's, NUL */
};

struct certpool {
    pthread_mutex_t lock; /* of all that follows */
    size_t max_pairs;
    size_t count;
    struct kept *newest; /* put last */
    struct kept *oldest;
    struct kept *buckets[BUCKETS];
};

struct certpool *certpool_open(size_t max_pairs)
{
    struct certpool *pool = calloc(1, sizeof(*pool));
    if (pool == NULL)
        return NULL;
    pool->max_pairs = max_pairs;
    pthread_mutex_init(&pool->lock, NULL);
    return pool;
}

static struct kept **find(struct certpool *pool, const struct certfile *file)
{
    uint64_t hash = certfile_hash(file->chain_path, file->key_path);
    struct kept **link = &pool->buckets[hash % BUCKETS];
    while (*link != NULL && (strcmp((*link)->file.chain_path, file->chain_path) != 0 ||
                             strcmp((*link)->file.key_path, file->key_path) != 0))
        link = &(*link)->next;
    return link;
}

/* Removes what the link points to, if it points to anything. */
static void drop(struct certpool *pool, struct kept **link)
{
    struct kept *kept = *link;
    if (kept == NULL)
        return;
    *link = kept->next;
    *(kept->newer != NULL ? &kept->newer->older : &pool->newest) = kept->older;
    *(kept->older != NULL ? &kept->older->newer : &pool->oldest) = kept->newer;
    pool->count--;
    cert_free(&kept->cert);
    free(kept);
}

void certpool_close(struct certpool *pool)
{
    if (pool == NULL)
        return;
    while (pool->oldest != NULL)
        drop(pool, find(pool, &pool->oldest->file));
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

static struct kept *make_kept(const struct certfile *file, struct cert *cert)
{
    size_t chain_size = strlen(file->chain_path) + 1;
    size_t key_size = strlen(file->key_path) + 1;
    struct kept *kept = calloc(1, sizeof(*kept) + chain_size + key_size);
    if (kept == NULL)
        return NULL;
    memcpy(kept->paths, file->chain_path, chain_size);
    memcpy(kept->paths + chain_size, file->key_path, key_size);
    kept->file = *file;
    kept->file.chain_path = kept->paths;
    kept->file.key_path = kept->paths + chain_size;
    kept->cert = *cert;
    *cert = (struct cert){.not_after = 0};
    return kept;
}

void certpool_put(struct certpool *pool, const struct certfile *file, struct cert *cert)
{
    struct kept *kept = make_kept(file, cert);
    if (kept == NULL)
        return;
    pthread_mutex_lock(&pool->lock);
    struct kept **link = find(pool, file);
    drop(pool, link);
    kept->next = *link;
    *link = kept;
    kept->older = pool->newest;
    *(pool->newest != NULL ? &pool->newest->newer : &pool->oldest) = kept;
    pool->newest = kept;
    if (++pool->count > pool->max_pairs)
        drop(pool, find(pool, &pool->oldest->file));
    pthread_mutex_unlock(&pool->lock);
}

int certpool_get(struct certpool *pool, struct certfile *file, struct cert *out)
{
    int result = -1;
    pthread_mutex_lock(&pool->lock);
    const struct kept *kept = *find(pool, file);
    if (kept != NULL && cert_copy(out, &kept->cert) == 0) {
        certfile_copy_state(file, &kept->file);
        result = 0;
    }
    pthread_mutex_unlock(&pool->lock);
    return result;
}
