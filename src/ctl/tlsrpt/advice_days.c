/* SPDX-License-Identifier: ISC */
/* advice_days: what the days of one domain's reports tell: how many, since when, by whom. */
#include "ctl/tlsrpt/advice_days.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/failure.h"

bool advice_hinders(const struct tally_fact *fact)
{
    return fact->failures > 0 && fact->kind != REPORT_TLSA && !fact->mx_host &&
           failure_find(fact->type)->effect == FAILURE_LOSES_MAIL;
}

/* A sender is known by the domain that signed; what it calls itself is not proven. */
static const char *sender_of(const struct tally_fact *fact)
{
    return fact->signer[0] != '\0' ? fact->signer : fact->organisation;
}

/* The facts that matter: sessions under a policy, and failures that hinder. Free with free(3). */
static struct tally_fact *select_facts(const struct tally_fact *facts, size_t count, size_t *kept)
{
    struct tally_fact *items = calloc(count + 1, sizeof(*items));
    *kept = 0;
    for (size_t i = 0; items != NULL && i < count; i++) {
        bool hinders = advice_hinders(&facts[i]);
        if (facts[i].evidence == 0 && !hinders)
            continue;
        items[*kept] = facts[i];
        items[*kept].organisation = sender_of(&facts[i]);
        items[*kept].signer = "";
        if (!hinders)
            items[*kept].failures = 0;
        (*kept)++;
    }
    return items;
}

/* How many days there were reports on. */
static int days_in(const struct tally_fact *row)
{
    int count = 0;
    for (unsigned days = row->days; days != 0; days &= days - 1)
        count++;
    return count;
}

static void count_days(struct advice *out, const struct tally_facts *days, int today)
{
    int clean_since = 0;
    for (size_t i = 0; i < days->count; i++) {
        const struct tally_fact *day = &days->items[i];
        bool is_recent = day->first_day >= today - ADVICE_CLEAN_DAYS && day->evidence > 0;
        if (i == 0)
            out->first_day = clean_since = day->first_day;
        if (day->last_day > out->last_day)
            out->last_day = day->last_day;
        out->reported_days += days_in(day) + day->day_count;
        out->clean_sessions = tally_add_up(out->clean_sessions, day->evidence);
        out->recent_days += is_recent;
        if (is_recent)
            out->recent_sessions = tally_add_up(out->recent_sessions, day->evidence);
        if (day->failures > 0) {
            clean_since = day->last_day + 1;
            out->clean_sessions = 0;
        }
    }
    if (days->count > 0) {
        out->clean_days = out->last_day - clean_since + 1;
        out->ready_day = clean_since + ADVICE_CLEAN_DAYS;
    }
    if (out->recent_days > ADVICE_CLEAN_DAYS)
        out->recent_days = ADVICE_CLEAN_DAYS;
}

/* Sums the selected facts that pass. */
typedef bool pass(const struct advice *advice, const struct tally_fact *fact, int today);

static int sum_those(struct tally_facts *out, const struct advice *advice, pass *passes,
                     const struct tally_fact *facts, size_t count, unsigned keys, int today,
                     struct error *why)
{
    size_t kept = 0;
    struct tally_fact *items = calloc(count + 1, sizeof(*items));
    *out = (struct tally_facts){0};
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (passes(advice, &facts[i], today))
            items[kept++] = facts[i];
    }
    int result = tally_sum(out, items, kept, keys, why);
    free(items);
    return result;
}

static bool is_recent_evidence(const struct advice *advice, const struct tally_fact *fact,
                               int today)
{
    (void)advice;
    return fact->evidence > 0 && fact->last_day >= today - ADVICE_CLEAN_DAYS;
}

static bool is_failure(const struct advice *advice, const struct tally_fact *fact, int today)
{
    (void)advice;
    (void)today;
    return fact->failures > 0;
}

/* ---- Failures that come back, and senders that do not. */

/* The days of a row that may be a week's: how many, and twice the longest time between two, or
 * between the one before and the first. */
static void count_silence(struct tally_fact *into, const struct tally_fact *row, int before)
{
    for (int day = row->day; day <= row->last_day; day++) {
        if ((row->days & (1u << (day - row->day))) == 0)
            continue;
        int64_t twice = before != 0 ? 2 * (int64_t)(day - before) : 0;
        into->reports = twice > into->reports ? twice : into->reports;
        into->entries++;
        before = day;
    }
}

/* Days of one MX and type become one row: entries of them, reports of silence. */
static void join_days(struct tally_facts *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct tally_fact *row = &rows->items[i];
        struct tally_fact *last = kept > 0 ? &rows->items[kept - 1] : NULL;
        if (last == NULL || strcmp(last->mx, row->mx) != 0 || strcmp(last->type, row->type) != 0) {
            rows->items[kept] = *row;
            rows->items[kept].entries = 0;
            rows->items[kept].reports = ADVICE_CLEAN_DAYS;
            count_silence(&rows->items[kept++], row, 0);
            continue;
        }
        count_silence(last, row, last->last_day);
        last->last_day = row->last_day;
        last->failures = tally_add_up(last->failures, row->failures);
    }
    rows->count = kept;
}

static int compare_kinds(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    int order = strcmp(a->mx, b->mx);
    return order != 0 ? order : strcmp(a->type, b->type);
}

static int compare_senders(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    return strcmp(a->organisation, b->organisation);
}

/* Both lists are sorted, as tally_sum leaves them. */
static const struct tally_fact *find(const struct tally_facts *rows, const struct tally_fact *like,
                                     int (*order)(const void *, const void *))
{
    return rows->count == 0 ? NULL
                            : bsearch(like, rows->items, rows->count, sizeof(*rows->items), order);
}

const struct tally_fact *advice_repeated(const struct advice *advice, const char *mx,
                                         const char *type)
{
    return find(&advice->repeated, &(struct tally_fact){.mx = mx, .type = type}, compare_kinds);
}

/* Rows of senders and days become one row for each sender whose last day has a failure, long ago
 * enough to be forgotten, and not so long that nobody waits for it. */
static void keep_silent(struct tally_facts *rows, int newest_day)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++) {
        struct tally_fact row = rows->items[i];
        bool is_last =
            i + 1 == rows->count || strcmp(row.organisation, rows->items[i + 1].organisation) != 0;
        int silence = newest_day - row.last_day;
        if (is_last && row.failures > 0 && silence >= ADVICE_CLEAN_DAYS &&
            silence < ADVICE_SILENT_DAYS)
            rows->items[kept++] = row;
    }
    rows->count = kept;
}

static bool is_of_silent(const struct advice *advice, const struct tally_fact *fact)
{
    const struct tally_fact *row = find(&advice->silent, fact, compare_senders);
    return row != NULL && row->last_day == fact->last_day;
}

static bool is_hindrance(const struct advice *advice, const struct tally_fact *fact, int today)
{
    (void)today;
    if (fact->failures == 0)
        return false;
    const struct tally_fact *row = advice_repeated(advice, fact->mx, fact->type);
    bool is_over = row == NULL || advice->last_day - row->last_day >= row->reports;
    return (!is_over && fact->last_day > advice->last_day - row->reports) ||
           is_of_silent(advice, fact);
}

static bool matters(const struct advice *advice, const struct tally_fact *fact, int today)
{
    (void)advice;
    (void)fact;
    (void)today;
    return true;
}

static int find_hindrances(struct advice *out, const struct tally_fact *items, size_t count,
                           struct error *why)
{
    if (sum_those(&out->repeated, out, is_failure, items, count,
                  TALLY_BY_MX | TALLY_BY_TYPE | TALLY_BY_DAY, 0, why) != 0)
        return -1;
    join_days(&out->repeated);
    if (out->repeated.count == 0)
        return 0;
    if (sum_those(&out->silent, out, matters, items, count, TALLY_BY_ORGANISATION | TALLY_BY_DAY, 0,
                  why) != 0)
        return -1;
    keep_silent(&out->silent, out->newest_day);
    if (sum_those(&out->hindrances, out, is_hindrance, items, count,
                  TALLY_BY_MX | TALLY_BY_TYPE | TALLY_BY_FAILURE, 0, why) != 0)
        return -1;
    for (size_t i = 0; i < out->repeated.count; i++) {
        const struct tally_fact *row = &out->repeated.items[i];
        int ready = row->last_day + 1 + (int)row->reports;
        if (out->last_day - row->last_day < row->reports && ready > out->ready_day)
            out->ready_day = ready;
    }
    return 0;
}

/* ---- The policy host. */

static bool is_policy_failure(const struct tally_fact *fact)
{
    return fact->failures > 0 && fact->kind != REPORT_TLSA && !fact->mx_host &&
           failure_find(fact->type)->effect == FAILURE_OF_POLICY;
}

/* Days after the last one with a session under a policy on which it could not be fetched: two at
 * least where there ever was such a session, as not all senders report at the same hour. */
static void find_unfetched(struct advice *out, const struct tally_fact *facts, size_t count,
                           int last_under_policy, int today)
{
    int first = 0, last = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_policy_failure(&facts[i]) || facts[i].last_day <= last_under_policy)
            continue;
        first = first == 0 || facts[i].first_day < first ? facts[i].first_day : first;
        last = facts[i].last_day > last ? facts[i].last_day : last;
        out->unfetched = tally_add_up(out->unfetched, facts[i].failures);
    }
    if (first > 0 && (last > first || last_under_policy == 0) && today - last <= ADVICE_STALE_DAYS)
        out->unfetched_since = first;
}

int advice_count(struct advice *out, const struct tally_fact *facts, size_t count, int today,
                 struct error *why)
{
    size_t kept;
    int result = -1, last_under_policy = 0;
    struct tally_facts days = {0};
    struct tally_fact *items = select_facts(facts, count, &kept);
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (facts[i].last_day > out->newest_day)
            out->newest_day = facts[i].last_day;
        if (facts[i].evidence > 0 && facts[i].last_day > last_under_policy)
            last_under_policy = facts[i].last_day;
    }
    find_unfetched(out, facts, count, last_under_policy, today);
    if (tally_sum(&days, items, kept, TALLY_BY_DAY, why) != 0)
        goto done;
    count_days(out, &days, today);
    if (sum_those(&out->senders, out, is_recent_evidence, items, kept, TALLY_BY_ORGANISATION, today,
                  why) == 0)
        result = find_hindrances(out, items, kept, why);
done:
    free(days.items);
    free(items);
    return result;
}
