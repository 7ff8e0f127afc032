/* SPDX-License-Identifier: ISC */
/* removal: refuses a reload that would remove more domains than max_removed allows. */
#ifndef DAEMON_LIFE_REMOVAL_H
#define DAEMON_LIFE_REMOVAL_H

#include "daemon/hosts/site.h"

/* Why the new table may not take the old one's place, after what it would drop was logged; or NULL.
 */
const char *removal_refuse(const struct site_table *old, const struct site_table *table);

#endif
