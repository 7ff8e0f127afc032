/* SPDX-License-Identifier: ISC */
/* report_used: the policy that a sender used, as far as its report tells: mode and mx patterns. */
#ifndef CTL_TLSRPT_REPORT_USED_H
#define CTL_TLSRPT_REPORT_USED_H

#include <jansson.h>

#include "ctl/tlsrpt/report.h"

#define REPORT_PATTERNS_MAX 200 /* of a policy; those behind are not compared */

/* Fills mode and patterns of *out from policy-string and mx-host (RFC 8460 section 4.4), and notes
 * oddities in the report. The policy's lines may be one text. out->kind is set before. Returns 0,
 * or -1 with why when out of memory. */
int report_read_used(struct report *report, struct report_policy *out, const json_t *policy,
                     struct error *why);

/* Sets outside and wildcard of a failure whose mx is set. */
void report_match_mx(struct report_failure *failure, const struct report_policy *policy);

/* Whether a pattern of the policy matches the host. */
bool report_covers(const struct report_policy *policy, const char *host);

#endif
