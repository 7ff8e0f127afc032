/* SPDX-License-Identifier: ISC */
/* startup: the start: opens the ports, gives up root, then reads all files. */
#ifndef DAEMON_LIFE_STARTUP_H
#define DAEMON_LIFE_STARTUP_H

#include "common/config/config.h"
#include "daemon/life/watch.h"
#include "daemon/serve/listener.h"

/* That of a start whose configuration was refused, so that a service manager need not try again:
 * EX_CONFIG of sysexits(3). */
#define STARTUP_EXIT_CONFIG 78

struct startup {
    struct watch *watch;                        /* borrowed, as the next */
    const struct listener_inherited *inherited; /* from the service manager */
    struct config *config;                      /* handed over, as the next; or NULL */
    struct listener_set *listeners;
};

/* As root reads only the main file, and of that [server]. All faults are logged. Returns 0, or the
 * exit status of a start that failed. Before any thread starts. */
int startup_run(struct startup *startup, const char *path);

#endif
