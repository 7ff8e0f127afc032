/* SPDX-License-Identifier: ISC */
/* verdict_mx: what the mail hosts of a domain are to one kind of sender. Only verdict's own modules
 * include this. */
#ifndef CTL_CHECK_VERDICT_MX_H
#define CTL_CHECK_VERDICT_MX_H

#include "ctl/check/verdict_policy.h"

/* What all hosts come to. */
enum verdict_mx_result {
    VERDICT_MX_PASSES,   /* the mail goes out, by one of them */
    VERDICT_MX_FAILS,    /* it does not */
    VERDICT_MX_UNTESTED, /* none passes, and one or all could not be tried from here */
    VERDICT_MX_DEPENDS,  /* on the address, or on which of two equal hosts is taken */
};

struct verdict_mx {
    enum verdict_mx_result result;
    const struct sender_act *act; /* of what fails first; NULL: nothing fails */
    enum sender_case what;        /* that is */
    bool returns;                 /* it fails for good at each host */
    bool in_clear;                /* it goes out without TLS */
    bool needs_level;             /* it fails at level dane alone */
    const char *failure;          /* the result type of a report; NULL: nothing fails */
    struct error why;             /* of what fails first */
};

/* held: the policy binds the sender; NULL: none does. */
void verdict_mx_find(struct verdict_mx *out, const struct sender *sender,
                     const struct verdict_policy *held, const struct facts *facts);

#endif
