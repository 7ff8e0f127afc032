/* SPDX-License-Identifier: ISC */
/* become: root takes on the user whom a directory belongs to, for good. */
#ifndef CTL_BASE_BECOME_H
#define CTL_BASE_BECOME_H

#include "common/base/error.h"

/* Where this process is root and the directory is another user's, it becomes that user, with that
 * user's groups and a umask of 077, as the service does. Otherwise, and where there is no such
 * directory yet, nothing changes. Call it before threads are started. Returns 0, or -1 with why. */
int become_owner_of(const char *directory, struct error *why);

#endif
