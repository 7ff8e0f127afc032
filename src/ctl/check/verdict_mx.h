/* SPDX-License-Identifier: ISC */
/* verdict_mx: which mail hosts one kind of sender may deliver to under the policy. Only verdict's
 * own rooms include this. */
#ifndef CTL_CHECK_VERDICT_MX_H
#define CTL_CHECK_VERDICT_MX_H

#include "ctl/check/verdict_policy.h"

enum verdict_mx_kind {
    VERDICT_MX_FINE,
    VERDICT_MX_UNREACHABLE,
    VERDICT_MX_MISMATCH, /* no mx of the policy is for it */
    VERDICT_MX_NO_STARTTLS,
    VERDICT_MX_TLS, /* version or certificate */
};

struct verdict_mx {
    size_t passing;            /* hosts that may be delivered to */
    enum verdict_mx_kind kind; /* of the first one that fails */
    bool alike;                /* all of them fail in this way */
    const char *failure;       /* the result type of a report; NULL: nothing fails */
    struct error why;          /* of the first one that fails */
};

/* The policy is valid. */
void verdict_mx_find(struct verdict_mx *out, const struct verdict_sender *sender,
                     const struct facts *facts);

#endif
