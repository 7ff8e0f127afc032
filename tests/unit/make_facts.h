/* SPDX-License-Identifier: ISC */
/* make_facts: a domain as it was seen, with nothing wrong, for tests to break. */
#ifndef MAKE_FACTS_H
#define MAKE_FACTS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/span.h"
#include "ctl/check/facts.h"

#define MAKE_NOW    1800000000
#define MAKE_POLICY "version: STSv1\r\nmode: enforce\r\nmx: *.example.com\r\nmax_age: 604800\r\n"

/* What the facts borrow. */
struct make_facts {
    struct facts facts;
    struct span sts[2], tlsrpt[1];
    struct policy_address addresses[2];
    struct facts_mx mx[2];
    struct mxhost mxhosts[2];
    struct mxhost_address mx_addresses[2];
    struct peer_bytes chain[1];
    char *names[2][1];
    char body[2][512];
};

static inline struct peer make_peer(struct make_facts *made, char **names)
{
    return (struct peer){
        .fault = PEER_FINE,
        .version = "TLSv1.3",
        .trusted = true,
        .in_date = true,
        .covers = true,
        .not_before = MAKE_NOW - 30 * 86400,
        .not_after = MAKE_NOW + 60 * 86400,
        .names = names,
        .name_count = 1,
        .chain = made->chain,
        .chain_count = 1,
    };
}

static inline void make_policy(struct make_facts *made, size_t address, const char *text)
{
    struct fetch *fetch = &made->addresses[address].fetch;
    fetch->length = (size_t)snprintf(made->body[address], sizeof(made->body[address]), "%s", text);
    fetch->body = made->body[address];
}

static inline void make_mail(struct make_facts *made, size_t index, char *host, char *name)
{
    made->names[index][0] = name;
    snprintf(made->mx_addresses[index].text, sizeof(made->mx_addresses[index].text), "192.0.2.%zu",
             10 + index);
    made->mx_addresses[index].smtp.peer = make_peer(made, made->names[index]);
    made->mxhosts[index] = (struct mxhost){
        .host = host,
        .outcome = DNS_FOUND,
        .addresses = &made->mx_addresses[index],
        .address_count = 1,
        .tlsa_outcome = DNS_NO_DATA,
    };
    made->mx[index] = (struct facts_mx){.preference = (uint16_t)(10 * (index + 1)),
                                        .mxhost = &made->mxhosts[index]};
}

/* A domain at which nothing is to be found; not settled yet. */
static inline void make_facts(struct make_facts *made)
{
    static const char sts[] = "v=STSv1; id=1;";
    static const char tlsrpt[] = "v=TLSRPTv1; rua=mailto:tls@example.net";
    static char one[] = "mx1.example.com";
    static char other[] = "mx2.example.com";
    *made = (struct make_facts){0};
    struct facts *facts = &made->facts;
    *facts = (struct facts){.domain = "example.com", .host = "mta-sts.example.com"};
    facts->now = MAKE_NOW;
    made->sts[0] = (struct span){sts, sizeof(sts) - 1};
    made->tlsrpt[0] = (struct span){tlsrpt, sizeof(tlsrpt) - 1};
    facts->sts = (struct facts_texts){.items = made->sts, .count = 1};
    facts->tlsrpt = (struct facts_texts){.items = made->tlsrpt, .count = 1};
    for (size_t i = 0; i < 2; i++) {
        struct policy_address *address = &made->addresses[i];
        snprintf(address->text, sizeof(address->text), i == 0 ? "192.0.2.1" : "2001:db8::1");
        address->is_v4 = i == 0;
        address->fetch.status = 200;
        address->fetch.elapsed_ms = 20;
        snprintf(address->fetch.type, sizeof(address->fetch.type), "text/plain; charset=utf-8");
        address->fetch.peer = make_peer(made, NULL);
        make_policy(made, i, MAKE_POLICY);
    }
    facts->addresses = made->addresses;
    facts->address_count = 2;
    make_mail(made, 0, one, one);
    make_mail(made, 1, other, other);
    facts->mx = made->mx;
    facts->mx_count = 2;
}

/* Only what facts_settle took. */
static inline void make_free(struct make_facts *made)
{
    policytext_free(&made->facts.policy);
    findings_free(&made->facts.record_findings);
    findings_free(&made->facts.policy_findings);
}

#endif
