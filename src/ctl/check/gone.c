/* SPDX-License-Identifier: ISC */
/* gone: mail hosts whose domain is not in DNS, so that whoever registers it gets the mail. */
#include "ctl/check/gone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/name/hostname.h"
#include "ctl/check/facts.h"
#include "ctl/net/registrable.h"

/* The domains looked at so far. */
struct seen {
    struct facts *facts;
    struct dns *dns;
    char domains[GONE_MAX][DNSDATA_NAME_MAX];
    size_t count;
    bool failed;
};

/* Whether it was looked at before; notes it. */
static bool is_known(struct seen *seen, const char *domain)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (strcmp(seen->domains[i], domain) == 0)
            return true;
    }
    if (seen->count == GONE_MAX)
        return true;
    snprintf(seen->domains[seen->count++], DNSDATA_NAME_MAX, "%s", domain);
    return false;
}

/* Whether a host with an address shows that the domain is there. */
static bool has_host(const struct facts *facts, const char *domain)
{
    char other[DNSDATA_NAME_MAX];
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct mxhost *mxhost = facts->mx[i].mxhost;
        if (mxhost->outcome == DNS_FOUND && registrable_domain(other, mxhost->host) == 0 &&
            strcmp(other, domain) == 0)
            return true;
    }
    return false;
}

static void look_at(struct seen *seen, const char *host)
{
    char domain[DNSDATA_NAME_MAX];
    struct dns_answer answer;
    struct facts *facts = seen->facts;
    if (seen->failed || strlen(host) >= DNSDATA_NAME_MAX || registrable_domain(domain, host) != 0 ||
        has_host(facts, domain) || is_known(seen, domain))
        return;
    dns_lookup(seen->dns, domain, DNS_A, &answer);
    seen->failed = answer.outcome == DNS_FAILED;
    bool is_alias = answer.canonical[0] != '\0';
    if (answer.outcome == DNS_NO_NAME && !is_alias) {
        struct gone *gone = &facts->gone[facts->gone_count++];
        snprintf(gone->host, sizeof(gone->host), "%s", host);
        snprintf(gone->domain, sizeof(gone->domain), "%s", domain);
    }
    dns_free(&answer);
}

static void look_at_policy(struct seen *seen, const struct fetch *fetch)
{
    struct policytext text = {0};
    struct error why;
    policytext_read(&text, fetch->body, fetch->length, &why);
    for (size_t i = 0; i < text.policy.mx_count; i++) {
        const char *pattern = text.policy.mx[i];
        if (hostname_mx_fault(pattern, strlen(pattern)) != HOSTNAME_FINE)
            continue; /* P9 says what is wrong with it */
        look_at(seen, strncmp(pattern, "*.", 2) == 0 ? pattern + 2 : pattern);
    }
    policytext_free(&text);
}

void gone_find(struct facts *facts, struct dns *dns)
{
    struct seen seen = {.facts = facts, .dns = dns};
    facts->gone = calloc(GONE_MAX, sizeof(*facts->gone));
    if (facts->gone == NULL)
        return;
    for (size_t i = 0; i < facts->mx_count; i++) {
        if (facts->mx[i].mxhost->outcome == DNS_NO_NAME)
            look_at(&seen, facts->mx[i].mxhost->host);
    }
    for (size_t i = 0; i < facts->address_count; i++) {
        const struct fetch *fetch = &facts->addresses[i].fetch;
        if (fetch->status != 200 || fetch->body == NULL)
            continue;
        look_at_policy(&seen, fetch);
        break;
    }
    facts->gone_whole = !seen.failed;
}
