/* SPDX-License-Identifier: ISC */
/* mxday: whether the MX records of a domain may change now, or from which day on. */
#include "ctl/seen/mxday.h"

#include <string.h>

#define DAY_S     86400
#define SESSION_S 600

bool mxday_counts(const struct mxday_question *question, const struct lastseen_policy *policy)
{
    bool is_present =
        question->present != NULL && memcmp(policy->id, question->present, LOGLINE_ID_BYTES) == 0;
    return !is_present && policy->mode != POLICY_MODE_NONE;
}

/* When the policy was replaced, at the latest; 0: it may be served to this day. A fetch of another
 * one shows it of one server alone; the marks show it of all. */
static int64_t find_change(const struct mxday_question *question,
                           const struct lastseen_policy *policy)
{
    const struct coverage *coverage = question->coverage;
    int64_t change = 0, since = question->served_since;
    if (coverage->alive <= 1 && policy->replaced != 0)
        change = policy->replaced;
    else if (coverage->alive <= 1 && question->domain->newest > policy->last)
        change = question->domain->newest;
    if (since != 0 && since < policy->last) /* a session may end with what it began with */
        since = policy->last - since <= SESSION_S ? policy->last : 0;
    return since != 0 && (change == 0 || since < change) ? since : change;
}

/* The first midnight at or after that moment. */
static int64_t day_after(int64_t time)
{
    return (time + DAY_S - 1) / DAY_S * DAY_S;
}

static void settle(struct mxday *answer, int64_t now)
{
    answer->until = answer->from + answer->max_age;
    if (answer->kind != MXDAY_SERVED)
        answer->kind = answer->until <= now ? MXDAY_NOW : MXDAY_LATER;
    answer->day = day_after(answer->until);
}

void mxday_judge(struct mxday *out, const struct mxday_question *question,
                 const struct lastseen_policy *policy)
{
    const struct coverage *coverage = question->coverage;
    int64_t change = find_change(question, policy);
    *out = (struct mxday){.policy = policy, .from = policy->last, .max_age = policy->max_age};
    out->gap = gaps_after(&coverage->gaps, policy->last);
    if (change == 0) {
        out->kind = MXDAY_SERVED;
        out->from = coverage->now;
    } else if (out->gap != NULL) {
        out->from = change;
    }
    settle(out, coverage->now);
}

/* No older policy is in the log: one that was replaced before it begins, or in a gap before the
 * first fetch, is taken to have the same max_age. */
static void judge_unseen(struct mxday *out, const struct mxday_question *question)
{
    const struct coverage *coverage = question->coverage;
    int64_t first = question->domain != NULL ? question->domain->first : coverage->now;
    *out = (struct mxday){.from = coverage->begins, .max_age = question->max_age};
    for (size_t i = 0; i < coverage->gaps.count; i++) {
        const struct gap *gap = &coverage->gaps.items[i];
        int64_t to = gap->to < first ? gap->to : first;
        if (gap->from < first && to > out->from) {
            out->from = to;
            out->gap = gap;
        }
    }
    settle(out, coverage->now);
}

/* Whether the first is the worse of two. */
static bool is_worse(const struct mxday *a, const struct mxday *b)
{
    return a->kind != b->kind ? a->kind > b->kind : a->until > b->until;
}

void mxday_make(struct mxday *out, const struct mxday_question *question)
{
    bool is_first = true;
    uint32_t next = question->domain != NULL ? question->domain->policies : LASTSEEN_NONE;
    for (; next != LASTSEEN_NONE; next = question->lastseen->policies[next].next) {
        const struct lastseen_policy *policy = &question->lastseen->policies[next];
        struct mxday one;
        if (!mxday_counts(question, policy))
            continue;
        mxday_judge(&one, question, policy);
        if (is_first || is_worse(&one, out))
            *out = one;
        is_first = false;
    }
    if (is_first)
        judge_unseen(out, question);
}
