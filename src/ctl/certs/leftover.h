/* SPDX-License-Identifier: ISC */
/* leftover: finds the certificate that an earlier run received but did not install. */
#ifndef CTL_CERTS_LEFTOVER_H
#define CTL_CERTS_LEFTOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/config/config.h"
#include "ctl/acme/ari.h"
#include "ctl/certs/install.h"
#include "ctl/certs/inventory.h"

/* Whether the client has a certificate for the item's host that can be installed without an order:
 * not the one in use, issued later, and not itself due by its lifetime or the stored ARI window. If
 * so, *out holds it, for install_free; otherwise it is {0}. */
bool leftover_load(struct install *out, const struct config_acme *acme,
                   const struct inventory_item *item, const struct ari *ari, int64_t now);

#endif
