/* SPDX-License-Identifier: ISC */
/* seenwrite: what was seen, as JSON or CSV. */
#include "ctl/seen/seenwrite.h"

#include <stdio.h>

struct write {
    struct writer writer;
    size_t *waits;
};

static void write_log(struct writer *writer, const struct coverage *coverage)
{
    writer_start(writer, "log");
    writer_time(writer, "begins", coverage->begins);
    writer_time(writer, "ends", coverage->ends);
    writer_boolean(writer, "whole", coverage->gaps.count == 0);
    writer_list(writer, "gaps");
    for (size_t i = 0; i < coverage->gaps.count; i++) {
        const struct gap *gap = &coverage->gaps.items[i];
        writer_start(writer, NULL);
        writer_text(writer, "reason", gaps_reason_name(gap->reason));
        writer_time(writer, "from", gap->from);
        writer_time(writer, "to", gap->to);
        writer_number(writer, "lines", (int64_t)gap->lines);
        writer_end(writer);
    }
    writer_end(writer);
    writer_end(writer);
}

static void write_answer(struct writer *writer, const struct seen_domain *domain)
{
    const struct mxday *answer = &domain->answer;
    char id[SEEN_ID_TEXT] = "", sentence[SEEN_SENTENCE_MAX];
    bool is_now = answer->kind == MXDAY_NOW;
    writer_text(writer, "domain", domain->name);
    writer_text(writer, "present",
                domain->question.present != NULL ? seenlist_id(id, domain->question.present)
                                                 : NULL);
    writer_boolean(writer, "may_change", is_now);
    writer_time(writer, "not_before", is_now ? 0 : answer->day);
    writer_time(writer, "held_until", answer->until);
    writer_boolean(writer, "may_be_served", answer->kind == MXDAY_SERVED);
    writer_text(writer, "decided_by",
                answer->policy != NULL ? seenlist_id(id, answer->policy->id) : NULL);
    writer_text(writer, "gap", answer->gap != NULL ? gaps_reason_name(answer->gap->reason) : NULL);
    writer_text(writer, "sentence", seenlist_sentence(sentence, domain));
}

static void write_families(struct writer *writer, const struct seen_domain *domain)
{
    const struct lastseen_domain *fetched = domain->question.domain;
    writer_list(writer, "senders");
    for (size_t i = 0; fetched != NULL && i < SENDER_AGENT_FAMILIES; i++) {
        const struct lastseen_family *seen = &fetched->families[i];
        char id[SEEN_ID_TEXT];
        if (seen->time == 0)
            continue;
        const struct lastseen_policy *policy = &domain->question.lastseen->policies[seen->policy];
        writer_start(writer, NULL);
        writer_text(writer, "claimed_sender", sender_agent_name(i));
        writer_time(writer, "last_fetch", seen->time);
        writer_text(writer, "id", seenlist_id(id, policy->id));
        writer_boolean(writer, "is_present", seenlist_is_present(domain, policy));
        writer_boolean(writer, "overdue", seenlist_is_overdue(domain, i));
        writer_end(writer);
    }
    writer_end(writer);
}

static void write_policies(struct writer *writer, const struct seen_domain *domain)
{
    const struct lastseen *lastseen = domain->question.lastseen;
    const struct lastseen_domain *fetched = domain->question.domain;
    uint32_t i = fetched != NULL ? fetched->policies : LASTSEEN_NONE;
    writer_list(writer, "policies");
    for (; i != LASTSEEN_NONE; i = lastseen->policies[i].next) {
        const struct lastseen_policy *policy = &lastseen->policies[i];
        struct mxday one = {0};
        char id[SEEN_ID_TEXT];
        if (mxday_counts(&domain->question, policy))
            mxday_judge(&one, &domain->question, policy);
        writer_start(writer, NULL);
        writer_text(writer, "id", seenlist_id(id, policy->id));
        writer_boolean(writer, "is_present", seenlist_is_present(domain, policy));
        writer_text(writer, "mode", policy_mode_name(policy->mode));
        writer_number(writer, "max_age", policy->max_age);
        writer_time(writer, "last_fetch", policy->last);
        writer_time(writer, "held_until", one.until);
        writer_end(writer);
    }
    writer_end(writer);
}

static void write_domain(void *context, const struct seen_domain *domain)
{
    struct write *write = context;
    *write->waits += domain->answer.kind != MXDAY_NOW;
    writer_start(&write->writer, NULL);
    write_answer(&write->writer, domain);
    write_families(&write->writer, domain);
    write_policies(&write->writer, domain);
    writer_end(&write->writer);
}

int seenwrite(const struct seenlist *list, const struct writer_format *format, size_t *waits,
              struct error *why)
{
    struct write write = {.waits = waits};
    *waits = 0;
    writer_open(&write.writer, format, stdout);
    write_log(&write.writer, list->coverage);
    writer_list(&write.writer, "domains");
    int result = seenlist_each(list, write_domain, &write, why);
    if (result == 0)
        writer_end(&write.writer);
    if (result == 0 && writer_finish(&write.writer) != 0)
        result = error_set(why, "the result cannot be written");
    writer_close(&write.writer);
    return result;
}
