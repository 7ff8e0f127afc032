/* SPDX-License-Identifier: ISC */
/* limit: counts the connections of each source network, in memory that never grows. */
#include "limit.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct node {
    unsigned char network[16];
    unsigned connections;
    uint32_t next; /* index + 1 in the chain or in the free list; 0 ends it */
};

struct limit {
    pthread_mutex_t lock;
    uint64_t seed;
    size_t mask;
    uint32_t *heads;
    uint32_t free;
    struct node *nodes;
};

static void network_of(unsigned char out[16], const struct network_address *source)
{
    memcpy(out, source->bytes, 16);
    if (!network_address_is_v4(source))
        memset(out + 8, 0, 8);
}

bool limit_is_same_network(const struct network_address *a, const struct network_address *b)
{
    unsigned char one[16], other[16];
    network_of(one, a);
    network_of(other, b);
    return memcmp(one, other, sizeof(one)) == 0;
}

struct limit *limit_open(size_t max_connections)
{
    struct limit *limit = calloc(1, sizeof(*limit));
    if (limit == NULL)
        return NULL;
    size_t heads = 16;
    while (heads < max_connections)
        heads *= 2;
    limit->mask = heads - 1;
    limit->heads = calloc(heads, sizeof(*limit->heads));
    limit->nodes = calloc(max_connections + 1, sizeof(*limit->nodes));
    if (limit->heads == NULL || limit->nodes == NULL ||
        pthread_mutex_init(&limit->lock, NULL) != 0) {
        free(limit->heads);
        free(limit->nodes);
        free(limit);
        return NULL;
    }
    for (size_t i = 0; i < max_connections; i++) {
        limit->nodes[i].next = limit->free;
        limit->free = (uint32_t)i + 1;
    }
    if (getrandom(&limit->seed, sizeof(limit->seed), GRND_NONBLOCK) < 0)
        limit->seed = (uintptr_t)limit;
    return limit;
}

void limit_close(struct limit *limit)
{
    if (limit == NULL)
        return;
    pthread_mutex_destroy(&limit->lock);
    free(limit->heads);
    free(limit->nodes);
    free(limit);
}

/* The link that leads to the network's node, or to 0 at its chain's end. */
static uint32_t *find_link(struct limit *limit, const unsigned char network[16])
{
    uint64_t words[2];
    memcpy(words, network, sizeof(words));
    uint64_t hash = (words[0] ^ limit->seed) * 0x9e3779b97f4a7c15U;
    hash = (hash ^ (hash >> 32) ^ words[1]) * 0xd6e8feb86659fd93U;
    uint32_t *link = &limit->heads[(hash >> 32) & limit->mask];
    while (*link != 0 && memcmp(limit->nodes[*link - 1].network, network, 16) != 0)
        link = &limit->nodes[*link - 1].next;
    return link;
}

static bool take_locked(struct limit *limit, const unsigned char network[16], unsigned max)
{
    uint32_t *link = find_link(limit, network);
    if (*link == 0) {
        if (limit->free == 0)
            return false;
        struct node *fresh = &limit->nodes[limit->free - 1];
        *link = limit->free;
        limit->free = fresh->next;
        *fresh = (struct node){0};
        memcpy(fresh->network, network, 16);
    }
    struct node *node = &limit->nodes[*link - 1];
    if (max != 0 && node->connections >= max)
        return false;
    node->connections++;
    return true;
}

bool limit_take(struct limit *limit, const struct network_address *source, unsigned max)
{
    unsigned char network[16];
    network_of(network, source);
    pthread_mutex_lock(&limit->lock);
    bool taken = take_locked(limit, network, max);
    pthread_mutex_unlock(&limit->lock);
    return taken;
}

void limit_give(struct limit *limit, const struct network_address *source)
{
    unsigned char network[16];
    network_of(network, source);
    pthread_mutex_lock(&limit->lock);
    uint32_t *link = find_link(limit, network);
    struct node *node = &limit->nodes[*link - 1];
    if (--node->connections == 0) {
        uint32_t index = *link;
        *link = node->next;
        node->next = limit->free;
        limit->free = index;
    }
    pthread_mutex_unlock(&limit->lock);
}
