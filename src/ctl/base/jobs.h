/* SPDX-License-Identifier: ISC */
/* jobs: the same work done for many things, side by side on threads, within a bound. */
#ifndef CTL_BASE_JOBS_H
#define CTL_BASE_JOBS_H

#include <stddef.h>

#include "common/base/error.h"

/* Called once for each index, from several threads at a time. */
typedef void jobs_work(void *context, size_t index);

/* Does the work for 0 to count - 1, at most at_once of them at a time, begun in their order, and
 * waits for the last. Signals are blocked in the threads; where not one can be had, the caller's
 * does it all. Returns 0, or -1 with why when out of memory; nothing has been done then. */
int jobs_run(size_t count, size_t at_once, jobs_work *work, void *context, struct error *why);

#endif
