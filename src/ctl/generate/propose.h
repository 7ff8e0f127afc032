/* SPDX-License-Identifier: ISC */
/* propose: makes a policy for a domain from the command line, DNS and the policy host. */
#ifndef CTL_GENERATE_PROPOSE_H
#define CTL_GENERATE_PROPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/generate/preset.h"
#include "ctl/generate/proposal.h"
#include "ctl/net/net_options.h"

struct propose_params {
    const char **mx; /* patterns */
    size_t mx_count;
    const struct preset *preset; /* NULL: none */
    bool from_dns;               /* each live MX host */
    bool wildcards;              /* with from_dns: `*` in place of their first labels */
    bool from_live;              /* the policy served today, in place of all these */
    bool offline;                /* do not ask DNS for more */
    bool mode_set;
    enum policy_mode mode;
    bool max_age_set;
    uint32_t max_age;
    const struct net_options *net; /* open, if anything is asked */
};

/* Whether anything is asked of DNS or of policy hosts. */
bool propose_asks(const struct propose_params *params);

/* Fills in a proposal that has only its domain, or fails it. */
void propose(struct proposal *proposal, const struct propose_params *params);

#endif
