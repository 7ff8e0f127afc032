/* SPDX-License-Identifier: ISC */
/* site: the table of policy hosts, built from a configuration, never changed, and replaced as a
 * whole. */
#include "daemon/hosts/site.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/hash.h"

struct site_table {
    atomic_uint references;
    struct config *config; /* owns all that the sites borrow */
    struct site *sites;
    size_t count;
    uint32_t *slots; /* open addressing: index + 1 of a site, 0 where empty */
    size_t slot_mask;
    uint64_t seed; /* so that nobody can choose names that collide */
};

static uint64_t hash_name(uint64_t seed, const char *name, size_t length)
{
    return hash_mix(hash_bytes(HASH_START ^ seed, name, length));
}

/* The slot that holds the domain, or the empty one where it would stand. */
static size_t find_slot(const struct site_table *table, const char *domain, size_t length)
{
    size_t slot = hash_name(table->seed, domain, length) & table->slot_mask;
    while (table->slots[slot] != 0) {
        const char *other = table->sites[table->slots[slot] - 1].domain;
        if (strncmp(other, domain, length) == 0 && other[length] == '\0')
            break;
        slot = (slot + 1) & table->slot_mask;
    }
    return slot;
}

static const struct site *find_domain(const struct site_table *table, const char *domain,
                                      size_t length)
{
    uint32_t index = table->slots[find_slot(table, domain, length)];
    return index == 0 ? NULL : &table->sites[index - 1];
}

static const struct config_policy *copy_policy(struct arena *arena,
                                               const struct config_policy *policy)
{
    struct config_policy *copy = arena_alloc(arena, sizeof(*copy) + policy->length);
    if (copy == NULL)
        return NULL;
    copy->length = policy->length;
    copy->lowered = policy->lowered;
    memcpy(copy->bytes, policy->bytes, policy->length);
    return copy;
}

static const struct config_pairs *copy_pairs(struct arena *arena, const struct config_pairs *pairs)
{
    struct config_pairs *copy =
        arena_alloc(arena, sizeof(*copy) + pairs->count * sizeof(pairs->items[0]));
    if (copy == NULL)
        return NULL;
    copy->count = pairs->count;
    for (size_t i = 0; i < pairs->count; i++) {
        const struct config_pair *from = &pairs->items[i];
        struct config_pair *to = &copy->items[i];
        to->place = (struct config_place){.file = "", .line = 0};
        to->certificate = arena_copy(arena, from->certificate, strlen(from->certificate));
        if (from->private_key != NULL)
            to->private_key = arena_copy(arena, from->private_key, strlen(from->private_key));
        if (to->certificate == NULL || (from->private_key != NULL && to->private_key == NULL))
            return NULL;
    }
    return copy;
}

/* What a broken domain served before, copied into the new configuration's memory. Returns false
 * when out of memory; *keep is NULL-filled when it served nothing. */
static bool keep_last_good(struct site *keep, struct config *config, const char *domain,
                           const struct site_table *old)
{
    const struct site *before = old == NULL ? NULL : find_domain(old, domain, strlen(domain));
    *keep = (struct site){.domain = domain};
    if (before == NULL)
        return true;
    keep->policy = copy_policy(&config->arena, before->policy);
    keep->pairs = copy_pairs(&config->arena, before->pairs);
    keep->managed = before->managed;
    return keep->policy != NULL && keep->pairs != NULL;
}

static bool fill_sites(struct site_table *table, struct config *config,
                       const struct site_table *old)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        const struct config_domain *domain = &config->domains[i];
        struct site site = {
            .domain = domain->name,
            .policy = domain->policy,
            .pairs = domain->pairs,
            .managed = config_is_managed(config, domain),
        };
        if (domain->broken && !keep_last_good(&site, config, domain->name, old))
            return false;
        if (site.policy == NULL)
            continue;
        table->sites[table->count] = site;
        size_t slot = find_slot(table, site.domain, strlen(site.domain));
        table->slots[slot] = (uint32_t)++table->count;
    }
    return true;
}

struct site_table *site_table_build(struct config **config, const struct site_table *old)
{
    size_t slots = 16;
    while (slots / 5 * 4 <= (*config)->domain_count)
        slots *= 2;

    struct site_table *table = calloc(1, sizeof(*table));
    if (table == NULL)
        return NULL;
    atomic_init(&table->references, 1);
    table->sites = calloc((*config)->domain_count + 1, sizeof(*table->sites));
    table->slots = calloc(slots, sizeof(*table->slots));
    table->slot_mask = slots - 1;
    if (getrandom(&table->seed, sizeof(table->seed), GRND_NONBLOCK) < 0)
        table->seed = (uintptr_t)table;
    if (table->sites == NULL || table->slots == NULL || !fill_sites(table, *config, old)) {
        site_table_unref(table);
        return NULL;
    }
    table->config = *config;
    *config = NULL; /* consumed */
    return table;
}

struct site_table *site_table_ref(struct site_table *table)
{
    atomic_fetch_add_explicit(&table->references, 1, memory_order_relaxed);
    return table;
}

void site_table_unref(struct site_table *table)
{
    if (table == NULL ||
        atomic_fetch_sub_explicit(&table->references, 1, memory_order_acq_rel) != 1)
        return;
    config_free(table->config);
    free(table->sites);
    free(table->slots);
    free(table);
}

const struct config_server *site_table_server(const struct site_table *table)
{
    return &table->config->server;
}

const struct config *site_table_config(const struct site_table *table)
{
    return table->config;
}

size_t site_table_count(const struct site_table *table)
{
    return table->count;
}

const struct site *site_table_at(const struct site_table *table, size_t number)
{
    return number < table->count ? &table->sites[number] : NULL;
}

size_t site_table_removed(const struct site_table *table, const struct site_table *old)
{
    size_t removed = 0;
    for (size_t i = 0; i < old->count; i++) {
        const char *domain = old->sites[i].domain;
        removed += find_domain(table, domain, strlen(domain)) == NULL;
    }
    return removed;
}

const struct site *site_find(const struct site_table *table, const struct hostname *policy_host)
{
    const char *domain = hostname_policy_domain(policy_host->text);
    if (domain == NULL)
        return NULL;
    return find_domain(table, domain, policy_host->length - strlen(HOSTNAME_POLICY_PREFIX));
}
