/* SPDX-License-Identifier: ISC */
/* report_policy: one entry of a report's policies, read. */
#ifndef CTL_TLSRPT_REPORT_POLICY_H
#define CTL_TLSRPT_REPORT_POLICY_H

#include <jansson.h>

#include "ctl/tlsrpt/report.h"

/* Fills *out with texts of the report's arena, and notes oddities in the report. Returns 0, or -1
 * with why. */
int report_read_policy(struct report *report, struct report_policy *out, const json_t *item,
                       struct error *why);

#endif
