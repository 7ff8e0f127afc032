/* SPDX-License-Identifier: ISC */
/* limit: counts the connections and limits the handshake rate of each source network, at two prefix
 * lengths, in a fixed amount of memory. */
#include "daemon/serve/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NODES_PER_CONNECTION 4 /* two widths, and as many again for networks of the past */
#define SECOND_NS            INT64_C(1000000000)
#define MS_NS                INT64_C(1000000)

struct key {
    unsigned char bytes[16]; /* the prefix; byte 8, always 0 in a prefix, holds the width */
};

struct node {
    struct key key;
    unsigned connections;
    uint32_t next;   /* index + 1 in the chain; 0 ends it */
    int64_t full_ns; /* when its bucket of tokens is full again */
};

struct limit {
    pthread_mutex_t lock;
    uint64_t seed[2];
    size_t mask;
    uint32_t *heads;
    size_t size;
    size_t used; /* nodes taken at least once */
    size_t hand; /* where the search for a node to reuse continues */
    struct node *nodes;
};

static struct key key_of(const struct network_address *source, enum limit_width width)
{
    static const struct {
        size_t v4, v6;
    } kept[LIMIT_WIDTH_COUNT] = {
        [LIMIT_WIDTH_SOURCE] = {16, 8},
        [LIMIT_WIDTH_NETWORK] = {15, 6},
    };
    struct key key = {{0}};
    memcpy(key.bytes, source->bytes,
           network_address_is_v4(source) ? kept[width].v4 : kept[width].v6);
    key.bytes[8] = (unsigned char)width;
    return key;
}

static bool is_same_key(const struct key *a, const struct key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool limit_is_same_network(const struct network_address *a, const struct network_address *b,
                           enum limit_width width)
{
    struct key one = key_of(a, width), other = key_of(b, width);
    return is_same_key(&one, &other);
}

struct limit *limit_open(size_t max_connections)
{
    struct limit *limit = calloc(1, sizeof(*limit));
    if (limit == NULL)
        return NULL;
    limit->size = max_connections * NODES_PER_CONNECTION;
    size_t heads = 16;
    while (heads < limit->size)
        heads *= 2;
    limit->mask = heads - 1;
    limit->heads = calloc(heads, sizeof(*limit->heads));
    limit->nodes = calloc(limit->size + 1, sizeof(*limit->nodes));
    if (limit->heads == NULL || limit->nodes == NULL ||
        pthread_mutex_init(&limit->lock, NULL) != 0) {
        free(limit->heads);
        free(limit->nodes);
        free(limit);
        return NULL;
    }
    if (getrandom(limit->seed, sizeof(limit->seed), GRND_NONBLOCK) < 0)
        limit->seed[0] = (uintptr_t)limit;
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

static uint64_t turned_left(uint64_t word, unsigned bits)
{
    return (word << bits) | (word >> (64 - bits));
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = turned_left(v[1], 13) ^ v[0];
    v[3] = turned_left(v[3], 16) ^ v[2];
    v[0] = turned_left(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = turned_left(v[1], 17) ^ v[2];
    v[3] = turned_left(v[3], 21) ^ v[0];
    v[2] = turned_left(v[2], 32);
}

/* SipHash-1-3 of 16 bytes: who does not know the seed cannot choose addresses that collide. */
static uint64_t hash_of(const struct limit *limit, const struct key *key)
{
    uint64_t words[3] = {0, 0, UINT64_C(16) << 56}; /* the last one holds the length */
    uint64_t v[4] = {
        limit->seed[0] ^ UINT64_C(0x736f6d6570736575),
        limit->seed[1] ^ UINT64_C(0x646f72616e646f6d),
        limit->seed[0] ^ UINT64_C(0x6c7967656e657261),
        limit->seed[1] ^ UINT64_C(0x7465646279746573),
    };
    memcpy(words, key->bytes, sizeof(key->bytes));
    for (size_t i = 0; i < 3; i++) {
        v[3] ^= words[i];
        sip_round(v);
        v[0] ^= words[i];
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The link that leads to the network's node, or to 0 at its chain's end. */
static uint32_t *find_link(struct limit *limit, const struct key *key)
{
    uint32_t *link = &limit->heads[hash_of(limit, key) & limit->mask];
    while (*link != 0 && !is_same_key(&limit->nodes[*link - 1].key, key))
        link = &limit->nodes[*link - 1].next;
    return link;
}

/* The number, from 1, of a node without connections, removed from its chain: one never used, or
 * the next after the hand. At most half of all nodes have connections, so this looks at two on
 * average. 0: every node has connections. */
static uint32_t free_node(struct limit *limit)
{
    if (limit->used < limit->size)
        return (uint32_t)++limit->used;
    for (size_t tried = 0; tried < limit->size; tried++) {
        limit->hand = (limit->hand + 1) % limit->size;
        struct node *node = &limit->nodes[limit->hand];
        if (node->connections > 0)
            continue;
        *find_link(limit, &node->key) = node->next;
        return (uint32_t)limit->hand + 1;
    }
    return 0;
}

/* The network's node, added if it is missing; NULL: no room. */
static struct node *hold_node(struct limit *limit, const struct key *key)
{
    uint32_t index = *find_link(limit, key);
    if (index == 0) {
        index = free_node(limit);
        if (index == 0)
            return NULL;
        uint32_t *head = &limit->heads[hash_of(limit, key) & limit->mask];
        limit->nodes[index - 1] = (struct node){.key = *key, .next = *head};
        *head = index;
    }
    return &limit->nodes[index - 1];
}

static bool is_full(unsigned count, unsigned most)
{
    return most != 0 && count >= most;
}

static enum limit_verdict take_locked(struct limit *limit, const struct network_address *source,
                                      const struct limit_bounds *bounds, unsigned *held)
{
    struct key narrow = key_of(source, LIMIT_WIDTH_SOURCE);
    struct key wide = key_of(source, LIMIT_WIDTH_NETWORK);
    struct node *one = hold_node(limit, &narrow);
    if (one == NULL || is_full(one->connections, bounds->most[LIMIT_WIDTH_SOURCE]))
        return LIMIT_VERDICT_SOURCE_FULL;
    one->connections++; /* first, so that the next call cannot reuse this node */
    struct node *all = hold_node(limit, &wide);
    if (all == NULL || is_full(all->connections, bounds->most[LIMIT_WIDTH_NETWORK])) {
        one->connections--;
        return LIMIT_VERDICT_NETWORK_FULL;
    }
    all->connections++;
    if (held != NULL)
        *held = all->connections;
    return LIMIT_VERDICT_TAKEN;
}

enum limit_verdict limit_take(struct limit *limit, const struct network_address *source,
                              const struct limit_bounds *connections, unsigned *held)
{
    pthread_mutex_lock(&limit->lock);
    enum limit_verdict verdict = take_locked(limit, source, connections, held);
    pthread_mutex_unlock(&limit->lock);
    return verdict;
}

/* Of a network that has a connection, which holds its node. */
static struct node *node_of(struct limit *limit, const struct network_address *source,
                            enum limit_width width)
{
    struct key key = key_of(source, width);
    return &limit->nodes[*find_link(limit, &key) - 1];
}

void limit_give(struct limit *limit, const struct network_address *source)
{
    pthread_mutex_lock(&limit->lock);
    for (enum limit_width width = 0; width < LIMIT_WIDTH_COUNT; width++)
        node_of(limit, source, width)->connections--;
    pthread_mutex_unlock(&limit->lock);
}

/* When the bucket would be full again after what costs so much of it; past a second from now it
 * bears no handshake. */
static int64_t full_after(const struct node *node, int64_t cost_ns, int64_t now_ns)
{
    int64_t full_ns = node->full_ns > now_ns ? node->full_ns : now_ns;
    return full_ns + (cost_ns < SECOND_NS ? cost_ns : SECOND_NS);
}

static enum limit_verdict begin_locked(struct limit *limit, const struct network_address *source,
                                       const struct limit_bounds *bounds, int64_t now_ns)
{
    struct node *nodes[LIMIT_WIDTH_COUNT];
    int64_t full_ns[LIMIT_WIDTH_COUNT] = {0};
    for (enum limit_width width = 0; width < LIMIT_WIDTH_COUNT; width++) {
        nodes[width] = node_of(limit, source, width);
        if (bounds->most[width] == 0)
            continue;
        full_ns[width] = full_after(nodes[width], SECOND_NS / bounds->most[width], now_ns);
        if (full_ns[width] > now_ns + SECOND_NS)
            return width == LIMIT_WIDTH_SOURCE ? LIMIT_VERDICT_SOURCE_FULL
                                               : LIMIT_VERDICT_NETWORK_FULL;
    }
    for (enum limit_width width = 0; width < LIMIT_WIDTH_COUNT; width++)
        nodes[width]->full_ns = full_ns[width];
    return LIMIT_VERDICT_TAKEN;
}

enum limit_verdict limit_handshake(struct limit *limit, const struct network_address *source,
                                   const struct limit_bounds *per_second, int64_t now_ms)
{
    pthread_mutex_lock(&limit->lock);
    enum limit_verdict verdict = begin_locked(limit, source, per_second, now_ms * MS_NS);
    pthread_mutex_unlock(&limit->lock);
    return verdict;
}

void limit_charge(struct limit *limit, const struct network_address *source,
                  const struct limit_bounds *per_second, int64_t work_ns, int64_t now_ms)
{
    int64_t bounded_ns = work_ns < SECOND_NS ? work_ns : SECOND_NS;
    pthread_mutex_lock(&limit->lock);
    for (enum limit_width width = 0; width < LIMIT_WIDTH_COUNT; width++) {
        struct node *node = node_of(limit, source, width);
        unsigned most = per_second->most[width];
        if (most != 0)
            node->full_ns =
                full_after(node, bounded_ns * (SECOND_NS / MS_NS) / most, now_ms * MS_NS);
    }
    pthread_mutex_unlock(&limit->lock);
}
