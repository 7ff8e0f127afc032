/* SPDX-License-Identifier: ISC */
/* capacity: how many cores and descriptors this process may use. */
#ifndef DAEMON_BASE_CAPACITY_H
#define DAEMON_BASE_CAPACITY_H

#include <stddef.h>

#include "common/base/finding.h"
#include "common/config/config.h"

/* Descriptors of a connection in the midst of its request: its socket and the ends of a pair. */
#define CAPACITY_CONNECTION_FILES 3

/* The threads that the configuration asks for: where it names no number, one for each core that
 * this process may run on; at least 1. */
size_t capacity_workers(const struct config_server *server);

/* Allows itself as many descriptors as the system does. Returns how many connections in the midst
 * of their requests these bear, beside all else that the server opens: at least 1, at most
 * max_connections. Where that is fewer, a notice names both numbers and what to write; config_path
 * is what it speaks of. */
size_t capacity_judge_connections(const struct config_server *server, const char *config_path,
                                  struct findings *said);

#endif
