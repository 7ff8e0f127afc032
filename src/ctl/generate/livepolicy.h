/* SPDX-License-Identifier: ISC */
/* livepolicy: reads the policy that a domain serves today, and notes what must change. */
#ifndef CTL_GENERATE_LIVEPOLICY_H
#define CTL_GENERATE_LIVEPOLICY_H

#include "ctl/generate/proposal.h"
#include "ctl/net/net_options.h"

/* What is served, to be compared with what is proposed. {0} is valid and empty. */
struct livepolicy {
    char *bytes; /* owned */
    size_t length;
};

/* Fetches the policy from each address of the policy host, reads the TXT records, and fills in the
 * mode, max_age and patterns. Notes what is wrong today, and what must change. net is open.
 * Returns 0, or -1 when the proposal failed. Free *out in either case. */
int livepolicy_take(struct livepolicy *out, struct proposal *proposal,
                    const struct net_options *net);

/* Notes whether the complete proposal has the same bytes, and so can keep its id. */
void livepolicy_compare(const struct livepolicy *live, struct proposal *proposal);

void livepolicy_free(struct livepolicy *live);

#endif
