/* SPDX-License-Identifier: ISC */
/* sandbox_calls: limits the system calls to those that the server makes (seccomp). */
#ifndef DAEMON_SANDBOX_SANDBOX_CALLS_H
#define DAEMON_SANDBOX_SANDBOX_CALLS_H

#include <stdbool.h>

#include "common/base/error.h"
#include "daemon/sandbox/sandbox_filter.h"

/* For the calling thread and those it will start. A call that starts programs, looks into processes
 * or changes the system kills the process. Any other that is not known fails with EPERM and is told
 * in the log once, so that another C library costs a feature and not the service. In a build
 * without libseccomp that is told in the log. Returns 0, or -1 with why. */
int sandbox_calls_enter(struct error *why);

/* Its two halves before the filter is in force; in a build with libseccomp only. To make it gives
 * 0, or an errno, negative. Whole is what gives each call the answer that it should have. */
int sandbox_calls_make(struct sandbox_filter *out);
bool sandbox_calls_are_whole(const struct sandbox_filter *filter);

#endif
