/* SPDX-License-Identifier: ISC */
/* advice: whether a domain may go to enforce, by what the reports say of it. */
#include "ctl/tlsrpt/advice.h"

#include <stdlib.h>

#include "ctl/tlsrpt/advice_days.h"
#include "ctl/tlsrpt/advice_text.h"

const char *advice_verdict_name(enum advice_verdict verdict)
{
    static const char *const names[] = {
        [ADVICE_SAFE] = "safe",         [ADVICE_WAIT] = "wait",
        [ADVICE_HINDERED] = "hindered", [ADVICE_STALE] = "stale",
        [ADVICE_NO_STS] = "no-sts",     [ADVICE_KEEP] = "keep",
        [ADVICE_LOSES] = "loses",       [ADVICE_UNFETCHED] = "unfetched",
        [ADVICE_DANE] = "dane",         [ADVICE_MX_HOST] = "mx-host",
    };
    return names[verdict];
}

/* What kinds of entries there are. */
struct kinds {
    bool sts;     /* sessions, or a policy */
    bool no_sts;  /* no-policy-found, or an unknown kind */
    bool tlsa;    /* of the domain, or an MX host */
    bool mx_host; /* the name is an MX host's */
};

static struct kinds find_kinds(const struct tally_fact *facts, size_t count)
{
    struct kinds kinds = {0};
    for (size_t i = 0; i < count; i++) {
        const struct tally_fact *fact = &facts[i];
        kinds.mx_host = kinds.mx_host || fact->mx_host;
        if (fact->kind == REPORT_STS)
            kinds.sts = kinds.sts || fact->successes > 0 || fact->failures > 0 || fact->has_mode;
        else if (fact->kind == REPORT_TLSA)
            kinds.tlsa = true;
        else
            kinds.no_sts = true;
    }
    return kinds;
}

static void find_mode(struct advice *out, const struct tally_fact *facts, size_t count)
{
    int day = 0;
    for (size_t i = 0; i < count; i++) {
        if (!facts[i].has_mode || (out->has_mode && facts[i].mode_day <= day))
            continue;
        out->has_mode = true;
        out->mode = facts[i].mode;
        day = facts[i].mode_day;
    }
}

static bool fails_now(const struct advice *advice)
{
    for (size_t i = 0; i < advice->hindrances.count; i++) {
        if (advice->hindrances.items[i].last_day > advice->last_day - ADVICE_CLEAN_DAYS)
            return true;
    }
    return false;
}

static bool is_enough(const struct advice *advice)
{
    return advice->clean_days >= ADVICE_CLEAN_DAYS && advice->recent_days >= ADVICE_RECENT_DAYS &&
           advice->recent_sessions >= ADVICE_SESSIONS && advice->senders.count >= ADVICE_SENDERS;
}

/* First what makes all else worthless, then what loses mail. */
static enum advice_verdict judge(const struct advice *advice, const struct kinds *kinds, int today)
{
    bool enforces = advice->has_mode && advice->mode == POLICY_MODE_ENFORCE;
    bool is_empty = advice->newest_day == 0;
    if (is_empty)
        return advice->unproven > 0 ? ADVICE_WAIT : ADVICE_NO_STS;
    if (kinds->mx_host && !kinds->sts)
        return ADVICE_MX_HOST;
    if (kinds->tlsa && !kinds->sts && !kinds->no_sts)
        return ADVICE_DANE;
    if (advice->unfetched_since != 0)
        return ADVICE_UNFETCHED;
    if (today - advice->newest_day > ADVICE_STALE_DAYS)
        return ADVICE_STALE;
    if (!kinds->sts || (advice->has_mode && advice->mode == POLICY_MODE_NONE))
        return ADVICE_NO_STS;
    if (advice->hindrances.count > 0)
        return enforces && fails_now(advice) ? ADVICE_LOSES : ADVICE_HINDERED;
    if (enforces)
        return ADVICE_KEEP;
    return is_enough(advice) ? ADVICE_SAFE : ADVICE_WAIT;
}

/* The day is told only where it is waited for. */
static bool has_ready_day(const struct advice *advice)
{
    return advice->verdict == ADVICE_HINDERED || advice->verdict == ADVICE_LOSES ||
           (advice->verdict == ADVICE_WAIT && advice->clean_days < ADVICE_CLEAN_DAYS);
}

int advice_make(struct advice *out, const struct tally_fact *facts, size_t count, int today,
                struct error *why)
{
    size_t kept = 0;
    *out = (struct advice){0};
    struct tally_fact *items = calloc(count + 1, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (facts[i].unproven)
            out->unproven += facts[i].domain_reports;
        else
            items[kept++] = facts[i];
    }
    struct kinds kinds = find_kinds(items, kept);
    find_mode(out, items, kept);
    int result = advice_count(out, items, kept, today, why);
    if (result == 0) {
        out->verdict = judge(out, &kinds, today);
        if (!has_ready_day(out))
            out->ready_day = 0;
        result = advice_write(out, items, kept, today, why);
    }
    free(items);
    return result;
}

void advice_free(struct advice *advice)
{
    free(advice->hindrances.items);
    free(advice->senders.items);
    free(advice->silent.items);
    free(advice->repeated.items);
    arena_free(&advice->arena);
    *advice = (struct advice){0};
}
