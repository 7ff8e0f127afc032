/* SPDX-License-Identifier: ISC */
/* facts: what was observed of one domain, before it is judged. */
#ifndef CTL_CHECK_FACTS_H
#define CTL_CHECK_FACTS_H

#include "common/base/finding.h"
#include "common/config/config.h"
#include "common/policy/policytext.h"
#include "ctl/check/check_state.h"
#include "ctl/check/destination.h"
#include "ctl/check/facts_dns.h"
#include "ctl/check/gone.h"
#include "ctl/check/nearmiss.h"
#include "ctl/check/policy_address.h"
#include "ctl/net/txtrecord.h"

/* More ms are slow; more addresses of the host, or more MX, are not tried. */
enum { FACTS_SLOW_MS = 1000, FACTS_ADDRESSES_MAX = 8, FACTS_MX_MAX = 32 };

/* {0} with domain and host set is valid: a domain without any records. */
struct facts {
    const char *domain; /* borrowed */
    char host[DNSDATA_NAME_MAX];
    int64_t now;
    bool validates; /* DNSSEC was validated */
    struct facts_texts sts, apex, tlsrpt;
    struct facts_alias sts_alias, host_alias;
    struct dns_answer v4, v6, mx_answer; /* the addresses of the host; the MX of the domain */
    bool led_elsewhere;                  /* --connect: addresses were not used */
    struct policy_address *addresses;
    size_t address_count;
    bool caa_refuses;
    struct error caa_why, caa_note; /* as caa_check sets them */
    bool mx_implicit, mx_null;      /* no MX record: its own address takes the mail; RFC 7505 */
    struct facts_mx *mx;            /* in the order of their preference */
    size_t mx_count;
    struct destination destinations[TXTRECORD_URIS_MAX];
    size_t destination_count; /* of reports */
    struct gone *gone;        /* mail hosts whose domain is not in DNS */
    size_t gone_count;
    bool gone_whole;             /* all of them were looked for */
    struct nearmiss *nearmisses; /* records at other names */
    size_t nearmiss_count;
    char host_near[DNSDATA_NAME_MAX]; /* has addresses, in place of the host; empty: none has */
    const char *parent;               /* a domain above that has a record; part of domain */
    const struct config_policy *configured; /* what our configuration has; NULL: not ours */
    bool records_off;                       /* our configuration wants no `_mta-sts` record */
    struct check_state before;              /* by --state; {0}: nothing */
    struct check_state after; /* with what is seen now; {0}: no --state, or no policy */
    /* Derived from the above by facts_settle. */
    struct txtrecord_sts record;
    struct txtrecord_tlsrpt reports; /* usable: reports are wanted */
    struct findings record_findings; /* of the TXT records; a finding's rule is its row's id */
    struct findings policy_findings; /* of the policy, by lint's rules */
    const struct fetch *served;      /* the first answer with status 200; NULL: none */
    struct policytext policy;        /* what a sender that follows RFC 8461 reads in it */
    bool policy_valid;
    struct error policy_why;
};

/* Judges the records and the policy, each once. Call it once, before rows_judge. */
void facts_settle(struct facts *facts);
void facts_free(struct facts *facts);

/* Whether an mx of the policy matches the host; whether the policy is valid and has this mode. */
bool facts_allows(const struct facts *facts, const char *host);
bool facts_has_mode(const struct facts *facts, enum policy_mode mode);

#endif
