/* SPDX-License-Identifier: ISC */
/* facts: what was observed of one domain, before it is judged. */
#include "ctl/check/facts.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/policy/lint.h"
#include "common/policy/mxmatch.h"

/* Where findings of one name go. */
struct sink {
    struct findings *findings;
    char where[DNSDATA_NAME_MAX + 16];
};

static void keep(void *context, const struct finding *finding)
{
    struct sink *sink = context;
    findings_copy(sink->findings, finding, sink->where, 0);
}

static void keep_lint(void *context, const struct lint_finding *finding)
{
    keep(context, &finding->found);
}

static void judge_records(struct facts *facts)
{
    struct sink sink = {.findings = &facts->record_findings};
    snprintf(sink.where, sizeof(sink.where), "_mta-sts.%s", facts->domain);
    txtrecord_judge_sts(&facts->record, facts->sts.items, facts->sts.count, keep, &sink);
    snprintf(sink.where, sizeof(sink.where), "_smtp._tls.%s", facts->domain);
    txtrecord_judge_tlsrpt(&facts->reports, facts->tlsrpt.items, facts->tlsrpt.count, keep, &sink);
    snprintf(sink.where, sizeof(sink.where), "%s", facts->domain);
    txtrecord_judge_elsewhere(facts->apex.items, facts->apex.count, keep, &sink);
    for (size_t i = 0; i < facts->nearmiss_count; i++) {
        const struct nearmiss *miss = &facts->nearmisses[i];
        const struct span text = {miss->bytes, miss->length};
        snprintf(sink.where, sizeof(sink.where), "%s", miss->name);
        txtrecord_judge_elsewhere(&text, 1, keep, &sink);
    }
}

static void judge_policy(struct facts *facts)
{
    struct sink sink = {.findings = &facts->policy_findings};
    snprintf(sink.where, sizeof(sink.where), "%s", facts->host);
    lint_policy_text(facts->served->body, facts->served->length, keep_lint, &sink);
    facts->policy_valid = policytext_read(&facts->policy, facts->served->body,
                                          facts->served->length, &facts->policy_why) == 0;
}

static bool is_whole(const struct fetch *fetch)
{
    return fetch->status == 200 && fetch->body != NULL && fetch->failure != FETCH_TOO_LARGE &&
           fetch->failure != FETCH_BROKEN && fetch->failure != FETCH_SLOW;
}

void facts_settle(struct facts *facts)
{
    judge_records(facts);
    for (size_t i = 0; i < facts->address_count && facts->served == NULL; i++) {
        if (is_whole(&facts->addresses[i].fetch))
            facts->served = &facts->addresses[i].fetch;
    }
    error_set(&facts->policy_why, "no address of the host serves a policy");
    if (facts->served != NULL)
        judge_policy(facts);
}

static void free_texts(struct facts_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free((char *)(uintptr_t)texts->items[i].bytes);
    free(texts->items);
    dns_free(&texts->answer);
}

static void free_address(struct policy_address *address)
{
    fetch_free(&address->fetch);
    fetch_free(&address->tls12);
    fetch_free(&address->other_keys);
}

void facts_free(struct facts *facts)
{
    free_texts(&facts->sts);
    free_texts(&facts->apex);
    free_texts(&facts->tlsrpt);
    dns_free(&facts->v4);
    dns_free(&facts->v6);
    dns_free(&facts->mx_answer);
    for (size_t i = 0; i < facts->address_count; i++)
        free_address(&facts->addresses[i]);
    free(facts->addresses);
    free(facts->mx);
    free(facts->gone);
    for (size_t i = 0; i < facts->nearmiss_count; i++)
        free(facts->nearmisses[i].bytes);
    free(facts->nearmisses);
    policytext_free(&facts->policy);
    findings_free(&facts->record_findings);
    findings_free(&facts->policy_findings);
    *facts = (struct facts){0};
}

bool facts_allows(const struct facts *facts, const char *host)
{
    const struct policy *policy = &facts->policy.policy;
    for (size_t i = 0; i < policy->mx_count; i++) {
        if (mxmatch(policy->mx[i], host))
            return true;
    }
    return false;
}

bool facts_has_mode(const struct facts *facts, enum policy_mode mode)
{
    return facts->policy_valid && facts->policy.policy.mode == mode;
}
