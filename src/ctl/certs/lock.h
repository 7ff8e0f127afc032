/* SPDX-License-Identifier: ISC */
/* lock: at most one process at a time orders certificates. */
#ifndef CTL_CERTS_LOCK_H
#define CTL_CERTS_LOCK_H

#include "common/base/error.h"

/* Takes the lock of the directory; it ends with the process, or with lock_release. Returns its
 * descriptor, or -1 with why; another that holds it is a failure, nobody waits. */
int lock_take(const char *directory, struct error *why);
void lock_release(int lock);

#endif
