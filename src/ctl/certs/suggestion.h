/* SPDX-License-Identifier: ISC */
/* suggestion: brings what the CA suggests for the certificates of an inventory up to date. */
#ifndef CTL_CERTS_SUGGESTION_H
#define CTL_CERTS_SUGGESTION_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/acme/ari.h"
#include "ctl/acme/directory.h"
#include "ctl/acme/web.h"
#include "ctl/certs/inventory.h"

/* Whether there is a managed certificate that the CA should be asked after now. */
bool suggestion_is_wanted(const struct ari *ari, const struct inventory *inventory, int64_t now);

/* Asks after those, if the directory offers that, and writes what is kept. A failure is kept as
 * well and refuses nothing: due is then what the lifetime says. */
void suggestion_refresh(struct ari *ari, const struct inventory *inventory, struct web *web,
                        const struct directory *directory, int64_t now);

/* The same of these certificates, by their identifiers; those are left out that the CA should not
 * be asked after now. */
void suggestion_ask(struct ari *ari, const char *const *ids, size_t count, struct web *web,
                    const struct directory *directory, int64_t now);

#endif
