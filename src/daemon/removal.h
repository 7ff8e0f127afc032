/* SPDX-License-Identifier: ISC */
/* removal: whether a reload would take away more domains than max_removed allows. */
#ifndef DAEMON_REMOVAL_H
#define DAEMON_REMOVAL_H

#include "site.h"

/* Why the new table may not take the old one's place, after what it would drop was logged; or NULL.
 */
const char *removal_refuse(const struct site_table *old, const struct site_table *table);

#endif
