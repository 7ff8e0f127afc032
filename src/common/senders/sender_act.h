/* SPDX-License-Identifier: ISC */
/* sender_act: a cell of the table of senders: what becomes of mail in a case, how that is known. */
#ifndef COMMON_SENDERS_SENDER_ACT_H
#define COMMON_SENDERS_SENDER_ACT_H

#include <stdbool.h>

/* How the content of a cell is known. */
enum sender_ground { SENDER_UNKNOWN, SENDER_VENDOR, SENDER_SOURCE, SENDER_RUN };

/* What becomes of the mail. */
enum sender_end {
    SENDER_NOT_KNOWN,
    SENDER_DELIVERS,
    SENDER_IN_CLEAR,
    SENDER_WAITS,
    SENDER_RETURNS
};

/* What may be wrong with a mail host, where a policy in mode enforce is held. */
enum sender_case {
    SENDER_FINE,
    SENDER_NO_MATCH,    /* no mx of the policy is for it */
    SENDER_NO_STARTTLS, /* not offered */
    SENDER_DENIED,      /* offered, and refused when it is asked for, as with 454 */
    SENDER_OLD_TLS,     /* older than TLS 1.2, or no handshake */
    SENDER_WRONG_NAME,
    SENDER_EXPIRED,
    SENDER_UNTRUSTED, /* unknown CA, self-signed, no chain */
    SENDER_CN_ONLY,   /* the name stands in the common name alone */
    SENDER_NO_ADDRESS,
    SENDER_UNREACHABLE,
    SENDER_NULL_MX,
    SENDER_NO_DOMAIN, /* it does not exist */
    SENDER_NO_LOOKUP, /* MX or addresses cannot be looked up, or DNSSEC refuses them */
    SENDER_DANE_FAILS,
    SENDER_DANE_LOST, /* its records cannot be looked up */
    SENDER_CASES,
};

/* A cell. The codes are enhanced ones (RFC 3463); NULL: not known, or none. */
struct sender_act {
    enum sender_ground ground;
    enum sender_end end;
    bool is_final;        /* another MX is not tried in this attempt */
    const char *deferred; /* while it waits */
    const char *returned; /* when it is returned */
    const char *log;      /* what the sender's log or its bounce says; NULL: not known */
};

/* "run", "source", "vendor", "unknown"; and a case, "no mx of the policy matches". Static. */
const char *sender_ground_name(enum sender_ground ground);
const char *sender_case_name(enum sender_case what);

#endif
