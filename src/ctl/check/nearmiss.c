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
    "_mta\\226\\128\\148sts.%s",
    "_mta\\226\\136\\146sts.%s",
    "mta\\226\\128\\145sts.%s",
    "mta\\226\\128\\147sts.%s",
    "mtasts.%s",
    "_mta.sts.%s",
    "mta-sts._mta-sts.%s",
    "_mta-sts._tcp.%s",
    "_mta-sts.%s.%s",
    NULL,
};
static const char *const tlsrpt_names[] = {
    "_tls.%s",      "smtp._tls.%s",          "_smtp-tls.%s",
    "_smtp_tls.%s", "_smtp._tlsrpt.%s",      "_smtp.tls.%s",
    "smtp.tls.%s",  "_tls._smtp.%s",         "_tlsrpt.%s",
    "_smtp.%s",     "_smtp._tls.mta-sts.%s", "_smtp._tls.%s.%s",
    NULL,
};

static const char *const host_names[] = {"mta_sts.%s", "mtasts.%s", "mta-sts.%s.%s", NULL};

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

/* Puts the domain into the pattern. Returns whether the name is not too long. */
static bool write_name(char out[DNSDATA_NAME_MAX], const char *pattern, const char *domain)
{
    bool is_twice = strstr(pattern, "%s.%s") != NULL;
    const char *end = strstr(pattern, "%s");
    int length = snprintf(out, DNSDATA_NAME_MAX, "%.*s%s%s%s", (int)(end - pattern), pattern,
                          domain, is_twice ? "." : "", is_twice ? domain : "");
    return length < DNSDATA_NAME_MAX;
}

/* Ends at the first that is found. */
static void look(struct search *search, const char *const *names, const char *version)
{
    bool found = false;
    for (size_t i = 0; names[i] != NULL && !found && !search->failed; i++) {
        char name[DNSDATA_NAME_MAX];
        struct dns_answer answer;
        if (!write_name(name, names[i], search->facts->domain))
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

/* ---- The policy host, and CNAMEs. */

static bool is_there(struct search *search, const char *name, enum dns_type type)
{
    struct dns_answer answer;
    if (search->failed)
        return false;
    dns_lookup(search->dns, name, type, &answer);
    bool found = answer.outcome == DNS_FOUND;
    search->failed = answer.outcome == DNS_FAILED;
    dns_free(&answer);
    return found;
}

static void look_for_host(struct search *search)
{
    struct facts *facts = search->facts;
    char name[DNSDATA_NAME_MAX];
    for (size_t i = 0; host_names[i] != NULL && facts->host_near[0] == '\0'; i++) {
        if (write_name(name, host_names[i], facts->domain) &&
            (is_there(search, name, DNS_A) || is_there(search, name, DNS_AAAA)))
            memcpy(facts->host_near, name, sizeof(name));
    }
}

/* provider.example.net.example.com, where provider.example.net was meant. */
static void look_for_dotless(struct search *search, struct facts_alias *alias, enum dns_type type)
{
    const char *domain = search->facts->domain;
    size_t length = strlen(alias->end), tail = strlen(domain);
    char name[DNSDATA_NAME_MAX];
    if (length < tail + 2 || alias->end[length - tail - 1] != '.' ||
        strcmp(alias->end + length - tail, domain) != 0)
        return;
    snprintf(name, sizeof(name), "%.*s", (int)(length - tail - 1), alias->end);
    if (strchr(name, '.') != NULL && is_there(search, name, type))
        memcpy(alias->dotless, name, sizeof(name));
}

void nearmiss_find(struct facts *facts, struct dns *dns)
{
    struct search search = {.facts = facts, .dns = dns};
    bool lacks_host = facts->v4.outcome == DNS_NO_NAME && facts->v6.outcome == DNS_NO_NAME;
    if (lacks_host && facts->host_alias.end[0] == '\0')
        look_for_host(&search);
    if (lacks_host)
        look_for_dotless(&search, &facts->host_alias, DNS_A);
    if (facts->sts.answer.outcome == DNS_NO_NAME)
        look_for_dotless(&search, &facts->sts_alias, DNS_TXT);
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
