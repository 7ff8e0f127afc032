/* SPDX-License-Identifier: ISC */
/* policytext: the values that a policy's bytes hold, as a sender that follows RFC 8461 reads them.
 */
#ifndef COMMON_POLICY_POLICYTEXT_H
#define COMMON_POLICY_POLICYTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/policy/policy.h"

/* Lenient where the RFC is: LF or CRLF, any order, unknown fields ignored, the first of a field
 * given twice. Whether real senders take it is lint's to say. {0} is valid and empty. */
struct policytext {
    struct policy policy; /* mx points into held */
    bool has_version;     /* version: STSv1 is there */
    bool has_mode;        /* the mode is there and one of the three */
    bool has_max_age;     /* it is there, a number within the bound */
    char *held;           /* owned */
};

/* In what some senders differ from the RFC. {0}: in nothing. */
struct policytext_manner {
    bool last_counts; /* of a field given twice */
    bool any_case;    /* keys and the mode in any letter case */
    bool bare_cr;     /* a lone carriage return ends a line */
    bool front_blank; /* blanks before a key do not count */
    bool colon_blank; /* nor before its colon */
    bool no_break;    /* a no-break space in UTF-8 around a value is a blank */
    bool blank_ends;  /* a blank line ends the policy */
};

/* Reads the bytes. Returns 0 when they are a valid policy: version STSv1, a mode, a max_age, and a
 * pattern unless the mode is none. Otherwise -1 with a sentence, and *out holds what could be read.
 * Free it in either case. */
int policytext_read(struct policytext *out, const char *bytes, size_t length, struct error *why);
int policytext_read_as(struct policytext *out, const struct policytext_manner *manner,
                       const char *bytes, size_t length, struct error *why);
void policytext_free(struct policytext *text);

#endif
