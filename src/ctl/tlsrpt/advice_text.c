/* SPDX-License-Identifier: ISC */
/* advice_text: the sentences of an advice. */
#include "ctl/tlsrpt/advice_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/failure.h"
#include "ctl/tlsrpt/report_text.h"

#define LINE_MAX_BYTES  1400
#define HINDRANCES_TOLD 8

static int say(struct advice *advice, struct error *why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int say(struct advice *advice, struct error *why, const char *format, ...)
{
    char text[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (advice->line_count == ADVICE_LINES_MAX)
        return 0;
    const char *line = arena_copy(&advice->arena, text, strlen(text));
    if (line == NULL)
        return error_set(why, "out of memory");
    advice->lines[advice->line_count++] = line;
    return 0;
}

static const char *plural(int64_t number)
{
    return number == 1 ? "" : "s";
}

/* "14 clean days, 2026-11-08 to 2026-11-21, with 620 sessions" */
static const char *clean_span(const struct advice *advice, char out[160])
{
    char first[16], last[16];
    if (advice->clean_days <= 0)
        snprintf(out, 160, "no clean day since");
    else
        snprintf(out, 160, "%d clean day%s, %s to %s, with %" PRId64 " session%s",
                 advice->clean_days, plural(advice->clean_days),
                 report_day_text(advice->last_day - advice->clean_days + 1, first),
                 report_day_text(advice->last_day, last), advice->clean_sessions,
                 plural(advice->clean_sessions));
    return out;
}

static int64_t sum_failures(const struct tally_facts *facts)
{
    int64_t sum = 0;
    for (size_t i = 0; i < facts->count; i++)
        sum =
            sum > INT64_MAX - facts->items[i].failures ? INT64_MAX : sum + facts->items[i].failures;
    return sum;
}

static int say_wait(struct advice *advice, const char *span, struct error *why)
{
    char ready[16];
    if (advice->clean_days < ADVICE_CLEAN_DAYS)
        return say(
            advice, why,
            "Stay in testing: nothing hinders, but there are only %s; %d days are needed, so "
            "look again on %s.",
            span, ADVICE_CLEAN_DAYS, report_day_text(advice->ready_day, ready));
    return say(advice, why,
               "Stay in testing: nothing hinders, but there are only %s; %d sessions are needed.",
               span, ADVICE_SESSIONS);
}

static int say_failing(struct advice *advice, const char *span, struct error *why)
{
    char ready[16];
    int64_t lost = sum_failures(&advice->hindrances);
    if (advice->verdict == ADVICE_LOSES)
        return say(advice, why,
                   "The policy enforces, and mail is refused: %" PRId64 " session%s failed in the "
                   "last %d days of reports (%s). Go back to testing, or repair this now.",
                   lost, plural(lost), ADVICE_CLEAN_DAYS, span);
    return say(advice, why,
               "Not enforce yet: it would have refused the mail of %" PRId64 " session%s in the "
               "last %d days of reports (%s). Once repaired, %d clean days are needed: not before "
               "%s.",
               lost, plural(lost), ADVICE_CLEAN_DAYS, span, ADVICE_CLEAN_DAYS,
               report_day_text(advice->ready_day, ready));
}

static int say_verdict(struct advice *advice, int today, struct error *why)
{
    char span[160], last[16];
    clean_span(advice, span);
    report_day_text(advice->last_day, last);
    switch (advice->verdict) {
    case ADVICE_SAFE:
        return say(advice, why, "Enforce is safe now: %s.", span);
    case ADVICE_WAIT:
        return say_wait(advice, span, why);
    case ADVICE_HINDERED:
    case ADVICE_LOSES:
        return say_failing(advice, span, why);
    case ADVICE_STALE:
        return say(advice, why,
                   "Nothing can be said of now: the newest report is of %s, %d days ago (%s). See "
                   "that _smtp._tls names an address which takes reports, or read newer ones.",
                   last, today - advice->last_day, span);
    case ADVICE_NO_STS:
        return say(advice, why,
                   "No sender has reported an MTA-STS policy: publish one in mode testing, and "
                   "wait for reports.");
    case ADVICE_KEEP:
        return say(advice, why, "The policy enforces, and nothing is lost: %s.", span);
    }
    return 0;
}

static int compare_failures(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    if (a->failures != b->failures)
        return a->failures < b->failures ? 1 : -1;
    return strcmp(a->mx, b->mx);
}

static int say_hindrance(struct advice *advice, const struct tally_fact *fact, struct error *why)
{
    char last[16];
    return say(
        advice, why, "%s hinders: %" PRId64 " session%s with %s%s%s%s%s, last on %s; %s.",
        fact->mx[0] != '\0' ? fact->mx : "An MX that the reports do not name", fact->failures,
        plural(fact->failures), fact->type[0] != '\0' ? fact->type : "a failure of no kind",
        fact->reason[0] != '\0' ? " (" : "", fact->reason, fact->reason[0] != '\0' ? ")" : "",
        fact->outside ? ", and no mx line of the policy matches this name" : "",
        report_day_text(fact->last_day, last),
        fact->outside ? "add it to the policy, or take it out of DNS"
                      : failure_find(fact->type)->remedy);
}

static int say_hindrances(struct advice *advice, struct error *why)
{
    struct tally_facts *facts = &advice->hindrances;
    if (facts->count > 0)
        qsort(facts->items, facts->count, sizeof(*facts->items), compare_failures);
    for (size_t i = 0; i < facts->count && i < HINDRANCES_TOLD; i++) {
        if (say_hindrance(advice, &facts->items[i], why) != 0)
            return -1;
    }
    if (facts->count <= HINDRANCES_TOLD)
        return 0;
    return say(advice, why, "And %zu more, see above.", facts->count - HINDRANCES_TOLD);
}

/* What does not hinder, and is worth a look. */
static int say_rest(struct advice *advice, const struct tally_fact *facts, size_t count,
                    struct error *why)
{
    int64_t policy = 0, dane = 0;
    for (size_t i = 0; i < count; i++) {
        const struct tally_fact *fact = &facts[i];
        if (fact->failures == 0 || fact->last_day <= advice->last_day - ADVICE_CLEAN_DAYS)
            continue;
        if (fact->kind == REPORT_TLSA || failure_find(fact->type)->effect == FAILURE_OF_DANE)
            dane = dane > INT64_MAX - fact->failures ? INT64_MAX : dane + fact->failures;
        else if (failure_find(fact->type)->effect == FAILURE_OF_POLICY)
            policy = policy > INT64_MAX - fact->failures ? INT64_MAX : policy + fact->failures;
    }
    if (policy > 0 &&
        say(advice, why,
            "%" PRId64 " session%s had no policy, since it could not be fetched or read: no mail "
            "is lost by that, but none is protected either; look at the policy host with "
            "`mta-stsctl check`.",
            policy, plural(policy)) != 0)
        return -1;
    if (dane > 0)
        return say(advice, why,
                   "%" PRId64 " session%s failed by DANE, which MTA-STS does not change: look at "
                   "the TLSA records.",
                   dane, plural(dane));
    return 0;
}

int advice_write(struct advice *advice, const struct tally_fact *facts, size_t count, int today,
                 struct error *why)
{
    if (say_verdict(advice, today, why) != 0 || say_hindrances(advice, why) != 0)
        return -1;
    return say_rest(advice, facts, count, why);
}
