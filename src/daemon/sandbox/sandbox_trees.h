/* SPDX-License-Identifier: ISC */
/* sandbox_trees: finds the directories and files that the configuration needs, with links resolved.
 * */
#ifndef DAEMON_SANDBOX_SANDBOX_TREES_H
#define DAEMON_SANDBOX_SANDBOX_TREES_H

#include <stddef.h>

#include "common/base/error.h"
#include "common/config/config.h"

/* Collects them. Returns 0, or -1 with why. */
int sandbox_trees_gather(const struct config *config, struct error *why);

/* Gives them to lock, whose errors it returns; where that returns 0, all other files are denied
 * from then on: what sandbox_admits and sandbox_denies go by. */
typedef int sandbox_trees_lock(const char *const *trees, size_t count, struct error *why);
int sandbox_trees_close(sandbox_trees_lock *lock, struct error *why);

#endif
