/* SPDX-License-Identifier: ISC */
/* sandbox_calls: which system calls may be made (seccomp). */
#ifndef DAEMON_SANDBOX_CALLS_H
#define DAEMON_SANDBOX_CALLS_H

#include "error.h"

/* For the calling thread and those it will start. A call that starts programs, looks into processes
 * or changes the system kills the process. Any other that is not known fails with EPERM and is told
 * in the log once, so that another C library costs a feature and not the service. In a build
 * without libseccomp that is told in the log. Returns 0, or -1 with why. */
int sandbox_calls_enter(struct error *why);

#endif
