/* SPDX-License-Identifier: ISC */
/* sandbox: limits the process once it serves: it may read its own files, answer clients, and log.
 * */
#ifndef DAEMON_SANDBOX_SANDBOX_H
#define DAEMON_SANDBOX_SANDBOX_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/config/config.h"

/* It is the whole process's, so there is one. */

/* Rules out core dumps, capabilities, reading outside of the configuration's trees, writing
 * anywhere, TCP connections to others, and system calls that the server has no use for. After the
 * ports are bound and root is given up, before any thread starts. What the kernel does not have is
 * told in the log. With `sandbox = off` only core dumps and capabilities are ruled out. Returns 0,
 * or -1 with why. */
int sandbox_enter(const struct config *config, struct error *why);

/* Whether all that the configuration names can be read from within. Otherwise -1, and why says what
 * cannot, and the line to add. */
int sandbox_admits(const struct config *config, struct error *why);

/* Whether the path, links followed, is one that the sandbox keeps from being read: be it another
 * file in the place of one that it knows. */
bool sandbox_denies(const char *path);

/* The same, with what to do about it: the end of a sentence that has named the path. */
bool sandbox_denial(const char *path, struct error *advice);

#endif
