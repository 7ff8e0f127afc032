/* SPDX-License-Identifier: ISC */
/* lock: ensures that only one process works with a state directory. */
#ifndef CTL_BASE_LOCK_H
#define CTL_BASE_LOCK_H

#include "common/base/error.h"

/* Locks the directory until lock_release or the end of the process. work: what another holder does,
 * "ordering certificates". Returns a descriptor, or -1 with why; never waits for another holder. */
int lock_take(const char *directory, const char *work, struct error *why);
void lock_release(int lock);

#endif
