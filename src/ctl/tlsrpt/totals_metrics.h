/* SPDX-License-Identifier: ISC */
/* totals_metrics: what is shown of a tally, in the text format of Prometheus. */
#ifndef CTL_TLSRPT_TOTALS_METRICS_H
#define CTL_TLSRPT_TOTALS_METRICS_H

#include "common/config/config.h"
#include "ctl/tlsrpt/totals.h"

/* Only domains of the configuration are labels, so that others cannot make up any number of them:
 * the rest is under domain="" together. To stdout. *failed: whether sessions
 * did. Returns 0, or -1 with why. */
int totals_write_metrics(const struct totals *totals, const struct config *config, bool *failed,
                         struct error *why);

#endif
