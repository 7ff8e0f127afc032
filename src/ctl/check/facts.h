/* SPDX-License-Identifier: ISC */
/* facts: what was seen of one domain, before anything is judged. */
#ifndef CTL_CHECK_FACTS_H
#define CTL_CHECK_FACTS_H

#include "common/base/span.h"
#include "common/config/config.h"
#include "common/policy/policytext.h"
#include "ctl/check/check_state.h"
#include "ctl/check/mxhost.h"
#include "ctl/net/fetch.h"
#include "ctl/net/txtrecord.h"

/* More ms are slow; more addresses of the host, or more MX, are not tried. */
enum { FACTS_SLOW_MS = 1000, FACTS_ADDRESSES_MAX = 8, FACTS_MX_MAX = 32 };

/* The TXT records of one name. */
struct facts_texts {
    struct dns_answer answer; /* its outcome, TTL, security and sentence */
    struct span *items;
    size_t count;
};

struct facts_alias {
    char end[DNSDATA_NAME_MAX]; /* empty: the name has no CNAME */
    bool looped;
};

struct policy_address {              /* the policy host at one of its addresses */
    char text[NETWORK_TEXT_MAX * 4]; /* the address, or "HOST:PORT" of --connect */
    struct network_address address;  /* none with --connect */
    const char *scope;               /* of network_address_scope */
    bool is_v4, left_out;            /* not tried: see reach */
    struct fetch fetch;
    bool unknown_name_served; /* it gave a TLS session for a name that it does not serve */
};

struct facts_mx {
    uint16_t preference;
    const struct mxhost *mxhost; /* borrowed from the pool */
};

/* {0} with domain and host set is valid: a domain that has nothing. */
struct facts {
    const char *domain; /* borrowed */
    char host[DNSDATA_NAME_MAX];
    int64_t now;
    bool validates; /* whether DNSSEC was looked at */
    struct facts_texts sts, apex, tlsrpt;
    struct facts_alias sts_alias, host_alias;
    struct dns_answer v4, v6, mx_answer; /* the addresses of the host; the MX of the domain */
    bool led_elsewhere;                  /* --connect: addresses were not used */
    struct policy_address *addresses;
    size_t address_count;
    bool caa_refuses;
    struct error caa_why;
    bool mx_implicit, mx_null; /* no MX record: its own address takes the mail; RFC 7505 */
    struct facts_mx *mx;       /* in the order of their preference */
    size_t mx_count;
    const struct config_policy *configured; /* what our configuration has; NULL: not ours */
    bool records_off;                       /* our configuration wants no `_mta-sts` record */
    struct check_state before;              /* by --state; {0}: nothing */
    struct check_state after; /* with what is seen now; {0}: no --state, or no policy */
    /* Found out of the above by facts_settle. */
    struct txtrecord_sts record;
    bool reports_wanted;        /* a usable record _smtp._tls asks for them */
    const struct fetch *served; /* the first answer with status 200; NULL: none */
    struct policytext policy;   /* what a sender that follows RFC 8461 reads in it */
    bool policy_valid;
    struct error policy_why;
};

/* Reads record and policy out of what was seen. Once, before judging. */
void facts_settle(struct facts *facts);
void facts_free(struct facts *facts);

/* Whether an mx of the policy admits the host; whether it is valid and of this mode. */
bool facts_allows(const struct facts *facts, const char *host);
bool facts_has_mode(const struct facts *facts, enum policy_mode mode);

#endif
