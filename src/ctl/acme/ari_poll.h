/* SPDX-License-Identifier: ISC */
/* ari_poll: asks the CA when it suggests to renew, for several certificates at a time. */
#ifndef CTL_ACME_ARI_POLL_H
#define CTL_ACME_ARI_POLL_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/acme/ari.h"
#include "ctl/acme/web.h"

#define ARI_POLL_BOUND_S                                                                           \
    30 /* no further certificate is asked about after that; the next run continues */

/* Moves the identifiers that the CA should be asked about now to the front. Returns their number.
 */
size_t ari_poll_keep_due(const struct ari *ari, const char **ids, size_t count, int64_t now);

/* Asks at url, the directory's renewalInfo, for each of the identifiers, stores the answers,
 * failures included, and saves them. After several failures in a row it stops. A failure has no
 * other effect: the certificate is then due by its lifetime. */
void ari_poll(struct ari *ari, struct web *web, const char *url, const char *const *ids,
              size_t count, int64_t now);

#endif
