/* SPDX-License-Identifier: ISC */
/* jobs: runs the same function for many items on several threads. */
#ifndef CTL_BASE_JOBS_H
#define CTL_BASE_JOBS_H

#include <stddef.h>

#include "common/base/error.h"

/* Called once for each index, from several threads at a time. */
typedef void jobs_work(void *context, size_t index);

/* Calls work for 0 to count - 1, started in this order, at most at_once at a time, and waits for
 * all. Workers block all signals; if no thread can be created, the caller runs the jobs. Returns 0,
 * or -1 with why when out of memory; nothing was done then. */
int jobs_run(size_t count, size_t at_once, jobs_work *work, void *context, struct error *why);

#endif
