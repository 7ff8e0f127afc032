/* SPDX-License-Identifier: ISC */
/* verdict_address: what a mail host at one of its addresses is to one kind of sender. Only
 * verdict's own modules include this. */
#ifndef CTL_CHECK_VERDICT_ADDRESS_H
#define CTL_CHECK_VERDICT_ADDRESS_H

#include "ctl/check/verdict_policy.h"

/* Whose eyes it is seen with: held is the policy that binds the sender, NULL: none does. */
struct verdict_address {
    const struct sender *sender;
    const struct verdict_policy *held;
    const struct facts *facts;
    const struct mxhost *mxhost;
};

/* Whether nothing was said there that tells what it is: no connection, or refused at once. */
bool verdict_address_is_untested(const struct mxhost_address *address);

/* What is wrong at this address, SENDER_FINE where nothing is. */
enum sender_case verdict_address_judge(const struct verdict_address *view,
                                       const struct mxhost_address *address);

/* Whether DANE binds a sender that heeds it: TLSA records that are secure and usable; and whether
 * they could not be looked up, so that such a sender waits. */
bool verdict_address_has_dane(const struct verdict_address *view);
bool verdict_address_lost_dane(const struct verdict_address *view);

#endif
