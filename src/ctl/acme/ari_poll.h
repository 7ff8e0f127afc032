/* SPDX-License-Identifier: ISC */
/* ari_poll: asks the CA when it suggests to renew, for several certificates at a time. */
#ifndef CTL_ACME_ARI_POLL_H
#define CTL_ACME_ARI_POLL_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/acme/ari.h"
#include "ctl/acme/web.h"

#define ARI_POLL_BOUND_S 30 /* no certificate is begun with after that; the next run goes on */

/* Whether the CA may be asked after the certificate again. */
bool ari_poll_is_due(const struct ari *ari, const char *id, int64_t now);

/* Asks at url, the directory's renewalInfo, for each of the identifiers, and keeps what comes back,
 * failures as well. A CA that fails again and again is left alone. */
void ari_poll(struct ari *ari, struct web *web, const char *url, const char *const *ids,
              size_t count, int64_t now);

#endif
