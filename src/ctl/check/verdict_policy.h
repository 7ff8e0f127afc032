/* SPDX-License-Identifier: ISC */
/* verdict_policy: whether one kind of sender gets a policy out of what was seen. Only verdict's own
 * modules include this. */
#ifndef CTL_CHECK_VERDICT_POLICY_H
#define CTL_CHECK_VERDICT_POLICY_H

#include "ctl/check/verdict.h"

/* {0} is valid: no policy. */
struct verdict_policy {
    enum verdict_state state;
    struct policytext text; /* as this sender reads it, where the state is VERDICT_VALID */
    enum policy_mode mode;
    uint64_t lost;       /* a bit for each of the first 64 mx that matches no host for it */
    const char *failure; /* the result type of a report; NULL: none */
    struct error why;    /* a sentence unless valid */
};

/* Whether it finds a TXT record; if not, *out says why. */
bool verdict_policy_has_record(struct verdict_policy *out, const struct sender *sender,
                               const struct facts *facts);

/* The addresses of the policy host at which this sender may ask, in their order. Returns how many.
 */
size_t verdict_policy_addresses(const struct policy_address *out[FACTS_ADDRESSES_MAX],
                                const struct sender *sender, const struct facts *facts);

/* What the row of the table makes of the answer at one address. Free it in any case. */
void verdict_policy_find(struct verdict_policy *out, enum sender_id id,
                         const struct policy_address *address);
void verdict_policy_free(struct verdict_policy *policy);

/* Whether an mx of the policy is for the host, as this sender matches. */
bool verdict_policy_allows(const struct verdict_policy *policy, const struct sender *sender,
                           const char *host);

/* Whether an mx has a blank in it, or all are a bare wildcard. */
bool verdict_policy_has_bad_mx(const struct verdict_policy *policy);

/* Whether the name, a wildcard in a certificate, covers an mx of the policy. */
bool verdict_policy_is_covered(const struct verdict_policy *policy, const char *name);

#endif
