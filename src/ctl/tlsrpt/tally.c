/* SPDX-License-Identifier: ISC */
/* tally: takes TLS reports in, each once, and counts what came of each file. */
#include "ctl/tlsrpt/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl/tlsrpt/report_mx.h"

/* What is added of a report: once, or as the opposite of what was added before. */
struct addition {
    const struct report *report;
    const struct tally_filter *filter;
    bool unproven;
    int sign;
};

static const char *intern(struct tally *tally, const char *text)
{
    return intern_text(&tally->texts, &tally->arena, text != NULL ? text : "");
}

static int add_failure(struct tally *tally, struct tally_fact fact,
                       const struct report_failure *failure, int sign, struct error *why)
{
    fact.mx = intern(tally, failure->mx);
    fact.type = intern(tally, failure->type);
    fact.reason = intern(tally, failure->reason);
    fact.wildcard = intern(tally, failure->wildcard);
    fact.ip = intern(tally, failure->ip);
    fact.sender_ip = intern(tally, failure->sender_ip);
    fact.helo = intern(tally, failure->helo);
    if (fact.mx == NULL || fact.type == NULL || fact.reason == NULL || fact.wildcard == NULL ||
        fact.ip == NULL || fact.sender_ip == NULL || fact.helo == NULL)
        return error_set(why, "out of memory");
    fact.outside = failure->outside;
    fact.failed = true;
    fact.failures = sign * failure->sessions;
    return failure->sessions > 0 ? tally_facts_keep(&tally->facts, &fact, why) : 0;
}

static int64_t add_failures(struct tally *tally, const struct tally_fact *fact,
                            const struct report_policy *policy, int sign, struct error *why)
{
    int64_t rest = policy->failures;
    for (size_t i = 0; i < policy->count; i++) {
        if (add_failure(tally, *fact, &policy->details[i], sign, why) != 0)
            return -1;
        rest -= policy->details[i].sessions;
    }
    return rest;
}

/* How many of these reports the entry stands for: 1 for the first of its kind. */
static void count_reports(struct tally_fact *fact, const struct report *report, size_t index,
                          const bool *passed)
{
    const struct report_policy *entry = &report->policies[index];
    fact->reports = fact->domain_reports = fact->kind_reports = 1;
    for (size_t i = 0; i < index; i++) {
        const struct report_policy *before = &report->policies[i];
        if (!passed[i])
            continue;
        fact->reports = 0;
        if (strcmp(before->domain, entry->domain) != 0)
            continue;
        fact->domain_reports = 0;
        if (before->kind == entry->kind)
            fact->kind_reports = 0;
    }
}

static bool is_measured(const struct report_policy *policy)
{
    return policy->kind == REPORT_STS && policy->pattern_count > 0 &&
           !(policy->has_mode && policy->mode == POLICY_MODE_NONE);
}

static bool came_before(const struct report_policy *policy, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (strcmp(policy->patterns[i], policy->patterns[index]) == 0)
            return true;
    }
    return false;
}

/* The mx lines of a policy as one text, cut where it is long. */
static const char *join_mx_lines(struct tally *tally, const struct report_policy *policy)
{
    char text[TALLY_MX_LINES_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < policy->pattern_count && policy->has_mode; i++) {
        if (came_before(policy, i)) /* policy-string and mx-host both name it */
            continue;
        if (used + strlen(policy->patterns[i]) + sizeof(", , ...") > sizeof(text)) {
            memcpy(text + used, ", ...", sizeof(", ..."));
            break;
        }
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", used > 0 ? ", " : "",
                                 policy->patterns[i]);
    }
    return intern(tally, text);
}

/* What the summary has more than the details is a failure of no type. */
static int add_policy(struct tally *tally, const struct addition *addition, size_t index,
                      const bool *passed, struct error *why)
{
    const struct report *report = addition->report;
    const struct report_policy *policy = &report->policies[index];
    static const struct report_failure unnamed = {.type = "", .reason = "", .mx = ""};
    struct tally_fact fact = {
        .domain = intern(tally, policy->domain),
        .kind = policy->kind,
        .organisation = intern(tally, report->organisation),
        .signer = intern(tally, report->signer),
        .mx = "",
        .type = "",
        .reason = "",
        .wildcard = "",
        .ip = "",
        .sender_ip = "",
        .helo = "",
        .unproven = addition->unproven,
        .mx_host = policy->mx_of != NULL && policy->mx_of[0] != '\0',
        .day = report->day,
        .days = 1,
        .first_day = report->day,
        .last_day = report->day,
        .has_mode = policy->has_mode,
        .mode = policy->mode,
        .mode_day = report->day,
        .mx_lines = join_mx_lines(tally, policy),
    };
    if (fact.domain == NULL || fact.organisation == NULL || fact.signer == NULL ||
        fact.mx_lines == NULL)
        return error_set(why, "out of memory");
    struct report_failure rest = unnamed;
    rest.sessions = add_failures(tally, &fact, policy, addition->sign, why);
    if (rest.sessions < 0 || add_failure(tally, fact, &rest, addition->sign, why) != 0)
        return -1;
    count_reports(&fact, report, index, passed);
    fact.reports *= addition->sign;
    fact.domain_reports *= addition->sign;
    fact.kind_reports *= addition->sign;
    fact.unproven_reports = addition->unproven ? fact.reports : 0;
    fact.entries = addition->sign;
    fact.successes = addition->sign * policy->successes;
    fact.evidence = is_measured(policy) ? fact.successes : 0;
    return tally_facts_keep(&tally->facts, &fact, why);
}

bool tally_passes(const struct tally_fact *fact, const struct tally_filter *filter)
{
    return (filter->since == 0 || fact->last_day >= filter->since) &&
           tally_passes_but_days(fact, filter);
}

bool tally_passes_but_days(const struct tally_fact *fact, const struct tally_filter *filter)
{
    if (filter->organisation != NULL && strcasecmp(fact->organisation, filter->organisation) != 0 &&
        strcasecmp(fact->signer, filter->organisation) != 0)
        return false;
    return filter->mx == NULL || strcasecmp(fact->mx, filter->mx) == 0;
}

static bool passes(const struct report *report, const struct report_policy *policy,
                   const struct tally_filter *filter)
{
    if (filter->since != 0 && report->day < filter->since)
        return false;
    return filter->domain == NULL || strcmp(policy->domain, filter->domain) == 0 ||
           report_is_mx_of(report, policy, filter->domain);
}

static enum tally_outcome add_policies(struct tally *tally, const struct addition *addition,
                                       struct error *why)
{
    const struct report *report = addition->report;
    bool passed[REPORT_POLICIES_MAX] = {false};
    bool is_empty = report->count == 0 && addition->filter->domain == NULL &&
                    report->day >= addition->filter->since;
    enum tally_outcome outcome = is_empty ? TALLY_ADDED : TALLY_OUTSIDE;
    for (size_t i = 0; i < report->count; i++) {
        passed[i] = passes(report, &report->policies[i], addition->filter);
        if (!passed[i])
            continue;
        outcome = TALLY_ADDED;
        if (add_policy(tally, addition, i, passed, why) != 0)
            return TALLY_FULL;
    }
    return outcome;
}

/* ---- Copies. */

int tally_recall(struct tally *tally, const struct report *report, bool unproven)
{
    return seenset_put(&tally->seen, report->content, unproven);
}

bool tally_has(const struct tally *tally, const struct report *report)
{
    return seenset_find(&tally->seen, report->content, NULL);
}

static int look_for_id(struct tally *tally, const struct report *report, bool *id_again)
{
    *id_again = false;
    if (report->id[0] == '\0')
        return 0;
    *id_again = seenset_find(&tally->ids, report->identity, NULL);
    return seenset_put(&tally->ids, report->identity, false);
}

/* Takes back what was added without proof, and adds it with proof. */
static int replace(struct tally *tally, const struct report *report,
                   const struct tally_filter *filter, struct error *why)
{
    struct report unsigned_report = *report;
    unsigned_report.signer = "";
    struct addition back = {&unsigned_report, filter, true, -1};
    struct addition again = {report, filter, false, 1};
    enum tally_outcome outcome = add_policies(tally, &back, why);
    tally->counts.unproven -= outcome == TALLY_ADDED;
    if (outcome != TALLY_FULL)
        outcome = add_policies(tally, &again, why);
    return outcome == TALLY_FULL ? -1 : 0;
}

static enum tally_outcome know(struct tally *tally, const struct report *report,
                               const struct tally_filter *filter, struct error *why)
{
    bool was_unproven;
    if (!seenset_find(&tally->seen, report->content, &was_unproven))
        return TALLY_ADDED;
    if (!was_unproven || report->trust == REPORT_TRUST_NONE)
        return TALLY_KNOWN;
    if (replace(tally, report, filter, why) != 0)
        return TALLY_FULL;
    if (tally_recall(tally, report, false) == 0)
        return TALLY_KNOWN;
    error_set(why, "out of memory");
    return TALLY_FULL;
}

static enum tally_outcome add(struct tally *tally, const struct report *report,
                              const struct tally_filter *filter, bool *id_again, struct error *why)
{
    bool unproven = report->trust == REPORT_TRUST_NONE;
    *id_again = false;
    enum tally_outcome outcome = know(tally, report, filter, why);
    if (outcome != TALLY_ADDED)
        return outcome;
    if (tally_recall(tally, report, unproven) != 0 || look_for_id(tally, report, id_again) != 0) {
        error_set(why, "out of memory");
        return TALLY_FULL;
    }
    outcome = add_policies(tally, &(struct addition){report, filter, unproven, 1}, why);
    tally->counts.unproven += outcome == TALLY_ADDED && unproven;
    return outcome;
}

enum tally_outcome tally_add(struct tally *tally, const struct report *report,
                             const struct tally_filter *filter, bool *id_again, struct error *why)
{
    enum tally_outcome outcome = add(tally, report, filter, id_again, why);
    tally->counts.reports += outcome == TALLY_ADDED;
    tally->counts.duplicates += outcome == TALLY_KNOWN;
    tally->counts.outside += outcome == TALLY_OUTSIDE;
    tally->counts.damaged += outcome == TALLY_FULL;
    return outcome;
}

void tally_forget(struct tally *tally)
{
    seenset_free(&tally->seen);
    seenset_free(&tally->ids);
}

void tally_filter(struct tally *tally, const struct tally_filter *filter)
{
    struct tally_facts *facts = &tally->facts;
    size_t kept = 0;
    for (size_t i = 0; i < facts->count; i++) {
        if (tally_passes(&facts->items[i], filter))
            facts->items[kept++] = facts->items[i];
    }
    facts->count = kept;
}

void tally_finish(struct tally *tally)
{
    tally_facts_finish(&tally->facts);
}

void tally_free(struct tally *tally)
{
    free(tally->facts.items);
    tally_forget(tally);
    intern_free(&tally->texts);
    arena_free(&tally->arena);
    *tally = (struct tally){0};
}
