/* SPDX-License-Identifier: ISC */
/* lock: ensures that only one process orders certificates. */
#ifndef CTL_CERTS_LOCK_H
#define CTL_CERTS_LOCK_H

#include "common/base/error.h"

/* Locks the directory until lock_release or the end of the process. Returns a descriptor, or -1
 * with why; never waits for another holder. */
int lock_take(const char *directory, struct error *why);
void lock_release(int lock);

#endif
