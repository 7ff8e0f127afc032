/* SPDX-License-Identifier: ISC */
/* removal: whether a reload would take away more domains than max_removed allows. */
#include "daemon/life/removal.h"

#include <stdint.h>

#include "daemon/base/log.h"

/* max_removed is a number, or a percentage, which is rounded up. */
static size_t removable(const struct config_server *server, size_t served)
{
    if (!server->max_removed_is_percent)
        return server->max_removed;
    if (server->max_removed >= 100)
        return SIZE_MAX;
    return (served * server->max_removed + 99) / 100;
}

const char *removal_refuse(const struct site_table *old, const struct site_table *table)
{
    const struct config_server *settings = site_table_server(table);
    size_t served = site_table_count(old);
    size_t removed = site_table_removed(table, old);
    size_t most = removable(settings, served);
    if (most < SIZE_MAX && served > 0 && site_table_count(table) == 0) {
        log_line(LOG_LEVEL_ERROR,
                 "none of %zu domains would be left; add one again, write `max_removed = 100%%`, "
                 "or restart to accept it",
                 served);
        return "no domain would be left";
    }
    if (removed > most) {
        log_line(LOG_LEVEL_ERROR,
                 "%zu of %zu domains would be removed, more than max_removed = %u%s allows; add "
                 "them again, or restart to accept it",
                 removed, served, settings->max_removed,
                 settings->max_removed_is_percent ? "%" : "");
        return "too many domains would be removed";
    }
    return NULL;
}
