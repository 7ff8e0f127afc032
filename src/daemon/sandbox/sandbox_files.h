/* SPDX-License-Identifier: ISC */
/* sandbox_files: limits which files can be read; nothing can be written, and no TCP connection made
 * (Landlock). */
#ifndef DAEMON_SANDBOX_SANDBOX_FILES_H
#define DAEMON_SANDBOX_SANDBOX_FILES_H

#include <stddef.h>

#include "common/base/error.h"

/* For the calling thread and those it will start. What is open stays open. A kernel without
 * Landlock is told in the log. Returns 0, 1 without Landlock, or -1 with why. */
int sandbox_files_enter(const char *const *trees, size_t count, struct error *why);

#endif
