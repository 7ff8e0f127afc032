/* SPDX-License-Identifier: ISC */
/* become: switches from root to the owner of a directory or file, permanently. */
#ifndef CTL_BASE_BECOME_H
#define CTL_BASE_BECOME_H

#include "common/base/error.h"

/* If this process is root and the directory belongs to another user, switches to that user, with
 * the user's groups and umask 077, as the service does. Otherwise, or if the directory does not
 * exist, does nothing. Call it before starting threads. Returns 0, or -1 with why. */
int become_owner_of(const char *directory, struct error *why);

/* The same for a file: of its owner, or, where there is none, of its directory's. */
int become_owner_of_file(const char *path, struct error *why);

#endif
