/* SPDX-License-Identifier: ISC */
/* advice: whether a domain may go to enforce, by what the reports say of it. */
#include "ctl/tlsrpt/advice.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/advice_text.h"
#include "ctl/tlsrpt/failure.h"

const char *advice_verdict_name(enum advice_verdict verdict)
{
    switch (verdict) {
    case ADVICE_SAFE:
        return "safe";
    case ADVICE_WAIT:
        return "wait";
    case ADVICE_HINDERED:
        return "hindered";
    case ADVICE_STALE:
        return "stale";
    case ADVICE_NO_STS:
        return "no-sts";
    case ADVICE_KEEP:
        return "keep";
    case ADVICE_LOSES:
        return "loses";
    }
    return "";
}

/* A session under DANE tells nothing of MTA-STS; one under no policy would be under it then. */
static bool counts(const struct tally_fact *fact)
{
    return (fact->kind == REPORT_STS || fact->kind == REPORT_NO_POLICY) &&
           (fact->successes > 0 || fact->failures > 0);
}

static bool hinders(const struct tally_fact *fact)
{
    return counts(fact) && fact->failures > 0 &&
           failure_find(fact->type)->effect == FAILURE_LOSES_MAIL;
}

/* Sums of the facts that count, by day; a day's failures are those that hinder. */
static int sum_days(struct tally_facts *out, const struct tally_fact *facts, size_t count,
                    struct error *why)
{
    size_t kept = 0;
    struct tally_fact *items = calloc(count + 1, sizeof(*items));
    *out = (struct tally_facts){0};
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (!counts(&facts[i]))
            continue;
        items[kept] = facts[i];
        if (!hinders(&facts[i]))
            items[kept].failures = 0;
        kept++;
    }
    int result = tally_sum(out, items, kept, TALLY_BY_DAY, why);
    free(items);
    return result;
}

static void count_days(struct advice *out, const struct tally_facts *days)
{
    int clean_since = 0;
    for (size_t i = 0; i < days->count; i++) {
        const struct tally_fact *day = &days->items[i];
        if (i == 0)
            out->first_day = clean_since = day->first_day;
        out->last_day = day->first_day;
        out->clean_sessions = out->clean_sessions > INT64_MAX - day->successes
                                  ? INT64_MAX
                                  : out->clean_sessions + day->successes;
        if (day->failures > 0) {
            clean_since = day->first_day + 1;
            out->clean_sessions = 0;
        }
    }
    out->reported_days = (int)days->count;
    if (days->count > 0) {
        out->clean_days = out->last_day - clean_since + 1;
        out->ready_day = clean_since + ADVICE_CLEAN_DAYS;
    }
}

static int find_hindrances(struct advice *out, const struct tally_fact *facts, size_t count,
                           struct error *why)
{
    size_t kept = 0;
    struct tally_fact *items = calloc(count + 1, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (hinders(&facts[i]) && facts[i].last_day > out->last_day - ADVICE_CLEAN_DAYS)
            items[kept++] = facts[i];
    }
    int result = tally_sum(&out->hindrances, items, kept, TALLY_BY_MX | TALLY_BY_FAILURE, why);
    free(items);
    return result;
}

static void find_mode(struct advice *out, const struct tally_fact *facts, size_t count, bool *sts)
{
    int day = 0;
    *sts = false;
    for (size_t i = 0; i < count; i++) {
        *sts = *sts || (facts[i].kind == REPORT_STS && counts(&facts[i]));
        if (!facts[i].has_mode || (out->has_mode && facts[i].mode_day <= day))
            continue;
        out->has_mode = true;
        out->mode = facts[i].mode;
        day = facts[i].mode_day;
    }
}

static enum advice_verdict judge(const struct advice *advice, bool sts, int today)
{
    bool enforces = advice->has_mode && advice->mode == POLICY_MODE_ENFORCE;
    if (!sts)
        return ADVICE_NO_STS;
    if (advice->hindrances.count > 0)
        return enforces ? ADVICE_LOSES : ADVICE_HINDERED;
    if (today - advice->last_day > ADVICE_STALE_DAYS)
        return ADVICE_STALE;
    if (enforces)
        return ADVICE_KEEP;
    if (advice->clean_days < ADVICE_CLEAN_DAYS || advice->clean_sessions < ADVICE_SESSIONS)
        return ADVICE_WAIT;
    return ADVICE_SAFE;
}

int advice_make(struct advice *out, const struct tally_fact *facts, size_t count, int today,
                struct error *why)
{
    bool sts;
    struct tally_facts days;
    *out = (struct advice){0};
    if (sum_days(&days, facts, count, why) != 0)
        return -1;
    count_days(out, &days);
    free(days.items);
    if (find_hindrances(out, facts, count, why) != 0)
        return -1;
    find_mode(out, facts, count, &sts);
    out->verdict = judge(out, sts, today);
    if (out->verdict == ADVICE_SAFE || out->verdict == ADVICE_KEEP ||
        out->verdict == ADVICE_NO_STS || out->clean_days >= ADVICE_CLEAN_DAYS)
        out->ready_day = 0;
    return advice_write(out, facts, count, today, why);
}

void advice_free(struct advice *advice)
{
    free(advice->hindrances.items);
    arena_free(&advice->arena);
    *advice = (struct advice){0};
}
