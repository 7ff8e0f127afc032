/* SPDX-License-Identifier: ISC */
/* heartbeat: tells the service manager's watchdog that every worker's event loop still runs. */
#ifndef DAEMON_LIFE_HEARTBEAT_H
#define DAEMON_LIFE_HEARTBEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/serve/worker.h"

struct heartbeat {
    int64_t interval_ms; /* 0: no watchdog waits for it */
    int64_t due_ms;      /* the monotonic time of the next; INT64_MAX: never */
    uint64_t *turns;     /* of each worker, when they were last looked at */
    bool has_missed;
};

/* As sd_watchdog_enabled(3) says: half the time of WATCHDOG_USEC, if it is meant for this process.
 * Out of memory: no heartbeat is sent, so the watchdog restarts the server. */
struct heartbeat heartbeat_start(size_t workers);
void heartbeat_stop(struct heartbeat *heartbeat);

/* When it is due: asks every worker for a turn of its loop, and sends WATCHDOG=1 if each has made
 * one since it was last asked. */
void heartbeat_beat(struct heartbeat *heartbeat, struct worker *const *workers, size_t count);

#endif
