/* SPDX-License-Identifier: ISC */
/* seenlist: each domain that is configured or was fetched, with its answer. */
#include "ctl/seen/seenlist.h"

#include <stdio.h>
#include <string.h>

#include "common/base/moment.h"
#include "common/policy/policyset.h"
#include "common/policy/policytext.h"

static int digit_of(char byte)
{
    return byte <= '9' ? byte - '0' : byte - 'a' + 10;
}

/* An id as policyid_make writes it. */
static void id_bytes(unsigned char out[LOGLINE_ID_BYTES], const char *id)
{
    for (size_t i = 0; i < LOGLINE_ID_BYTES; i++)
        out[i] = (unsigned char)(digit_of(id[2 * i]) << 4 | digit_of(id[2 * i + 1]));
}

/* ---- The present configuration. */

static bool next_policy(const void *context, size_t number, struct policyset_item *out)
{
    const struct config *config = context;
    if (number >= config->domain_count)
        return false;
    const struct config_domain *domain = &config->domains[number];
    *out = (struct policyset_item){.domain = domain->name};
    if (domain->policy != NULL) {
        out->bytes = domain->policy->bytes;
        out->length = domain->policy->length;
    }
    return true;
}

int seenlist_open(struct seenlist *list, struct error *why)
{
    char id[POLICYID_LENGTH + 1];
    unsigned char policies[LOGLINE_ID_BYTES];
    if (policyset_make(id, next_policy, list->config, why) != 0)
        return -1;
    id_bytes(policies, id);
    list->served_since = coverage_served_since(list->coverage, policies);
    return 0;
}

/* Domains often share one policy, so the last one's id is kept. */
struct present {
    const struct config_policy *policy;
    unsigned char id[LOGLINE_ID_BYTES];
    uint32_t max_age;
};

static int find_present(struct present *present, const struct config_policy *policy,
                        struct error *why)
{
    char id[POLICYID_LENGTH + 1];
    struct policytext text;
    if (policy == present->policy)
        return 0;
    if (policyid_make(id, policy->bytes, policy->length, why) != 0)
        return -1;
    int result = policytext_read(&text, policy->bytes, policy->length, why);
    if (result == 0)
        present->max_age = text.policy.max_age;
    policytext_free(&text);
    id_bytes(present->id, id);
    present->policy = policy;
    return result;
}

/* ---- The domains. */

static const struct config_domain *configured_at(const struct seenlist *list, size_t number)
{
    return number < list->config->domain_count ? &list->config->domains[number] : NULL;
}

static const struct lastseen_domain *fetched_at(const struct seenlist *list, size_t number)
{
    return number < list->lastseen->domain_count ? list->lastseen->domains[number] : NULL;
}

static int judge(const struct seenlist *list, struct seen_domain *domain, struct present *present,
                 const struct config_policy *policy, struct error *why)
{
    domain->question.coverage = list->coverage;
    domain->question.lastseen = list->lastseen;
    domain->question.served_since = list->served_since;
    if (policy != NULL) {
        if (find_present(present, policy, why) != 0)
            return -1;
        memcpy(domain->present, present->id, LOGLINE_ID_BYTES);
        domain->question.present = domain->present;
        domain->question.max_age = present->max_age;
    }
    mxday_make(&domain->answer, &domain->question);
    return 0;
}

int seenlist_each(const struct seenlist *list, seenlist_take *take, void *context,
                  struct error *why)
{
    size_t configured_number = 0, fetched_number = 0;
    struct present present = {0};
    for (;;) {
        const struct config_domain *configured = configured_at(list, configured_number);
        const struct lastseen_domain *fetched = fetched_at(list, fetched_number);
        if (configured == NULL && fetched == NULL)
            return 0;
        int order = configured == NULL ? 1
                    : fetched == NULL  ? -1
                                       : strcmp(configured->name, fetched->name);
        struct seen_domain domain = {.name = order <= 0 ? configured->name : fetched->name};
        domain.question.domain = order >= 0 ? fetched : NULL;
        configured_number += order <= 0;
        fetched_number += order >= 0;
        if (list->only != NULL && strcmp(domain.name, list->only) != 0)
            continue;
        if (judge(list, &domain, &present, order <= 0 ? configured->policy : NULL, why) != 0)
            return -1;
        take(context, &domain);
    }
}

const char *seenlist_id(char out[SEEN_ID_TEXT], const unsigned char id[LOGLINE_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < LOGLINE_ID_BYTES; i++) {
        out[2 * i] = digits[id[i] >> 4];
        out[2 * i + 1] = digits[id[i] & 15];
    }
    out[SEEN_ID_TEXT - 1] = '\0';
    return out;
}

bool seenlist_is_present(const struct seen_domain *domain, const struct lastseen_policy *policy)
{
    return domain->question.present != NULL &&
           memcmp(policy->id, domain->question.present, LOGLINE_ID_BYTES) == 0;
}

bool seenlist_is_overdue(const struct seen_domain *domain, size_t family)
{
    const struct lastseen_family *seen = &domain->question.domain->families[family];
    if (seen->time == 0 || !sender_agent_is_large(family))
        return false;
    uint32_t max_age = domain->question.lastseen->policies[seen->policy].max_age;
    return (int64_t)seen->time + max_age < domain->question.coverage->now;
}

/* ---- The sentence. */

static const char *say_now(char out[SEEN_SENTENCE_MAX], const struct mxday *answer)
{
    char day[MOMENT_DAY_MAX], from[MOMENT_DAY_MAX];
    if (answer->policy != NULL)
        (void)snprintf(out, SEEN_SENTENCE_MAX,
                       "now: since %s nobody can hold an older policy, so each MX host of the "
                       "present one may be used",
                       moment_day(answer->until, day));
    else
        (void)snprintf(out, SEEN_SENTENCE_MAX,
                       "now: no older policy was fetched since %s, longer ago than max_age, so "
                       "each MX host of the present one may be used",
                       moment_day(answer->from, from));
    return out;
}

static const char *say_served(char out[SEEN_SENTENCE_MAX], const struct mxday *answer,
                              const char *id, const char *day)
{
    char span[MOMENT_TEXT_MAX];
    (void)snprintf(out, SEEN_SENTENCE_MAX,
                   "not before %s: nothing in the log shows that the older policy %s is no longer "
                   "served, and a sender that fetches it now may hold it for %s; reload the "
                   "server, fetch the policy once, and ask again",
                   day, id, moment_span(answer->max_age, span));
    return out;
}

const char *seenlist_sentence(char out[SEEN_SENTENCE_MAX], const struct seen_domain *domain)
{
    const struct mxday *answer = &domain->answer;
    char id[SEEN_ID_TEXT] = "", day[MOMENT_DAY_MAX], from[MOMENT_TEXT_MAX], span[MOMENT_TEXT_MAX];
    char gap[GAPS_TEXT_MAX] = "the log begins then";
    if (answer->kind == MXDAY_NOW)
        return say_now(out, answer);
    if (answer->policy != NULL)
        seenlist_id(id, answer->policy->id);
    moment_day(answer->day, day);
    if (answer->kind == MXDAY_SERVED)
        return say_served(out, answer, id, day);
    moment_text(answer->from, from);
    moment_span(answer->max_age, span);
    if (answer->gap != NULL)
        gaps_text(gap, answer->gap);
    if (answer->policy == NULL)
        (void)snprintf(out, SEEN_SENTENCE_MAX,
                       "not before %s: an older policy may have been fetched until %s, and may be "
                       "held for %s, if its max_age was that of the present one; %s",
                       day, from, span, gap);
    else if (answer->gap != NULL)
        (void)snprintf(out, SEEN_SENTENCE_MAX,
                       "not before %s: the older policy %s may have been fetched until it was "
                       "replaced, by %s, and may be held for %s; %s",
                       day, id, from, span, gap);
    else
        (void)snprintf(out, SEEN_SENTENCE_MAX,
                       "not before %s: the older policy %s was fetched last at %s, and may be held "
                       "for %s",
                       day, id, from, span);
    return out;
}
