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

void suggestion_ask(struct ari *ari, const char *const *ids, size_t count, struct web *web,
                    const struct directory *directory, int64_t now)
{
    size_t wanted_count = 0;
    const char **wanted = calloc(count + 1, sizeof(*wanted));
    for (size_t i = 0; i < count && wanted != NULL; i++) {
        if (ari_poll_is_due(ari, ids[i], now))
            wanted[wanted_count++] = ids[i];
    }
    if (wanted_count > 0 && directory->renewal_info[0] != '\0') {
        ari_poll(ari, web, directory->renewal_info, wanted, wanted_count, now);
        (void)ari_save(ari, now, NULL); /* what is not kept is asked again */
    }
    free(wanted);
}

void suggestion_refresh(struct ari *ari, const struct inventory *inventory, struct web *web,
                        const struct directory *directory, int64_t now)
{
    size_t count = 0;
    const char **ids = calloc(inventory->count + 1, sizeof(*ids));
    for (size_t i = 0; i < inventory->count && ids != NULL; i++) {
        if (is_wanted(ari, &inventory->items[i], now))
            ids[count++] = inventory->items[i].renewal_id;
    }
    suggestion_ask(ari, ids, count, web, directory, now);
    free(ids);
}
