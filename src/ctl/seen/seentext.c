/* SPDX-License-Identifier: ISC */
/* seentext: what was seen, as text for people. */
#include "ctl/seen/seentext.h"

#include <stdio.h>

#include "common/base/moment.h"
#include "ctl/base/print.h"

#define ROWS_AT_ONCE 512 /* which are aligned with each other, so that few are in memory */
#define GAPS_SHOWN   5

struct text {
    const struct seenlist *list;
    struct print_table table;
    size_t *waits;
    bool failed;
};

static const char *say_whether_present(const struct seen_domain *domain,
                                       const struct lastseen_policy *policy)
{
    if (domain->question.present == NULL)
        return "not configured now";
    return seenlist_is_present(domain, policy) ? "present" : "older";
}

static const char *say_when(const struct mxday *answer, char out[MOMENT_DAY_MAX])
{
    if (answer->kind == MXDAY_NOW)
        return "now";
    return moment_day(answer->day, out);
}

static void flush_table(struct text *text)
{
    size_t columns = text->table.columns;
    text->failed = print_table_finish(&text->table) != 0 || text->failed;
    text->table = (struct print_table){.columns = columns};
}

/* ---- All domains. */

static void add_row(struct text *text, const struct seen_domain *domain, const char *family,
                    const struct lastseen_family *seen)
{
    char time[MOMENT_TEXT_MAX] = "never", id[SEEN_ID_TEXT] = "-", day[MOMENT_DAY_MAX];
    const char *whether = "-";
    if (seen != NULL) {
        const struct lastseen_policy *policy = &domain->question.lastseen->policies[seen->policy];
        moment_text(seen->time, time);
        seenlist_id(id, policy->id);
        whether = say_whether_present(domain, policy);
    }
    print_table_add(&text->table, domain->answer.kind == MXDAY_NOW ? PRINT_PLAIN : PRINT_WARNING,
                    (const char *const[]){domain->name, family, time, id, whether,
                                          say_when(&domain->answer, day)});
    if (text->table.count >= ROWS_AT_ONCE)
        flush_table(text);
}

static void write_rows(void *context, const struct seen_domain *domain)
{
    struct text *text = context;
    const struct lastseen_domain *fetched = domain->question.domain;
    *text->waits += domain->answer.kind != MXDAY_NOW;
    if (fetched == NULL)
        add_row(text, domain, "-", NULL);
    for (size_t i = 0; fetched != NULL && i < SENDER_AGENT_FAMILIES; i++) {
        if (fetched->families[i].time != 0)
            add_row(text, domain, sender_agent_name(i), &fetched->families[i]);
    }
}

/* ---- One domain. */

static void write_families(struct text *text, const struct seen_domain *domain)
{
    const struct lastseen_domain *fetched = domain->question.domain;
    text->table = (struct print_table){.columns = 4};
    print_table_add(&text->table, PRINT_PLAIN,
                    (const char *const[]){"CLAIMED SENDER", "LAST FETCH", "POLICY", "WHICH IS"});
    for (size_t i = 0; i < SENDER_AGENT_FAMILIES; i++) {
        const struct lastseen_family *seen = &fetched->families[i];
        char time[MOMENT_TEXT_MAX], id[SEEN_ID_TEXT];
        if (seen->time == 0)
            continue;
        const struct lastseen_policy *policy = &domain->question.lastseen->policies[seen->policy];
        print_table_add(&text->table, PRINT_PLAIN,
                        (const char *const[]){sender_agent_name(i), moment_text(seen->time, time),
                                              seenlist_id(id, policy->id),
                                              say_whether_present(domain, policy)});
    }
    flush_table(text);
}

static void add_policy(struct text *text, const struct seen_domain *domain,
                       const struct lastseen_policy *policy)
{
    struct mxday one;
    char id[SEEN_ID_TEXT], time[MOMENT_TEXT_MAX], until[MOMENT_TEXT_MAX] = "-";
    char age[MOMENT_TEXT_MAX];
    if (mxday_counts(&domain->question, policy)) {
        mxday_judge(&one, &domain->question, policy);
        moment_text(one.until, until);
    }
    print_table_add(
        &text->table, PRINT_PLAIN,
        (const char *const[]){seenlist_id(id, policy->id), say_whether_present(domain, policy),
                              policy_mode_name(policy->mode), moment_span(policy->max_age, age),
                              moment_text(policy->last, time), until});
}

static void write_policies(struct text *text, const struct seen_domain *domain)
{
    const struct lastseen *lastseen = domain->question.lastseen;
    text->table = (struct print_table){.columns = 6};
    print_table_add(&text->table, PRINT_PLAIN,
                    (const char *const[]){"POLICY", "WHICH IS", "MODE", "MAX_AGE", "LAST FETCH",
                                          "MAY BE HELD UNTIL"});
    for (uint32_t i = domain->question.domain->policies; i != LASTSEEN_NONE;
         i = lastseen->policies[i].next)
        add_policy(text, domain, &lastseen->policies[i]);
    flush_table(text);
}

static void write_overdue(const struct seen_domain *domain)
{
    for (size_t i = 0; i < SENDER_AGENT_FAMILIES; i++) {
        char span[MOMENT_TEXT_MAX];
        if (!seenlist_is_overdue(domain, i))
            continue;
        int64_t last = domain->question.domain->families[i].time;
        print_line("note: %s fetched last %s ago, longer than max_age: it holds no policy now, or "
                   "fetches by another name",
                   sender_agent_name(i), moment_span(domain->question.coverage->now - last, span));
    }
}

static void write_one(void *context, const struct seen_domain *domain)
{
    struct text *text = context;
    char sentence[SEEN_SENTENCE_MAX];
    *text->waits += domain->answer.kind != MXDAY_NOW;
    print_line("%s: %s", domain->name, seenlist_sentence(sentence, domain));
    if (domain->question.domain == NULL) {
        print_line("note: nobody fetched the policy while the log was written");
        return;
    }
    print_line("%s", "");
    write_families(text, domain);
    print_line("%s", "");
    write_policies(text, domain);
    write_overdue(domain);
}

/* ---- The log. */

static void write_log(const struct coverage *coverage)
{
    char from[MOMENT_TEXT_MAX], to[MOMENT_TEXT_MAX], gap[GAPS_TEXT_MAX];
    size_t count = coverage->gaps.count;
    size_t first = count > GAPS_SHOWN ? count - GAPS_SHOWN : 0;
    print_line("%s", "");
    print_line("The log is of %s to %s, and %s.", moment_text(coverage->begins, from),
               moment_text(coverage->ends, to), count == 0 ? "whole" : "not whole:");
    if (first > 0)
        print_line("  %zu earlier gaps are not shown; --json has them", first);
    for (size_t i = first; i < count; i++)
        print_line("  %s", gaps_text(gap, &coverage->gaps.items[i]));
}

int seentext_write(const struct seenlist *list, size_t *waits, struct error *why)
{
    struct text text = {.list = list, .table = {.columns = 6}, .waits = waits};
    *waits = 0;
    if (list->only == NULL)
        print_table_add(&text.table, PRINT_PLAIN,
                        (const char *const[]){"DOMAIN", "CLAIMED SENDER", "LAST FETCH", "POLICY",
                                              "WHICH IS", "MX MAY CHANGE"});
    if (seenlist_each(list, list->only != NULL ? write_one : write_rows, &text, why) != 0)
        return -1;
    if (list->only == NULL)
        flush_table(&text);
    write_log(list->coverage);
    return text.failed ? error_set(why, "out of memory") : 0;
}
