/* SPDX-License-Identifier: ISC */
/* digest: what a run of the drift watch has to tell: what began, got worse or ended since it was
 * told last, the worst first. */
#include "ctl/watch/digest.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "ctl/watch/machine.h"

enum { STAGE_WARNING = 1, STAGE_ERROR };

/* One comparison. */
struct making {
    struct digest *digest;
    struct sightings *seen;
    struct told *told;
    const struct digest_params *params;
    struct machine machine;
    bool failed;
};

static const char *const event_names[] = {
    [DIGEST_BEGAN] = "began",
    [DIGEST_WORSE] = "worse",
    [DIGEST_ENDED] = "ended",
};

const char *digest_event_name(enum digest_event event)
{
    return event_names[event];
}

size_t digest_open(const struct digest *digest)
{
    size_t count = 0;
    for (size_t i = 0; i < DRIFT_KINDS; i++)
        count += digest->open[i][0] + digest->open[i][1];
    return count;
}

static void add(struct making *making, const struct digest_item *item)
{
    struct digest *digest = making->digest;
    struct digest_item *items = array_grow(digest->items, digest->count, sizeof(*items));
    if (items == NULL) {
        making->failed = true;
        return;
    }
    digest->items = items;
    digest->items[digest->count++] = *item;
    digest->events[item->event]++;
}

/* ---- What is seen. */

static void count_open(struct digest *digest, enum drift_kind kind, bool is_error)
{
    digest->open[kind][is_error ? 0 : 1]++;
}

static void take_seen(struct making *making, const struct sighting *item)
{
    const struct drift *drift = &item->drift;
    bool is_error = drift->severity == SEVERITY_ERROR;
    const struct told_trouble trouble = {
        .key = item->key,
        .stage = is_error ? STAGE_ERROR : STAGE_WARNING,
        .passes = drift->passes,
        .rule = drift->rule,
        .text = drift->problem,
    };
    if (machine_excuses(&making->machine, drift))
        return;
    int64_t since;
    enum told_news news = told_see(making->told, &trouble, making->params->now, &since);
    const struct digest_item told = {
        .event = news == TOLD_WORSE ? DIGEST_WORSE : DIGEST_BEGAN,
        .drift = *drift,
        .domains = item->domains,
        .domain_count = drift->kind == DRIFT_MACHINE ? 0 : item->domain_count,
        .since = since,
    };
    if (news == TOLD_NOT_YET)
        making->digest->unconfirmed++;
    else
        count_open(making->digest, drift->kind, is_error);
    if (news == TOLD_BEGAN || news == TOLD_WORSE)
        add(making, &told);
}

/* ---- What is not seen any more. */

/* A key in its parts; domain and where are in the key. */
struct parts {
    enum drift_kind kind;
    const char *domain;
    size_t domain_length;
    const char *where;
};

static bool split(struct parts *out, const char *key)
{
    const char *kind = strchr(key, ' ');
    const char *where = kind != NULL ? strchr(kind + 1, ' ') : NULL;
    if (where == NULL || !drift_find(&out->kind, kind + 1, (size_t)(where - kind - 1)))
        return false;
    out->domain = key;
    out->domain_length = (size_t)(kind - key);
    out->where = where + 1;
    return true;
}

/* Of an MX host, or of this machine. */
static bool is_unknown_here(const struct making *making, const struct parts *parts)
{
    size_t length;
    const char *host = drift_mx(parts->where, &length);
    if (parts->kind == DRIFT_MACHINE || sightings_has_mx(making->seen, host, length))
        return false;
    return making->seen->mx_unknown || !making->params->all;
}

enum fate { FATE_UNKNOWN, FATE_OVER, FATE_LEFT }; /* left: it is not watched any more */

static enum fate judge_domain(const struct making *making, const struct parts *parts,
                              const char *name)
{
    const struct sightings_domain *domain = sightings_find(making->seen, name);
    const struct digest_params *params = making->params;
    if (domain != NULL)
        return domain->unknown & 1u << parts->kind ? FATE_UNKNOWN : FATE_OVER;
    if (!params->all || params->is_configured(params->context, name))
        return FATE_UNKNOWN;
    return FATE_LEFT;
}

static enum fate judge_fate(const struct making *making, const struct parts *parts,
                            const char *name)
{
    if (machine_unknown(&making->machine) & 1u << parts->kind)
        return FATE_UNKNOWN;
    if (strcmp(name, "*") != 0)
        return judge_domain(making, parts, name);
    return is_unknown_here(making, parts) ? FATE_UNKNOWN : FATE_OVER;
}

static const char *copy(struct making *making, const char *text)
{
    const char *kept = arena_copy(&making->digest->arena, text, strlen(text));
    making->failed = making->failed || kept == NULL;
    return kept != NULL ? kept : "";
}

static void add_ended(struct making *making, const struct told_entry *entry,
                      const struct parts *parts, const char *name)
{
    struct digest_item item = {
        .event = DIGEST_ENDED,
        .since = entry->since,
        .drift = {.kind = parts->kind,
                  .severity = entry->stage >= STAGE_ERROR ? SEVERITY_ERROR : SEVERITY_WARNING,
                  .domain = name,
                  .where = copy(making, parts->where),
                  .rule = copy(making, entry->rule),
                  .problem = copy(making, entry->text)},
    };
    const char **domains = arena_alloc(&making->digest->arena, sizeof(*domains));
    making->failed = making->failed || domains == NULL;
    if (domains != NULL && strcmp(name, "*") != 0) {
        domains[0] = name;
        item.domains = domains;
        item.domain_count = 1;
    }
    add(making, &item);
}

static bool is_over(void *context, const struct told_entry *entry)
{
    struct making *making = context;
    struct parts parts;
    if (!split(&parts, entry->key))
        return true; /* nothing of ours */
    const char *name = arena_copy(&making->digest->arena, parts.domain, parts.domain_length);
    if (name == NULL) {
        making->failed = true;
        return false;
    }
    enum fate fate = judge_fate(making, &parts, name);
    if (fate == FATE_UNKNOWN && entry->is_said)
        count_open(making->digest, parts.kind, entry->stage >= STAGE_ERROR);
    if (fate == FATE_OVER && entry->is_said)
        add_ended(making, entry, &parts, name);
    return fate != FATE_UNKNOWN;
}

/* ---- All of it. */

/* What ended comes last; then by severity, by kind, and by how many domains it is of. */
static int compare(const void *a, const void *b)
{
    const struct digest_item *one = a;
    const struct digest_item *other = b;
    int by_end = (one->event == DIGEST_ENDED) - (other->event == DIGEST_ENDED);
    int by_severity = (int)one->drift.severity - (int)other->drift.severity;
    int by_kind = (int)one->drift.kind - (int)other->drift.kind;
    if (by_end != 0 || by_severity != 0 || by_kind != 0)
        return by_end != 0 ? by_end : by_severity != 0 ? by_severity : by_kind;
    if (one->domain_count != other->domain_count)
        return one->domain_count > other->domain_count ? -1 : 1;
    int by_domain = strcmp(one->drift.domain, other->drift.domain);
    return by_domain != 0 ? by_domain : strcmp(one->drift.where, other->drift.where);
}

int digest_make(struct digest *out, struct sightings *seen, struct told *told,
                const struct digest_params *params)
{
    struct making making = {.digest = out, .seen = seen, .told = told, .params = params};
    *out = (struct digest){.now = params->now, .checked = seen->domain_count};
    if (sightings_settle(seen) != 0)
        return -1;
    machine_judge(&making.machine, seen);
    if (sightings_settle(seen) != 0)
        return -1;
    for (size_t i = 0; i < seen->domain_count; i++)
        out->dark += seen->domains[i].is_dark;
    for (size_t i = 0; i < seen->count; i++)
        take_seen(&making, &seen->items[i]);
    told_sweep(told, is_over, &making);
    if (out->count > 0)
        qsort(out->items, out->count, sizeof(*out->items), compare);
    out->shown = out->count < DIGEST_SHOWN ? out->count : DIGEST_SHOWN;
    return making.failed ? -1 : 0;
}

void digest_free(struct digest *digest)
{
    free(digest->items);
    arena_free(&digest->arena);
    *digest = (struct digest){0};
}
