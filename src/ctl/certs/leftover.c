/* SPDX-License-Identifier: ISC */
/* leftover: finds the certificate that an earlier run received but did not install. */
#include "ctl/certs/leftover.h"

/* The client also keeps the certificate in use, and a restored state may have older ones.
 */
static bool is_newer(const struct install *found, const struct inventory_item *item)
{
    if (!item->loaded || !item->covers)
        return true;
    return found->not_before > item->not_before && !install_is(found, item->fingerprint);
}

bool leftover_load(struct install *out, const struct config_acme *acme,
                   const struct inventory_item *item, const struct ari *ari, int64_t now)
{
    bool by_ari;
    if (install_load(out, acme->state, &item->host, now, NULL) != 0)
        return false;
    if (is_newer(out, item) &&
        ari_due_at(ari, out->renewal_id, out->not_before, out->not_after, &by_ari) > now)
        return true;
    install_free(out);
    return false;
}
