/* SPDX-License-Identifier: ISC */
/* verdict_gate: what a mail host at one of its addresses is to one kind of sender. Only verdict's
 * own modules include this. */
#ifndef CTL_CHECK_VERDICT_GATE_H
#define CTL_CHECK_VERDICT_GATE_H

#include "ctl/check/verdict_policy.h"

/* Whose eyes it is seen with: held is the policy that binds the sender, NULL: none does. */
struct verdict_gate {
    const struct sender *sender;
    const struct verdict_policy *held;
    const struct facts *facts;
    const struct exchange *exchange;
};

/* Whether nothing was said there that tells what it is: no connection, or refused at once. */
bool verdict_gate_is_untested(const struct exchange_gate *gate);

/* What is wrong at this address, SENDER_FINE where nothing is. */
enum sender_case verdict_gate_judge(const struct verdict_gate *view,
                                    const struct exchange_gate *gate);

/* Whether DANE binds a sender that heeds it: TLSA records that are secure and usable; and whether
 * they could not be looked up, so that such a sender waits. */
bool verdict_gate_has_dane(const struct verdict_gate *view);
bool verdict_gate_lost_dane(const struct verdict_gate *view);

#endif
