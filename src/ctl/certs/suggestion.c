/* SPDX-License-Identifier: ISC */
/* suggestion: brings what the CA suggests for the certificates of an inventory up to date. */
#include "ctl/certs/suggestion.h"

#include <stdlib.h>

#include "ctl/acme/ari_poll.h"

static bool is_wanted(const struct ari *ari, const struct inventory_item *item, int64_t now)
{
    return item->managed && item->loaded && item->covers && item->not_after > now &&
           ari_poll_is_due(ari, item->renewal_id, now);
}

bool suggestion_is_wanted(const struct ari *ari, const struct inventory *inventory, int64_t now)
{
    for (size_t i = 0; i < inventory->count; i++) {
        if (is_wanted(ari, &inventory->items[i], now))
            return true;
    }
    return false;
}

void suggestion_refresh(struct ari *ari, const struct inventory *inventory, struct web *web,
                        const struct directory *directory, int64_t now)
{
    size_t count = 0;
    const char **ids = calloc(inventory->count + 1, sizeof(*ids));
    if (ids == NULL || directory->renewal_info[0] == '\0') {
        free(ids);
        return;
    }
    for (size_t i = 0; i < inventory->count; i++) {
        if (is_wanted(ari, &inventory->items[i], now))
            ids[count++] = inventory->items[i].renewal_id;
    }
    ari_poll(ari, web, directory->renewal_info, ids, count, now);
    (void)ari_save(ari, now, NULL); /* what is not kept is asked again */
    free(ids);
}
