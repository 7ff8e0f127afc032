/* SPDX-License-Identifier: ISC */
/* tally_facts: sessions with all that they have in common; joined, sorted, summed. */
#include "ctl/tlsrpt/tally_facts.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

static int compare_text(const char *a, const char *b)
{
    return a == b ? 0 : strcmp(a, b);
}

static int compare_number(int a, int b)
{
    return (a > b) - (a < b);
}

static int compare_failures(const struct tally_fact *a, const struct tally_fact *b)
{
    int order = compare_text(a->mx, b->mx);
    if (order == 0)
        order = compare_text(a->type, b->type);
    if (order == 0)
        order = compare_text(a->reason, b->reason);
    if (order == 0)
        order = compare_number(a->outside, b->outside);
    if (order == 0)
        order = compare_text(a->ip, b->ip);
    if (order == 0)
        order = compare_text(a->sender_ip, b->sender_ip);
    return order != 0 ? order : compare_number(a->failed, b->failed);
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
        order = compare_text(a->signer, b->signer);
    if (order == 0)
        order = compare_number(a->unproven, b->unproven);
    return order != 0 ? order : compare_failures(a, b);
}

static int compare_days(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    int order = compare(left, right);
    return order != 0 ? order : compare_number(a->day, b->day);
}

int64_t tally_add_up(int64_t a, int64_t b)
{
    return b > 0 && a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void join_numbers(struct tally_fact *into, const struct tally_fact *fact)
{
    into->reports += fact->reports;
    into->domain_reports += fact->domain_reports;
    into->kind_reports += fact->kind_reports;
    into->entries += fact->entries;
    into->unproven_reports += fact->unproven_reports;
    into->successes = tally_add_up(into->successes, fact->successes);
    into->evidence = tally_add_up(into->evidence, fact->evidence);
    into->failures = tally_add_up(into->failures, fact->failures);
    into->trend.good = tally_add_up(into->trend.good, fact->trend.good);
    into->trend.failed = tally_add_up(into->trend.failed, fact->trend.failed);
    into->trend.good_before = tally_add_up(into->trend.good_before, fact->trend.good_before);
    into->trend.failed_before = tally_add_up(into->trend.failed_before, fact->trend.failed_before);
}

void tally_add_trend(struct tally_trend *trend, int day, int today, int64_t good, int64_t failed)
{
    if (day >= today - TALLY_TREND_DAYS) {
        trend->good = tally_add_up(trend->good, good);
        trend->failed = tally_add_up(trend->failed, failed);
    } else if (day >= today - 2 * TALLY_TREND_DAYS) {
        trend->good_before = tally_add_up(trend->good_before, good);
        trend->failed_before = tally_add_up(trend->failed_before, failed);
    }
}

void tally_join(struct tally_fact *into, const struct tally_fact *fact)
{
    into->days = into->day == fact->day ? into->days | fact->days : 0;
    into->day_count += fact->day_count;
    if (fact->first_day < into->first_day)
        into->first_day = fact->first_day;
    if (fact->last_day > into->last_day)
        into->last_day = fact->last_day;
    if (fact->has_mode && (!into->has_mode || fact->mode_day > into->mode_day)) {
        into->has_mode = true;
        into->mode = fact->mode;
        into->mode_day = fact->mode_day;
        into->mx_lines = fact->mx_lines;
    }
    if (into->wildcard[0] == '\0')
        into->wildcard = fact->wildcard;
    if (into->helo[0] == '\0')
        into->helo = fact->helo;
    into->failed = into->failed || fact->failed;
    into->mx_host = into->mx_host || fact->mx_host;
    join_numbers(into, fact);
}

typedef int comparison(const void *left, const void *right);

static bool is_sorted(const struct tally_facts *facts, comparison *order)
{
    for (size_t i = 1; i < facts->count; i++) {
        if (order(&facts->items[i - 1], &facts->items[i]) > 0)
            return false;
    }
    return true;
}

static void sort_and_join(struct tally_facts *facts, comparison *order)
{
    size_t kept = 0;
    if (facts->count == 0)
        return;
    if (!is_sorted(facts, order))
        qsort(facts->items, facts->count, sizeof(*facts->items), order);
    for (size_t i = 1; i < facts->count; i++) {
        if (order(&facts->items[kept], &facts->items[i]) == 0)
            tally_join(&facts->items[kept], &facts->items[i]);
        else
            facts->items[++kept] = facts->items[i];
    }
    facts->count = kept + 1;
}

/* Joins before it grows, so that memory goes with what differs. */
static int keep(struct tally_facts *facts, const struct tally_fact *fact, comparison *order,
                struct error *why)
{
    bool is_full = facts->count == facts->room;
    struct tally_fact *last = facts->count > 0 ? &facts->items[facts->count - 1] : NULL;
    if (last != NULL && order(last, fact) == 0) {
        tally_join(last, fact);
        return 0;
    }
    if (is_full)
        sort_and_join(facts, order);
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

int tally_facts_keep(struct tally_facts *facts, const struct tally_fact *fact, struct error *why)
{
    return keep(facts, fact, compare_days, why);
}

/* ---- Sums. */

static void blank_failure(struct tally_fact *fact, unsigned keys)
{
    if ((keys & TALLY_BY_MX) == 0)
        fact->mx = "";
    if ((keys & TALLY_BY_TYPE) == 0)
        fact->type = "";
    if ((keys & TALLY_BY_FAILURE) == 0) {
        fact->reason = "";
        fact->outside = false;
    }
    if ((keys & TALLY_BY_ADDRESS) == 0)
        fact->ip = fact->sender_ip = fact->helo = "";
    if ((keys & (TALLY_BY_MX | TALLY_BY_TYPE | TALLY_BY_ADDRESS)) == 0)
        fact->failed = false;
}

static void blank(struct tally_fact *fact, unsigned keys)
{
    if ((keys & TALLY_BY_DOMAIN) == 0)
        fact->domain = "";
    if ((keys & TALLY_BY_KIND) == 0)
        fact->kind = REPORT_STS;
    if ((keys & TALLY_BY_ORGANISATION) == 0)
        fact->organisation = "";
    if ((keys & TALLY_BY_SIGNER) == 0)
        fact->signer = "";
    if ((keys & TALLY_BY_PROOF) == 0)
        fact->unproven = false;
    if ((keys & TALLY_BY_DAY) == 0) {
        fact->day = 0;
        fact->days = 0;
    }
    blank_failure(fact, keys);
}

void tally_facts_finish(struct tally_facts *facts)
{
    size_t kept = 0;
    sort_and_join(facts, compare_days);
    for (size_t i = 0; i < facts->count; i++) {
        const struct tally_fact *fact = &facts->items[i];
        if (fact->kind_reports != 0 || fact->entries != 0 || fact->failures != 0)
            facts->items[kept++] = *fact;
    }
    facts->count = kept;
}

int tally_sum(struct tally_facts *out, const struct tally_fact *facts, size_t count, unsigned keys,
              struct error *why)
{
    comparison *order = (keys & TALLY_BY_DAY) != 0 ? compare_days : compare;
    *out = (struct tally_facts){0};
    for (size_t i = 0; i < count; i++) {
        struct tally_fact fact = facts[i];
        blank(&fact, keys);
        if (keep(out, &fact, order, why) != 0) {
            free(out->items);
            *out = (struct tally_facts){0};
            return -1;
        }
    }
    sort_and_join(out, order);
    return 0;
}
