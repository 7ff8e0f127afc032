/* SPDX-License-Identifier: ISC */
/* nearmiss: looks for records at names that are nearly right, where no sender looks. */
#include "ctl/check/nearmiss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/check/facts.h"
#include "ctl/net/registrable.h"

#define PARENTS_MAX 3 /* domains above that are asked */

/* How people write the names: without or with other underscores, with dashes that are not ASCII's
 * (as DNS has their bytes), with the zone twice, or below a host. %s is the domain. */
static const char *const sts_names[] = {
    "mta-sts.%s",
    "_mta_sts.%s",
    "mta_sts.%s",
    "_mtasts.%s",
    "_mta-sts.mta-sts.%s",
    "_mta-sts.www.%s",
    "_mta-sts.mail.%s",
    "_mta\\226\\128\\144sts.%s",
    "_mta\\226\\128\\145sts.%s",
    "_mta\\226\\128\\147sts.%s",
    "_mta-sts.%s.%s",
    NULL,
};
static const char *const tlsrpt_names[] = {
    "_tls.%s",          "smtp._tls.%s",     "_smtp-tls.%s", "_smtp_tls.%s",
    "_smtp._tlsrpt.%s", "_smtp._tls.%s.%s", NULL,
};

struct search {
    struct facts *facts;
    struct dns *dns;
    bool failed;
};

static bool is_absent(const struct facts_texts *texts)
{
    return texts->answer.outcome == DNS_NO_NAME || texts->answer.outcome == DNS_NO_DATA;
}

/* Whether a text of the kind is there; keeps it. */
static bool keep(struct search *search, const char *name, const struct dns_answer *answer,
                 const char *version)
{
    struct facts *facts = search->facts;
    for (size_t i = 0; i < answer->count && facts->nearmiss_count < NEARMISS_MAX; i++) {
        struct nearmiss *miss = &facts->nearmisses[facts->nearmiss_count];
        if (dnsdata_txt(&miss->bytes, &miss->length, answer->records[i].bytes,
                        answer->records[i].length) != 0)
            continue;
        if (span_begins((struct span){miss->bytes, miss->length}, version)) {
            snprintf(miss->name, sizeof(miss->name), "%s", name);
            facts->nearmiss_count++;
            return true;
        }
        free(miss->bytes);
        miss->bytes = NULL;
    }
    return false;
}

/* Ends at the first that is found. */
static void look(struct search *search, const char *const *names, const char *version)
{
    const char *domain = search->facts->domain;
    bool found = false;
    for (size_t i = 0; names[i] != NULL && !found && !search->failed; i++) {
        char name[DNSDATA_NAME_MAX];
        struct dns_answer answer;
        bool is_twice = strstr(names[i], "%s.%s") != NULL;
        const char *end = strstr(names[i], "%s");
        int length = snprintf(name, sizeof(name), "%.*s%s%s%s", (int)(end - names[i]), names[i],
                              domain, is_twice ? "." : "", is_twice ? domain : "");
        if (length >= (int)sizeof(name))
            continue;
        dns_lookup(search->dns, name, DNS_TXT, &answer);
        search->failed = answer.outcome == DNS_FAILED;
        found = keep(search, name, &answer, version);
        dns_free(&answer);
    }
}

/* Whether a record of MTA-STS is at `_mta-sts` of the domain. */
static bool has_record(struct search *search, const char *domain)
{
    char name[DNSDATA_NAME_MAX + 16];
    struct dns_answer answer;
    bool found = false;
    snprintf(name, sizeof(name), "_mta-sts.%s", domain);
    dns_lookup(search->dns, name, DNS_TXT, &answer);
    search->failed = answer.outcome == DNS_FAILED;
    for (size_t i = 0; i < answer.count && !found; i++) {
        char *bytes;
        size_t length;
        if (dnsdata_txt(&bytes, &length, answer.records[i].bytes, answer.records[i].length) != 0)
            continue;
        found = span_begins((struct span){bytes, length}, "v=STSv1;");
        free(bytes);
    }
    dns_free(&answer);
    return found;
}

/* Up to the domain that somebody registered. */
static void look_above(struct search *search)
{
    struct facts *facts = search->facts;
    char registered[DNSDATA_NAME_MAX];
    const char *above = facts->domain;
    if (registrable_domain(registered, facts->domain) != 0)
        return;
    for (unsigned i = 0; i < PARENTS_MAX && !search->failed; i++) {
        if (strcmp(above, registered) == 0)
            return;
        above = strchr(above, '.') + 1;
        if (has_record(search, above)) {
            facts->parent = above;
            return;
        }
    }
}

void nearmiss_find(struct facts *facts, struct dns *dns)
{
    struct search search = {.facts = facts, .dns = dns};
    bool lacks_sts = is_absent(&facts->sts);
    bool lacks_tlsrpt = is_absent(&facts->tlsrpt);
    if (!lacks_sts && !lacks_tlsrpt)
        return;
    facts->nearmisses = calloc(NEARMISS_MAX, sizeof(*facts->nearmisses));
    if (facts->nearmisses == NULL)
        return;
    if (lacks_sts)
        look(&search, sts_names, "v=STSv1;");
    if (lacks_sts && facts->nearmiss_count == 0)
        look_above(&search);
    if (lacks_tlsrpt)
        look(&search, tlsrpt_names, "v=TLSRPTv1;");
}
