/* SPDX-License-Identifier: ISC */
/* verdict: what each kind of sender does with mail to a domain, as it is now. */
#ifndef CTL_CHECK_VERDICT_H
#define CTL_CHECK_VERDICT_H

#include "common/senders/sender.h"
#include "ctl/check/facts.h"

/* In the order of how bad they are. */
enum verdict_ending {
    VERDICT_DELIVERS,
    VERDICT_REPORTS,  /* delivers, though something failed; a TLSRPT report says so */
    VERDICT_UNTESTED, /* not tested from here: no mail host could be spoken to */
    VERDICT_DEPENDS,  /* on the address that is taken, or on the sender's settings: see worst */
    VERDICT_DEFERS,   /* keeps the mail and tries again; returns it if that goes on */
    VERDICT_BOUNCES,  /* returns it: trying again cannot help */
};

/* What the sender has for a policy, in the words of postfix-mta-sts-resolver. */
enum verdict_state {
    VERDICT_NONE,
    VERDICT_VALID,
    VERDICT_FETCH_ERROR,
};

/* Enhanced status codes (RFC 3463): while it tries again, and when it gives up; NULL: not known. */
struct verdict_codes {
    const char *deferred;
    const char *returned;
};

struct verdict {
    const char *sender; /* "Exchange Online" */
    enum verdict_ending ending;
    enum verdict_ending worst; /* of VERDICT_DEPENDS and VERDICT_UNTESTED: what it can be */
    enum verdict_state state;
    struct verdict_codes codes;
    const char *log;           /* what the sender's log, or its bounce, says; NULL: not known */
    unsigned queue_hours;      /* how long it tries by default; 0: not known, or it does not wait */
    bool in_clear;             /* it delivers without TLS */
    enum sender_ground ground; /* how it is known what it does with such a mail host */
    bool predicted;            /* this is read out of RFC 8461, not known of the sender */
    const char *failure;       /* the result type of a report (RFC 8460 section 4.3); NULL: none */
    struct error reason;       /* a sentence */
};

#define VERDICT_COUNT SENDER_COUNT

/* Predicts for a sender that meets the domain for the first time, so without a policy of before.
 * The facts are settled. Pure: out of RFC 8461, and out of the table of senders. */
void verdict_make(struct verdict out[VERDICT_COUNT], const struct facts *facts);

/* "delivers", "delivers with report", "not tested", "depends", "defers", "bounces". */
const char *verdict_ending_name(enum verdict_ending ending);

/* "NONE", "VALID", "FETCH_ERROR". */
const char *verdict_state_name(enum verdict_state state);

#endif
