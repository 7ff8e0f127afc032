/* SPDX-License-Identifier: ISC */
/* verdict_policy: whether one kind of sender gets a policy out of what was seen. Only verdict's own
 * rooms include this. */
#ifndef CTL_CHECK_VERDICT_POLICY_H
#define CTL_CHECK_VERDICT_POLICY_H

#include "ctl/check/verdict.h"

/* What is known of one kind of sender, beyond RFC 8461. */
struct verdict_sender {
    const char *name;
    uint32_t rows;         /* of the table of senders, by which lint's rules name it */
    int64_t limit_ms;      /* it gives up after that; 0: only when we do */
    bool ignores;          /* it knows no MTA-STS */
    bool reports;          /* it writes TLSRPT reports */
    bool wants_type;       /* text/plain, or no policy */
    bool wants_exact_type; /* in small letters */
    bool takes_2xx;
    bool takes_any_status;
    bool first_v4_only;     /* it tries the first A record alone */
    bool wants_lone_record; /* another TXT record at _mta-sts, and it finds no policy */
    bool is_postfix;        /* patterns are held against the certificate, not the MX */
    bool predicted;         /* its codes are known, but when they come is read out of RFC 8461 */
    struct verdict_codes no_match, no_starttls, bad_tls;
};

struct verdict_policy {
    enum verdict_state state;
    const char *failure; /* the result type of a report; NULL: none */
    struct error why;    /* a sentence unless valid */
};

void verdict_policy_find(struct verdict_policy *out, const struct verdict_sender *sender,
                         const struct facts *facts);

#endif
