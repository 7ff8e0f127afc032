/* SPDX-License-Identifier: ISC */
/* lastseen: which policies of which domains were fetched when, and by whom. */
#include "ctl/seen/lastseen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/array.h"
#include "common/base/hash.h"

/* A server has as many as its configuration; a log of a hundred times as many is none of one. */
#define DOMAINS_MAX  1000000
#define POLICIES_MAX 4000000

static uint64_t hash_name(const struct lastseen *lastseen, const char *name, size_t length)
{
    return hash_words(HASH_START ^ lastseen->seed, name, length);
}

uint64_t lastseen_hash(struct lastseen *lastseen, struct span domain)
{
    if (lastseen->seed == 0 &&
        getrandom(&lastseen->seed, sizeof(lastseen->seed), GRND_NONBLOCK) < 0)
        lastseen->seed = (uintptr_t)lastseen;
    return hash_name(lastseen, domain.bytes, domain.length);
}

static size_t first_slot(const struct lastseen *lastseen, uint64_t hash)
{
    return (size_t)(hash >> 32) & (lastseen->slot_count - 1);
}

/* The slot that holds the name, or the empty one where it would be. */
static struct lastseen_slot *find_slot(const struct lastseen *lastseen, uint64_t hash,
                                       const char *name, size_t length)
{
    size_t at = first_slot(lastseen, hash);
    for (;; at = (at + 1) & (lastseen->slot_count - 1)) {
        struct lastseen_slot *slot = &lastseen->slots[at];
        if (slot->domain == NULL)
            return slot;
        if (slot->tag == (uint32_t)hash && slot->length == length &&
            memcmp(slot->domain->name, name, length) == 0)
            return slot;
    }
}

/* The slot with the tag of the hash, most probably that of the name, or an empty one. */
static const struct lastseen_slot *guess_slot(const struct lastseen *lastseen, uint64_t hash)
{
    size_t at = first_slot(lastseen, hash);
    while (lastseen->slots[at].domain != NULL && lastseen->slots[at].tag != (uint32_t)hash)
        at = (at + 1) & (lastseen->slot_count - 1);
    return &lastseen->slots[at];
}

void lastseen_warm(const struct lastseen *lastseen, uint64_t hash, unsigned step)
{
    if (lastseen->slot_count == 0)
        return;
    if (step == 0) {
        __builtin_prefetch(&lastseen->slots[first_slot(lastseen, hash)]);
        return;
    }
    const struct lastseen_slot *slot = guess_slot(lastseen, hash);
    const struct lastseen_domain *domain = slot->domain;
    if (domain != NULL && step == 1) { /* two or three lines of the cache */
        __builtin_prefetch(domain);
        __builtin_prefetch(domain->families + SENDER_AGENT_FAMILIES / 2);
        __builtin_prefetch(domain->name + slot->length);
    } else if (domain != NULL && domain->policies != LASTSEEN_NONE) {
        const struct lastseen_policy *policy = &lastseen->policies[domain->policies];
        __builtin_prefetch(policy);
        __builtin_prefetch(&policy->next);
    }
}

static void fill_slots(struct lastseen *lastseen)
{
    for (uint32_t i = 0; i < lastseen->domain_count; i++) {
        struct lastseen_domain *domain = lastseen->domains[i];
        size_t length = strlen(domain->name);
        uint64_t hash = hash_name(lastseen, domain->name, length);
        *find_slot(lastseen, hash, domain->name, length) =
            (struct lastseen_slot){domain, (uint32_t)hash, (uint32_t)length};
    }
}

/* Slots for the domains there are, and as many again, at least. */
static int grow_slots(struct lastseen *lastseen)
{
    size_t count = lastseen->slot_count == 0 ? 1024 : lastseen->slot_count * 2;
    struct lastseen_slot *slots = calloc(count, sizeof(*slots));
    if (slots == NULL)
        return -1;
    free(lastseen->slots);
    lastseen->slots = slots;
    lastseen->slot_count = count;
    fill_slots(lastseen);
    return 0;
}

static struct lastseen_domain *take_domain(struct lastseen *lastseen, struct span name,
                                           uint64_t hash)
{
    if ((size_t)lastseen->domain_count * 2 >= lastseen->slot_count && grow_slots(lastseen) != 0)
        return NULL;
    struct lastseen_slot *slot = find_slot(lastseen, hash, name.bytes, name.length);
    if (slot->domain != NULL)
        return slot->domain;
    struct lastseen_domain **items =
        array_grow(lastseen->domains, lastseen->domain_count, sizeof(*items));
    if (items == NULL)
        return NULL;
    lastseen->domains = items;
    struct lastseen_domain *domain =
        arena_alloc(&lastseen->arena, sizeof(*domain) + name.length + 1);
    if (domain == NULL)
        return NULL;
    domain->policies = LASTSEEN_NONE;
    memcpy(domain->name, name.bytes, name.length);
    items[lastseen->domain_count++] = domain;
    *slot = (struct lastseen_slot){domain, (uint32_t)hash, (uint32_t)name.length};
    return domain;
}

/* Puts the policy of the fetch in front of those of its domain. Returns it, or NULL. */
static struct lastseen_policy *
take_policy(struct lastseen *lastseen, struct lastseen_domain *domain, const struct logline *fetch)
{
    uint32_t *link = &domain->policies;
    while (*link != LASTSEEN_NONE) {
        struct lastseen_policy *policy = &lastseen->policies[*link];
        if (memcmp(policy->id, fetch->id, LOGLINE_ID_BYTES) != 0) {
            link = &policy->next;
            continue;
        }
        uint32_t number = *link;
        if (link != &domain->policies) {
            *link = policy->next;
            policy->next = domain->policies;
            domain->policies = number;
        }
        return policy;
    }
    struct lastseen_policy *items =
        array_grow(lastseen->policies, lastseen->policy_count, sizeof(*items));
    if (items == NULL)
        return NULL;
    lastseen->policies = items;
    struct lastseen_policy *policy = &items[lastseen->policy_count];
    *policy = (struct lastseen_policy){.mode = (uint8_t)fetch->mode, .next = domain->policies};
    memcpy(policy->id, fetch->id, LOGLINE_ID_BYTES);
    domain->policies = lastseen->policy_count++;
    return policy;
}

/* The other policies were replaced at this time at the latest. Logs of several servers do not come
 * in the order of their times. */
static void note_others(struct lastseen *lastseen, const struct lastseen_policy *served,
                        uint32_t time)
{
    for (uint32_t i = served->next; i != LASTSEEN_NONE; i = lastseen->policies[i].next) {
        struct lastseen_policy *other = &lastseen->policies[i];
        if (time > other->last && (other->replaced == 0 || time < other->replaced))
            other->replaced = time;
    }
}

static void note_fetch(struct lastseen *lastseen, struct lastseen_domain *domain,
                       struct lastseen_policy *policy, const struct logline *fetch, uint32_t time)
{
    bool is_news = domain->newest == 0 || time < domain->newest || policy->last != domain->newest;
    if (fetch->max_age > policy->max_age)
        policy->max_age = fetch->max_age;
    if (time >= policy->last)
        policy->last = time;
    if (policy->replaced != 0 && policy->replaced <= time)
        policy->replaced = 0;
    if (is_news)
        note_others(lastseen, policy, time);
    if (domain->first == 0 || time < domain->first)
        domain->first = time;
    if (time > domain->newest)
        domain->newest = time;
    struct lastseen_family *family = &domain->families[fetch->family];
    if (time >= family->time)
        *family = (struct lastseen_family){time, domain->policies};
}

static int refuse_many(const struct lastseen *lastseen, struct error *why)
{
    if (lastseen->domain_count >= DOMAINS_MAX)
        return error_set(why, "the log has more than %d domains, as no server's has", DOMAINS_MAX);
    if (lastseen->policy_count >= POLICIES_MAX)
        return error_set(why, "the log has more than %d policies, as no server's has",
                         POLICIES_MAX);
    return 0;
}

bool lastseen_takes(const struct lastseen *lastseen, struct span domain)
{
    return lastseen->only == NULL || span_equal(domain, lastseen->only);
}

int lastseen_add(struct lastseen *lastseen, const struct logline *fetch, uint64_t hash,
                 int64_t time, struct error *why)
{
    if (refuse_many(lastseen, why) != 0)
        return -1;
    struct lastseen_domain *domain = take_domain(lastseen, fetch->domain, hash);
    struct lastseen_policy *policy = domain != NULL ? take_policy(lastseen, domain, fetch) : NULL;
    if (policy == NULL)
        return error_set(why, "out of memory");
    uint32_t short_time = time < 1 ? 1 : time > UINT32_MAX ? UINT32_MAX : (uint32_t)time;
    note_fetch(lastseen, domain, policy, fetch, short_time);
    return 0;
}

const struct lastseen_domain *lastseen_find(const struct lastseen *lastseen, const char *domain)
{
    size_t length = strlen(domain);
    if (lastseen->slot_count == 0)
        return NULL;
    return find_slot(lastseen, hash_name(lastseen, domain, length), domain, length)->domain;
}

static int compare_names(const void *a, const void *b)
{
    struct lastseen_domain *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

void lastseen_sort(struct lastseen *lastseen)
{
    if (lastseen->slot_count == 0)
        return;
    qsort(lastseen->domains, lastseen->domain_count, sizeof(*lastseen->domains), compare_names);
}

void lastseen_free(struct lastseen *lastseen)
{
    arena_free(&lastseen->arena);
    free(lastseen->domains);
    free(lastseen->policies);
    free(lastseen->slots);
    *lastseen = (struct lastseen){0};
}
