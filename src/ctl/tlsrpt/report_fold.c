/* SPDX-License-Identifier: ISC */
/* report_fold: bounds the failures of a report that has more of them than a sender's day can. */
#include "ctl/tlsrpt/report_fold.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/failure.h"
#include "ctl/tlsrpt/report_oddity.h"

/* The other members follow from these. */
static int compare_texts(const void *left, const void *right)
{
    const struct report_failure *a = left;
    const struct report_failure *b = right;
    const char *const pairs[][2] = {
        {a->type, b->type},           {a->mx, b->mx},     {a->ip, b->ip},
        {a->sender_ip, b->sender_ip}, {a->helo, b->helo}, {a->reason, b->reason},
    };
    int order = 0;
    for (size_t i = 0; order == 0 && i < sizeof(pairs) / sizeof(pairs[0]); i++)
        order = strcmp(pairs[i][0], pairs[i][1]);
    return order;
}

static int compare_sessions(const void *left, const void *right)
{
    const struct report_failure *a = left;
    const struct report_failure *b = right;
    if (a->sessions != b->sessions)
        return a->sessions < b->sessions ? 1 : -1;
    return compare_texts(a, b);
}

static void sort(struct report_policy *policy, int (*order)(const void *, const void *))
{
    if (policy->count > 1)
        qsort(policy->details, policy->count, sizeof(*policy->details), order);
}

static size_t count_failures(const struct report *report)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++)
        count += report->policies[i].count;
    return count;
}

static void join_equal(struct report_policy *policy)
{
    size_t kept = 0;
    sort(policy, compare_texts);
    for (size_t i = 0; i < policy->count; i++) {
        struct report_failure *failure = &policy->details[i];
        if (kept > 0 && compare_texts(&policy->details[kept - 1], failure) == 0)
            policy->details[kept - 1].sessions += failure->sessions;
        else
            policy->details[kept++] = *failure;
    }
    policy->count = kept;
}

/* Adds one to the sum of its type, which stands behind the failures that are kept. */
static void add_to_sum(struct report_policy *policy, size_t first,
                       const struct report_failure *failure)
{
    const char *type = failure_find(failure->type)->type;
    int64_t sessions = failure->sessions;
    for (size_t i = first; i < policy->count; i++) {
        if (policy->details[i].type == type) {
            policy->details[i].sessions += sessions;
            return;
        }
    }
    policy->details[policy->count++] = (struct report_failure){
        .type = type,
        .reason = REPORT_FOLDED,
        .mx = "",
        .wildcard = "",
        .ip = "",
        .sender_ip = "",
        .helo = "",
        .sessions = sessions,
    };
}

static size_t fold(struct report_policy *policy, size_t most)
{
    size_t count = policy->count;
    if (count <= most)
        return 0;
    sort(policy, compare_sessions);
    policy->count = most;
    for (size_t i = most; i < count; i++) /* sums are never more than what they are of */
        add_to_sum(policy, most, &policy->details[i]);
    return count - most;
}

void report_fold(struct report *report)
{
    if (report->count == 0 || count_failures(report) <= REPORT_FAILURES_MAX)
        return;
    for (size_t i = 0; i < report->count; i++)
        join_equal(&report->policies[i]);
    if (count_failures(report) <= REPORT_FAILURES_MAX)
        return;
    size_t most = REPORT_FAILURES_MAX / report->count;
    if (most < REPORT_FOLDED_LEAST)
        most = REPORT_FOLDED_LEAST;
    for (size_t i = 0; i < report->count; i++)
        report->folded += fold(&report->policies[i], most);
    if (report->folded > 0)
        report->oddities |= 1u << REPORT_ODD_MANY;
}
