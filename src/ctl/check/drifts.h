/* SPDX-License-Identifier: ISC */
/* drifts: which findings of one domain are drift that the watch tells of, and what of the domain
 * could not be seen. */
#ifndef CTL_CHECK_DRIFTS_H
#define CTL_CHECK_DRIFTS_H

#include "ctl/check/inspection.h"
#include "ctl/watch/sightings.h"

/* Adds the domain, its drifts and the addresses that were connected to. A finding at an IPv6
 * address to which this machine has no route is counted and left out. */
void drifts_collect(struct sightings *out, const struct inspection *item);

#endif
