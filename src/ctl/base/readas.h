/* SPDX-License-Identifier: ISC */
/* readas: if run by root, reads files as the server's user for a while. */
#ifndef CTL_BASE_READAS_H
#define CTL_BASE_READAS_H

#include <stdbool.h>

#include "common/base/error.h"

/* {0}: files are read as whoever runs this. */
struct readas {
    char user[65]; /* empty: whoever runs this */
    bool is_on;
};

/* From here on files are seen as the server's user sees them, whom [server] of the main file at
 * path names, or who is the packages'; where this is not root, or no such user is known, nothing
 * changes. The main file alone is read as root. Returns 0, or -1 with why. Before any thread
 * starts. */
int readas_begin(struct readas *out, const char *path, struct error *why);

/* Root again, without supplementary groups. */
void readas_end(struct readas *readas);

#endif
