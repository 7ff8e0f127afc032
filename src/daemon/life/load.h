/* SPDX-License-Identifier: ISC */
/* load: the steps that a start and a reload share; each error is logged with its line. */
#ifndef DAEMON_LIFE_LOAD_H
#define DAEMON_LIFE_LOAD_H

#include <stdbool.h>

#include "common/base/finding.h"
#include "common/config/config.h"
#include "daemon/serve/listener.h"

/* Logs and frees them. */
void load_say(struct findings *said);

/* Whether the setting `user` is fine, as judge finds. */
bool load_accepts_user(const char *path, const struct config_server *settings,
                       int (*judge)(const char *user, struct error *why));

/* As listener_set_open. */
struct listener_set *load_listeners(const struct config_server *settings,
                                    const struct listener_set *old,
                                    const struct listener_inherited *inherited);

#endif
