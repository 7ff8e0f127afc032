/* SPDX-License-Identifier: ISC */
/* advice_text: the sentences of an advice. */
#include "ctl/tlsrpt/advice_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/senders/sender_large.h"
#include "ctl/tlsrpt/advice_lines.h"
#include "ctl/tlsrpt/advice_remedy.h"
#include "ctl/tlsrpt/failure.h"
#include "ctl/tlsrpt/report_text.h"

#define SPAN_MAX     160
#define LIST_MAX     600
#define SENDERS_TOLD 5
#define SILENT_TOLD  5

/* Appends to a NUL-ended text, cut where it is full. */
static void append(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *out, size_t size, const char *format, ...)
{
    size_t used = strlen(out);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(out + used, size - used, format, arguments);
    va_end(arguments);
}

/* "14 clean days, 2026-11-08 to 2026-11-21, with 620 sessions" */
static const char *clean_span(const struct advice *advice, char out[SPAN_MAX])
{
    char first[16], last[16];
    if (advice->clean_days <= 0)
        snprintf(out, SPAN_MAX, "no clean day since");
    else
        snprintf(out, SPAN_MAX, "%d clean day%s, %s to %s, with %" PRId64 " session%s",
                 advice->clean_days, advice_plural(advice->clean_days),
                 report_day_text(advice->last_day - advice->clean_days + 1, first),
                 report_day_text(advice->last_day, last), advice->clean_sessions,
                 advice_plural(advice->clean_sessions));
    return out;
}

static int compare_evidence(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    if (a->evidence != b->evidence)
        return a->evidence < b->evidence ? 1 : -1;
    return strcmp(a->organisation, b->organisation);
}

/* "Google Inc., Microsoft Corporation and 3 more"; "nobody" */
static const char *list_senders(struct advice *advice, char out[LIST_MAX])
{
    struct tally_facts *senders = &advice->senders;
    out[0] = '\0';
    if (senders->count == 0)
        return "nobody";
    qsort(senders->items, senders->count, sizeof(*senders->items), compare_evidence);
    for (size_t i = 0; i < senders->count && i < SENDERS_TOLD; i++)
        append(out, LIST_MAX, "%s%.80s", i == 0 ? "" : ", ", senders->items[i].organisation);
    if (senders->count > SENDERS_TOLD)
        append(out, LIST_MAX, " and %zu more", senders->count - SENDERS_TOLD);
    return out;
}

static int64_t sum_failures(const struct tally_facts *facts)
{
    int64_t sum = 0;
    for (size_t i = 0; i < facts->count; i++)
        sum = tally_add_up(sum, facts->items[i].failures);
    return sum;
}

/* ---- The verdict. */

/* What is missing, each with what is needed. */
static void list_missing(const struct advice *advice, char out[LIST_MAX])
{
    char ready[16];
    out[0] = '\0';
    if (advice->recent_days < ADVICE_RECENT_DAYS)
        append(out, LIST_MAX,
               "%d of the last %d days have reports of sessions under the policy "
               "(%d are needed); ",
               advice->recent_days, ADVICE_CLEAN_DAYS, ADVICE_RECENT_DAYS);
    if (advice->recent_sessions < ADVICE_SESSIONS)
        append(out, LIST_MAX, "there were %" PRId64 " such session%s (%d are needed); ",
               advice->recent_sessions, advice_plural(advice->recent_sessions), ADVICE_SESSIONS);
    if (advice->senders.count < ADVICE_SENDERS)
        append(out, LIST_MAX, "%zu sender%s reported them (%d are needed); ", advice->senders.count,
               advice_plural((int64_t)advice->senders.count), ADVICE_SENDERS);
    if (advice->clean_days < ADVICE_CLEAN_DAYS)
        append(out, LIST_MAX, "there %s %d clean day%s (%d days are needed, so look again on %s); ",
               advice->clean_days == 1 ? "is" : "are", advice->clean_days,
               advice_plural(advice->clean_days), ADVICE_CLEAN_DAYS,
               advice->ready_day > 0 ? report_day_text(advice->ready_day, ready) : "a later day");
    size_t length = strlen(out);
    if (length >= 2)
        out[length - 2] = '\0';
}

static int say_wait(struct advice *advice, struct error *why)
{
    char missing[LIST_MAX];
    list_missing(advice, missing);
    return advice_say(advice, why, "%s: nothing hinders, but too little is known: %s.",
                      advice->has_mode ? "Stay in testing" : "Do not enforce yet", missing);
}

static int say_failing(struct advice *advice, const char *span, struct error *why)
{
    char ready[16];
    bool enforces = advice->has_mode && advice->mode == POLICY_MODE_ENFORCE;
    int64_t lost = sum_failures(&advice->hindrances);
    report_day_text(advice->ready_day, ready);
    if (advice->verdict == ADVICE_LOSES)
        return advice_say(advice, why,
                          "The policy enforces, and mail is refused: %" PRId64
                          " attempt%s failed (%s). Whether another MX host took the mail then, the "
                          "reports do not say. Go back to testing, or repair this now.",
                          lost, advice_plural(lost), span);
    if (enforces)
        return advice_say(advice, why,
                          "The policy enforces, and a failure may come back that refuses mail: "
                          "%" PRId64 " attempt%s failed (%s). Repair this; it is over if nothing "
                          "fails until %s.",
                          lost, advice_plural(lost), span, ready);
    return advice_say(advice, why,
                      "Not enforce yet: it would have refused the mail of %" PRId64
                      " attempt%s (%s). Once repaired, wait for clean days: not before %s.",
                      lost, advice_plural(lost), span, ready);
}

static int say_no_sts(struct advice *advice, struct error *why)
{
    if (advice->has_mode && advice->mode == POLICY_MODE_NONE)
        return advice_say(advice, why,
                          "The policy is of mode none, with which senders check nothing: publish "
                          "one in mode testing, and wait for reports.");
    return advice_say(advice, why,
                      "No sender has reported an MTA-STS policy: publish one in mode testing, and "
                      "wait for reports.");
}

static int say_unfetched(struct advice *advice, struct error *why)
{
    char since[16];
    return advice_say(advice, why,
                      "No sender could fetch the policy since %s: %" PRId64
                      " session%s had none, and were not protected by MTA-STS. Run `mta-stsctl "
                      "check` for the policy host.",
                      report_day_text(advice->unfetched_since, since), advice->unfetched,
                      advice_plural(advice->unfetched));
}

static int say_verdict(struct advice *advice, int today, struct error *why)
{
    char span[SPAN_MAX], newest[16], senders[LIST_MAX];
    clean_span(advice, span);
    report_day_text(advice->newest_day, newest);
    switch (advice->verdict) {
    case ADVICE_SAFE:
        return advice_say(
            advice, why, "Enforce is safe now: %s; reports on %d of the last %d days, from %s.",
            span, advice->recent_days, ADVICE_CLEAN_DAYS, list_senders(advice, senders));
    case ADVICE_WAIT:
        return say_wait(advice, why);
    case ADVICE_HINDERED:
    case ADVICE_LOSES:
        return say_failing(advice, span, why);
    case ADVICE_STALE:
        return advice_say(advice, why,
                          "Nothing can be said of now: the reports ended; the newest report is of "
                          "%s, %d days ago. See that _smtp._tls names an address which takes "
                          "reports, or read newer ones.",
                          newest, today - advice->newest_day);
    case ADVICE_NO_STS:
        return say_no_sts(advice, why);
    case ADVICE_KEEP:
        return advice_say(advice, why, "The policy enforces, and nothing is lost: %s.", span);
    case ADVICE_UNFETCHED:
        return say_unfetched(advice, why);
    case ADVICE_DANE:
        return advice_say(advice, why,
                          "Senders reported DANE here, and nothing of MTA-STS: if this is a "
                          "domain that takes mail, a policy protects mail of other senders.");
    case ADVICE_MX_HOST:
        return advice_say(advice, why,
                          "This is an MX host, which needs no MTA-STS policy: see its domain.");
    }
    return 0;
}

/* ---- What else is worth knowing. */

static bool was_heard(const struct advice *advice, size_t index)
{
    for (size_t i = 0; i < advice->senders.count; i++)
        if (sender_large_is(index, advice->senders.items[i].organisation))
            return true;
    return false;
}

static int say_senders(struct advice *advice, struct error *why)
{
    char heard[LIST_MAX], missing[LIST_MAX] = "";
    for (size_t i = 0; i < SENDER_LARGE_COUNT; i++) {
        if (!was_heard(advice, i))
            append(missing, sizeof(missing), "%s%s", missing[0] != '\0' ? ", " : "",
                   sender_large_name(i));
    }
    if (advice->verdict == ADVICE_WAIT)
        return advice_say(advice, why,
                          "Sessions under the policy in the last %d days were reported by %s; of "
                          "the large senders, not by: %s.",
                          ADVICE_CLEAN_DAYS, list_senders(advice, heard),
                          missing[0] != '\0' ? missing : "none is missing");
    if (advice->verdict == ADVICE_SAFE && missing[0] != '\0')
        return advice_say(advice, why, "No report came from the large senders: %s.", missing);
    return 0;
}

static int say_silent(struct advice *advice, struct error *why)
{
    char last[16];
    const struct tally_facts *silent = &advice->silent;
    for (size_t i = 0; i < silent->count && i < SILENT_TOLD; i++) {
        const struct tally_fact *row = &silent->items[i];
        if (advice_say(advice, why,
                       "%.80s saw a failure on %s, and has reported no session under the policy "
                       "since.",
                       row->organisation, report_day_text(row->last_day, last)) != 0)
            return -1;
    }
    return 0;
}

/* Failures that do not hinder, all of them, as in the tables. */
struct rest {
    int64_t sessions;
    int first, last;
};

static void add_rest(struct rest *rest, const struct tally_fact *fact)
{
    if (rest->sessions == 0 || fact->first_day < rest->first)
        rest->first = fact->first_day;
    if (fact->last_day > rest->last)
        rest->last = fact->last_day;
    rest->sessions = tally_add_up(rest->sessions, fact->failures);
}

static int say_rest(struct advice *advice, const struct tally_fact *facts, size_t count,
                    struct error *why)
{
    char first[16], last[16];
    struct rest policy = {0}, dane = {0};
    for (size_t i = 0; i < count; i++) {
        const struct tally_fact *fact = &facts[i];
        if (fact->failures == 0)
            continue;
        if (fact->kind == REPORT_TLSA || fact->mx_host ||
            failure_find(fact->type)->effect == FAILURE_OF_DANE)
            add_rest(&dane, fact);
        else if (failure_find(fact->type)->effect == FAILURE_OF_POLICY)
            add_rest(&policy, fact);
    }
    int oldest = advice->newest_day - ADVICE_CLEAN_DAYS;
    if (policy.sessions > 0 && policy.last > oldest && advice->verdict != ADVICE_UNFETCHED &&
        advice_say(advice, why,
                   "%" PRId64 " session%s had no policy, %s to %s, since it could not be fetched "
                   "or read: no mail is lost by that, but none is protected either; look at the "
                   "policy host with `mta-stsctl check`.",
                   policy.sessions, advice_plural(policy.sessions),
                   report_day_text(policy.first, first), report_day_text(policy.last, last)) != 0)
        return -1;
    if (dane.sessions > 0 && dane.last > oldest)
        return advice_say(advice, why,
                          "%" PRId64 " session%s failed by DANE, %s to %s, which MTA-STS does not "
                          "change: look at the TLSA records.",
                          dane.sessions, advice_plural(dane.sessions),
                          report_day_text(dane.first, first), report_day_text(dane.last, last));
    return 0;
}

static int say_unproven(struct advice *advice, struct error *why)
{
    if (advice->unproven <= 0)
        return 0;
    return advice_say(advice, why,
                      "%" PRId64 " report%s of this domain %s left out of the advice as "
                      "unauthenticated: no DKIM signature of the sender is known to have passed; "
                      "see `[tlsrpt] authserv` in mta-stsctl(1).",
                      advice->unproven, advice_plural(advice->unproven),
                      advice->unproven == 1 ? "is" : "are");
}

int advice_write(struct advice *advice, const struct tally_fact *facts, size_t count, int today,
                 struct error *why)
{
    bool tells_failures = advice->verdict == ADVICE_HINDERED || advice->verdict == ADVICE_LOSES ||
                          advice->verdict == ADVICE_UNFETCHED;
    if (say_verdict(advice, today, why) != 0 || say_senders(advice, why) != 0)
        return -1;
    if (tells_failures && (advice_say_hindrances(advice, why) != 0 || say_silent(advice, why) != 0))
        return -1;
    if (say_rest(advice, facts, count, why) != 0)
        return -1;
    return say_unproven(advice, why);
}
