/* SPDX-License-Identifier: ISC */
/* sender: a row of the table of senders: what one sender does, and how that is known. */
#ifndef COMMON_SENDERS_SENDER_H
#define COMMON_SENDERS_SENDER_H

#include "common/senders/sender_act.h"
#include "common/senders/sender_txt.h"
#include "common/senders/senders.h"

/* How a pattern with a wildcard matches. */
enum sender_match { SENDER_ONE_LABEL, SENDER_ANY_DEPTH, SENDER_BY_CERTIFICATE };

/* What DANE does beside a policy. */
enum sender_dane {
    SENDER_DANE_NONE,
    SENDER_DANE_FIRST,          /* usable TLSA records decide, whatever the policy */
    SENDER_DANE_BOTH,           /* both must hold */
    SENDER_DANE_UNCLEAR,        /* what fails does not go out; how both go together is not known */
    SENDER_DANE_WITHOUT_POLICY, /* at level dane, and where no policy is valid */
};

struct sender {
    const char *version; /* what was run or read, "1.11 (Debian 12)" */
    const char *date;    /* when, "2026-11-28" */
    struct sender_act acts[SENDER_CASES];
    struct sender_act
        bad_mx; /* a blank in an mx, or bare wildcards alone; unknown: it matches none */
    struct sender_txt txt;
    enum sender_ground txt_ground, match_ground, dane_ground, fetch_ground, queue_ground;
    enum sender_ground tls13_ground; /* that it has TLS 1.3 */
    enum sender_match match;
    bool no_underscore;       /* no host with one matches */
    bool no_a_label_wildcard; /* a wildcard matches no host whose first label begins with xn-- */
    enum sender_dane dane;
    bool dane_nameless;  /* a record of usage 2 needs no name in the certificate */
    bool all_addresses;  /* tries each address of a host; else the attempt takes one */
    bool enforces_tests; /* mode testing as enforce */
    bool tests_hold_454; /* in testing, a refused STARTTLS keeps the mail */
    bool no_fall_back;   /* no clear text after TLS has failed, whatever the policy */
    bool ignores;        /* it knows no MTA-STS */
    bool reports;        /* it writes TLSRPT reports */
    bool fetches_later;  /* its first mail goes out before it has the policy */
    bool predicted;      /* its codes are its maker's; when they come is read out of RFC 8461 */
    unsigned limit_ms;   /* of a fetch; 0: none below a minute */
    bool wants_type, wants_exact_type, takes_2xx, takes_any_status, first_v4_only;
    bool takes_old_tls;                  /* a policy by TLS older than 1.2 */
    bool by_charset;                     /* decodes a policy by the charset of its Content-Type */
    bool last_counts, any_case, bare_cr; /* how it reads a policy */
    bool ascii_blanks;                   /* a no-break space beside a value is a part of it */
    bool wants_version;                  /* without one that it reads there is no policy */
    bool strict_colon;                   /* a key with a blank before its colon is none */
    bool blank_ends_mx;                  /* it reads an mx up to the first blank */
    bool blank_line_ends;                /* it reads a policy up to the first blank line */
    unsigned queue_hours;                /* how long it tries by default; 0: not known */
};

/* The senders of which this is true: a set of rows. */
uint32_t senders_which(bool (*is_one)(const struct sender *sender));

/* A row. Static. */
const struct sender *sender_find(enum sender_id id);

#endif
