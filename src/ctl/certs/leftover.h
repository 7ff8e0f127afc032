/* SPDX-License-Identifier: ISC */
/* leftover: the certificate that an earlier run received and did not install. */
#ifndef CTL_CERTS_LEFTOVER_H
#define CTL_CERTS_LEFTOVER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/config/config.h"
#include "ctl/acme/ari.h"
#include "ctl/certs/install.h"
#include "ctl/certs/inventory.h"

/* Whether the client has a certificate for the item's host that may be installed in place of an
 * order: another one than is in service, issued later, and by its lifetime and what is kept of ARI
 * not itself due. *out holds it then, for install_free; otherwise it is {0}. */
bool leftover_load(struct install *out, const struct config_acme *acme,
                   const struct inventory_item *item, const struct ari *ari, int64_t now);

#endif
