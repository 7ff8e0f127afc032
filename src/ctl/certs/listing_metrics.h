/* SPDX-License-Identifier: ISC */
/* listing_metrics: writes what an inventory holds, in the text format of Prometheus. */
#ifndef CTL_CERTS_LISTING_METRICS_H
#define CTL_CERTS_LISTING_METRICS_H

#include "ctl/certs/inventory.h"

/* For the textfile collector, to stdout: of every host, whether its certificate is loaded or not.
 * Returns 0, or -1 when it cannot be written. */
int listing_metrics_write(const struct inventory *inventory);

#endif
