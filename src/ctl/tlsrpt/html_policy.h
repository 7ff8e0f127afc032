/* SPDX-License-Identifier: ISC */
/* html_policy: the sessions of a domain by kind of policy, and the policy that senders saw. */
#ifndef CTL_TLSRPT_HTML_POLICY_H
#define CTL_TLSRPT_HTML_POLICY_H

#include <stddef.h>
#include <stdio.h>

#include "common/base/error.h"
#include "ctl/tlsrpt/tally_facts.h"

/* facts: of one domain. Each returns 0, or -1 with why when out of memory. */
int html_policies(FILE *out, const struct tally_fact *facts, size_t count, struct error *why);

/* Each different policy, the newest first, with the organisations that used it last. Writes nothing
 * where no report names one. */
int html_policies_seen(FILE *out, const struct tally_fact *facts, size_t count, struct error *why);

#endif
