/* SPDX-License-Identifier: ISC */
/* digest_metrics: writes the counts of a digest in the text format of Prometheus. */
#ifndef CTL_WATCH_DIGEST_METRICS_H
#define CTL_WATCH_DIGEST_METRICS_H

#include <stdio.h>

#include "ctl/watch/digest.h"

/* For the textfile collector. No label is a name from DNS. */
void digest_metrics_write(const struct digest *digest, FILE *out);

#endif
