/* SPDX-License-Identifier: ISC */
/* listing: writes what an inventory holds, in columns or as JSON. */
#ifndef CTL_CERTS_LISTING_H
#define CTL_CERTS_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/certs/inventory.h"

/* To stdout. Returns 0, or -1 when it cannot be written. */
int listing_write(const struct inventory *inventory, const struct ari *ari, bool json, int64_t now);

#endif
