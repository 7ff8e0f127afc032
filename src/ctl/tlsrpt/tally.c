/* SPDX-License-Identifier: ISC */
/* tally: what many TLS reports say together: sessions, by whatever is asked for. */
#include "ctl/tlsrpt/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

/* ---- Facts: compared, joined, sorted. */

static int compare_text(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a, b);
}

static int compare_number(int a, int b)
{
    return (a > b) - (a < b);
}

static int compare(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    int order = compare_text(a->domain, b->domain);
    if (order == 0)
        order = compare_number((int)a->kind, (int)b->kind);
    if (order == 0)
        order = compare_text(a->organisation, b->organisation);
    if (order == 0)
        order = compare_text(a->mx, b->mx);
    if (order == 0)
        order = compare_text(a->type, b->type);
    if (order == 0)
        order = compare_text(a->reason, b->reason);
    if (order == 0)
        order = compare_number(a->outside, b->outside);
    return order != 0 ? order : compare_number(a->failed, b->failed);
}

static int compare_days(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    int order = compare(left, right);
    return order != 0 ? order : compare_number(a->first_day, b->first_day);
}

static int64_t add_up(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void join(struct tally_fact *into, const struct tally_fact *fact)
{
    if (fact->first_day < into->first_day)
        into->first_day = fact->first_day;
    if (fact->last_day > into->last_day)
        into->last_day = fact->last_day;
    if (fact->has_mode && (!into->has_mode || fact->mode_day > into->mode_day)) {
        into->has_mode = true;
        into->mode = fact->mode;
        into->mode_day = fact->mode_day;
    }
    into->failed = into->failed || fact->failed;
    into->reports = add_up(into->reports, fact->reports);
    into->entries = add_up(into->entries, fact->entries);
    into->successes = add_up(into->successes, fact->successes);
    into->failures = add_up(into->failures, fact->failures);
}

static void sort_and_join(struct tally_facts *facts, int (*order)(const void *, const void *))
{
    size_t kept = 0;
    if (facts->count == 0)
        return;
    qsort(facts->items, facts->count, sizeof(*facts->items), order);
    for (size_t i = 1; i < facts->count; i++) {
        if (order(&facts->items[kept], &facts->items[i]) == 0)
            join(&facts->items[kept], &facts->items[i]);
        else
            facts->items[++kept] = facts->items[i];
    }
    facts->count = kept + 1;
}

/* Joins before it grows, so that memory goes with what differs. */
static int keep(struct tally_facts *facts, const struct tally_fact *fact, struct error *why)
{
    bool is_full = facts->count == facts->room;
    if (is_full)
        sort_and_join(facts, compare_days);
    if (facts->count >= TALLY_FACTS_MAX)
        return error_set(why, "more than %d different sums; name fewer files, a --domain or --days",
                         TALLY_FACTS_MAX);
    if (is_full && facts->count >= facts->room / 2) {
        size_t room = facts->room == 0 ? FIRST_ROOM : facts->room * 2;
        struct tally_fact *items = reallocarray(facts->items, room, sizeof(*items));
        if (items == NULL)
            return error_set(why, "out of memory");
        facts->items = items;
        facts->room = room;
    }
    facts->items[facts->count++] = *fact;
    return 0;
}

/* ---- Reports. */

static const char *intern(struct tally *tally, const char *text)
{
    return intern_text(&tally->texts, &tally->arena, text);
}

static int add_failure(struct tally *tally, struct tally_fact fact,
                       const struct report_failure *failure, struct error *why)
{
    fact.mx = intern(tally, failure->mx);
    fact.type = intern(tally, failure->type);
    fact.reason = intern(tally, failure->reason);
    if (fact.mx == NULL || fact.type == NULL || fact.reason == NULL)
        return error_set(why, "out of memory");
    fact.outside = failure->outside;
    fact.failed = true;
    fact.failures = failure->sessions;
    return failure->sessions > 0 ? keep(&tally->facts, &fact, why) : 0;
}

/* What the summary has more than the details is a failure of no type. */
static int add_policy(struct tally *tally, const struct report *report,
                      const struct report_policy *policy, bool is_first, struct error *why)
{
    struct tally_fact fact = {
        .domain = intern(tally, policy->domain),
        .kind = policy->kind,
        .organisation = intern(tally, report->organisation),
        .mx = "",
        .type = "",
        .reason = "",
        .first_day = report->day,
        .last_day = report->day,
        .has_mode = policy->has_mode,
        .mode = policy->mode,
        .mode_day = report->day,
    };
    int64_t rest = policy->failures;
    if (fact.domain == NULL || fact.organisation == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < policy->count; i++) {
        if (add_failure(tally, fact, &policy->details[i], why) != 0)
            return -1;
        rest -= policy->details[i].sessions;
    }
    if (rest > 0 &&
        add_failure(tally, fact,
                    &(struct report_failure){.type = "", .reason = "", .mx = "", .sessions = rest},
                    why) != 0)
        return -1;
    fact.reports = is_first;
    fact.entries = 1;
    fact.successes = policy->successes;
    return keep(&tally->facts, &fact, why);
}

static bool passes(const struct report *report, const struct report_policy *policy,
                   const struct tally_filter *filter)
{
    return (filter->domain == NULL || strcmp(policy->domain, filter->domain) == 0) &&
           (filter->since == 0 || report->day >= filter->since);
}

/* No sender is known to use an id again for another domain, but many count in days. */
static enum tally_outcome know(struct tally *tally, const struct report *report, const char *where,
                               const char **first, struct error *why)
{
    char key[3 * REPORT_TEXT_MAX + 8];
    if (tally->seen == NULL)
        tally->seen = json_object();
    snprintf(key, sizeof(key), "%s\n%s\n%s", report->organisation, report->id,
             report->count > 0 ? report->policies[0].domain : "");
    if (report->id[0] == '\0')
        return TALLY_ADDED;
    *first = json_string_value(json_object_get(tally->seen, key));
    if (*first != NULL)
        return TALLY_KNOWN;
    /* nocheck: a path need not be UTF-8, and this string is never written as JSON. */
    if (json_object_set_new_nocheck(tally->seen, key, json_string_nocheck(where)) == 0)
        return TALLY_ADDED;
    error_set(why, "out of memory");
    return TALLY_FULL;
}

static bool is_first_of_domain(const struct report *report, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(report->policies[i].domain, report->policies[index].domain) == 0)
            return false;
    }
    return true;
}

enum tally_outcome tally_add(struct tally *tally, const struct report *report, const char *where,
                             const struct tally_filter *filter, const char **first,
                             struct error *why)
{
    enum tally_outcome outcome = know(tally, report, where, first, why);
    if (outcome != TALLY_ADDED)
        return outcome;
    outcome = TALLY_OUTSIDE;
    for (size_t i = 0; i < report->count; i++) {
        const struct report_policy *policy = &report->policies[i];
        if (!passes(report, policy, filter))
            continue;
        outcome = TALLY_ADDED;
        if (add_policy(tally, report, policy, is_first_of_domain(report, i), why) != 0)
            return TALLY_FULL;
    }
    return outcome;
}

void tally_finish(struct tally *tally)
{
    sort_and_join(&tally->facts, compare_days);
}

void tally_free(struct tally *tally)
{
    free(tally->facts.items);
    json_decref(tally->seen);
    intern_free(&tally->texts);
    arena_free(&tally->arena);
    *tally = (struct tally){0};
}

/* ---- Sums. */

static void blank(struct tally_fact *fact, unsigned keys)
{
    if ((keys & TALLY_BY_DOMAIN) == 0)
        fact->domain = "";
    if ((keys & TALLY_BY_KIND) == 0)
        fact->kind = REPORT_STS;
    if ((keys & TALLY_BY_ORGANISATION) == 0)
        fact->organisation = "";
    if ((keys & TALLY_BY_MX) == 0)
        fact->mx = "";
    if ((keys & TALLY_BY_FAILURE) == 0) {
        fact->type = fact->reason = "";
        fact->outside = false;
    }
    if ((keys & (TALLY_BY_MX | TALLY_BY_FAILURE)) == 0)
        fact->failed = false;
}

int tally_sum(struct tally_facts *out, const struct tally_fact *facts, size_t count, unsigned keys,
              struct error *why)
{
    *out = (struct tally_facts){0};
    if (count == 0)
        return 0;
    out->items = reallocarray(NULL, count, sizeof(*facts));
    if (out->items == NULL)
        return error_set(why, "out of memory");
    memcpy(out->items, facts, count * sizeof(*facts));
    out->count = out->room = count;
    for (size_t i = 0; i < count; i++)
        blank(&out->items[i], keys);
    sort_and_join(out, (keys & TALLY_BY_DAY) != 0 ? compare_days : compare);
    return 0;
}
