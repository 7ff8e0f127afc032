/* SPDX-License-Identifier: ISC */
/* metrics: serves /metrics and /healthz by plain HTTP, on a thread and an address of its own. */
#ifndef DAEMON_LIFE_METRICS_H
#define DAEMON_LIFE_METRICS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/config/config.h"
#include "daemon/serve/worker.h"

struct metrics;

/* The workers are lent until metrics_close. Nothing is served yet. NULL: out of memory. */
struct metrics *metrics_open(struct worker *const *workers, size_t count);

/* Ends the listener, and its thread, which takes a second at most. */
void metrics_close(struct metrics *metrics);

/* A configuration is in use: listens where its `metrics` says, or nowhere; if it cannot, the log
 * says so, and the policies are served all the same. broken: its domains with errors. */
void metrics_loaded(struct metrics *metrics, const struct config_server *settings, size_t domains,
                    size_t broken);

/* A reload was refused. */
void metrics_refused(struct metrics *metrics);

#endif
