/* SPDX-License-Identifier: ISC */
/* load: what a start and a reload do alike with a configuration, each of whose faults is logged at
 * its line. */
#include "daemon/life/load.h"

#include "daemon/base/log.h"

void load_say(struct findings *said)
{
    for (size_t i = 0; i < said->count; i++)
        log_finding(&said->items[i]);
    if (said->out_of_memory)
        log_line(LOG_LEVEL_ERROR, "out of memory: some messages are missing");
    findings_free(said);
}

bool load_accepts_user(const char *path, const struct config_server *settings,
                       int (*judge)(const char *user, struct error *why))
{
    struct error why;
    struct findings said = {0};
    const struct config_place *place = &settings->user_place;
    if (judge(settings->user, &why) == 0)
        return true;
    findings_say(&said, SEVERITY_ERROR, place->file != NULL ? place->file : path, place->line, "%s",
                 why.text);
    load_say(&said);
    return false;
}

struct listener_set *load_listeners(const struct config_server *settings,
                                    const struct listener_set *old,
                                    const struct listener_inherited *inherited)
{
    struct findings said = {0};
    struct listener_set *listeners = listener_set_open(settings, old, inherited, &said);
    load_say(&said);
    return listeners;
}
