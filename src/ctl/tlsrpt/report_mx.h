/* SPDX-License-Identifier: ISC */
/* report_mx: which entries of a report are about an MX host, and of which domain. */
#ifndef CTL_TLSRPT_REPORT_MX_H
#define CTL_TLSRPT_REPORT_MX_H

#include <stdbool.h>

#include "ctl/tlsrpt/report.h"

/* Sets mx_of of each entry: RFC 8460 section 4.4 has the TLSA base domain, which is an MX host, as
 * the policy-domain of tlsa, and some senders report no-policy-found for a host, too. Pure. */
void report_find_mx_hosts(struct report *report);

/* Whether the entry is about an MX host of this domain; also where mx_of names another of its
 * domains. */
bool report_is_mx_of(const struct report *report, const struct report_policy *entry,
                     const char *domain);

#endif
