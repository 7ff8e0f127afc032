/* SPDX-License-Identifier: ISC */
/* sightings: what one run of the drift watch saw over all domains, and what it could not see. */
#include "ctl/watch/sightings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"

#define KEY_MAX 1024

void sightings_free(struct sightings *all)
{
    free(all->items);
    free(all->domains);
    free(all->places);
    intern_free(&all->texts);
    arena_free(&all->arena);
    *all = (struct sightings){0};
}

static const char *keep(struct sightings *all, const char *text)
{
    const char *kept = text != NULL ? intern_text(&all->texts, &all->arena, text) : NULL;
    all->failed = all->failed || (text != NULL && kept == NULL);
    return kept;
}

/* Space for one more of count items; NULL: all has failed. */
static void *grow(struct sightings *all, void *items, size_t count, size_t size)
{
    void *grown = all->failed ? NULL : array_grow(items, count, size);
    all->failed = grown == NULL;
    return grown;
}

void sightings_add(struct sightings *all, const struct drift *drift, const char *domain)
{
    char key[KEY_MAX];
    snprintf(key, sizeof(key), "%s %s %s", drift->domain, drift_name(drift->kind), drift->where);
    struct sighting item = {
        .drift = *drift,
        .key = keep(all, key),
        .domains = arena_alloc(&all->arena, sizeof(*item.domains)),
        .domain_count = 1,
    };
    item.drift.domain = keep(all, drift->domain);
    item.drift.where = keep(all, drift->where);
    item.drift.rule = keep(all, drift->rule);
    item.drift.problem = keep(all, drift->problem);
    item.drift.advice = keep(all, drift->advice);
    struct sighting *items = grow(all, all->items, all->count, sizeof(*items));
    if (items == NULL || item.domains == NULL) {
        all->failed = true;
        return;
    }
    item.domains[0] = keep(all, domain);
    all->items = items;
    all->items[all->count++] = item;
}

void sightings_add_domain(struct sightings *all, const struct sightings_domain *domain)
{
    struct sightings_domain *items =
        grow(all, all->domains, all->domain_count, sizeof(*all->domains));
    if (items == NULL)
        return;
    all->domains = items;
    all->domains[all->domain_count] = *domain;
    all->domains[all->domain_count++].name = keep(all, domain->name);
}

void sightings_add_place(struct sightings *all, const struct sightings_place *place)
{
    struct sightings_place *items = grow(all, all->places, all->place_count, sizeof(*all->places));
    if (items == NULL)
        return;
    all->places = items;
    all->places[all->place_count] = *place;
    all->places[all->place_count].mx = keep(all, place->mx);
    all->places[all->place_count++].address = keep(all, place->address);
}

/* ---- Settling. */

static int compare_items(const void *a, const void *b)
{
    const struct sighting *one = a;
    const struct sighting *other = b;
    int by_key = strcmp(one->key, other->key);
    int by_severity = (int)one->drift.severity - (int)other->drift.severity;
    return by_key != 0        ? by_key
           : by_severity != 0 ? by_severity
                              : strcmp(one->drift.rule, other->drift.rule);
}

static int compare_domains(const void *a, const void *b)
{
    return strcmp(((const struct sightings_domain *)a)->name,
                  ((const struct sightings_domain *)b)->name);
}

/* Those of MX hosts behind the others. */
static int compare_places(const void *a, const void *b)
{
    const struct sightings_place *one = a;
    const struct sightings_place *other = b;
    int by_mx = strcmp(one->mx != NULL ? one->mx : "", other->mx != NULL ? other->mx : "");
    return by_mx != 0 ? by_mx : strcmp(one->address, other->address);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts names, and keeps each once. Returns how many that are. */
static size_t sort_names(const char **names, size_t count)
{
    size_t kept = 0;
    qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(names[i], names[kept - 1]) != 0)
            names[kept++] = names[i];
    }
    return kept;
}

/* The items from first to end have one key: they become items[at]. */
static void merge(struct sightings *all, size_t at, size_t first, size_t end)
{
    struct sighting item = all->items[first];
    size_t total = 0;
    for (size_t i = first; i < end; i++)
        total += all->items[i].domain_count;
    const char **names =
        end - first > 1 ? arena_alloc(&all->arena, total * sizeof(*names)) : item.domains;
    if (names == NULL) {
        all->failed = true;
        return;
    }
    total = 0;
    for (size_t i = first; i < end; i++) {
        const struct sighting *other = &all->items[i];
        for (size_t j = 0; j < other->domain_count; j++)
            names[total++] = other->domains[j];
        item.drift.passes = item.drift.passes && other->drift.passes;
    }
    item.domains = names;
    item.domain_count = sort_names(names, total);
    all->items[at] = item;
}

static void merge_items(struct sightings *all)
{
    size_t kept = 0;
    for (size_t first = 0, end; first < all->count && !all->failed; first = end) {
        end = first + 1;
        while (end < all->count && strcmp(all->items[end].key, all->items[first].key) == 0)
            end++;
        merge(all, kept++, first, end);
    }
    all->count = kept;
}

static void merge_places(struct sightings *all)
{
    size_t kept = 0;
    for (size_t i = 0; i < all->place_count; i++) {
        struct sightings_place *last = kept > 0 ? &all->places[kept - 1] : NULL;
        if (last != NULL && compare_places(last, &all->places[i]) == 0) {
            last->connected = last->connected || all->places[i].connected;
            last->refused = last->refused || all->places[i].refused;
        } else {
            all->places[kept++] = all->places[i];
        }
    }
    all->place_count = kept;
}

int sightings_settle(struct sightings *all)
{
    if (all->failed)
        return -1;
    if (all->count > 0)
        qsort(all->items, all->count, sizeof(*all->items), compare_items);
    if (all->domain_count > 0)
        qsort(all->domains, all->domain_count, sizeof(*all->domains), compare_domains);
    if (all->place_count > 0)
        qsort(all->places, all->place_count, sizeof(*all->places), compare_places);
    merge_items(all);
    merge_places(all);
    return all->failed ? -1 : 0;
}

/* ---- Looking up. */

const struct sightings_domain *sightings_find(const struct sightings *all, const char *name)
{
    const struct sightings_domain wanted = {.name = name};
    return all->domain_count == 0 ? NULL
                                  : bsearch(&wanted, all->domains, all->domain_count,
                                            sizeof(*all->domains), compare_domains);
}

static int compare_mx(const char *mx, const char *host, size_t length)
{
    int order = strncmp(mx, host, length);
    return order != 0 ? order : mx[length] != '\0';
}

bool sightings_has_mx(const struct sightings *all, const char *host, size_t length)
{
    size_t low = 0;
    size_t high = all->place_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *mx = all->places[middle].mx;
        int order = compare_mx(mx != NULL ? mx : "", host, length);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
