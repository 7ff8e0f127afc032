/* SPDX-License-Identifier: ISC */
/* place: opens the directory of a file step by step, so that no other user can redirect a write by
 * a symbolic link. */
#ifndef CTL_BASE_PLACE_H
#define CTL_BASE_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "common/base/error.h"

/* {0} is valid and closed. */
struct place {
    int directory;           /* descriptor; 0: none */
    struct stat state;       /* of the directory */
    const char *path;        /* as given, for messages; borrowed */
    char name[NAME_MAX + 1]; /* of the file in the directory */
};

struct place_params {
    unsigned makes; /* how many of the last directories are created if missing */
    bool follows;   /* if the file itself is a symbolic link, follow it */
};

/* Opens the directory of the file at path, which need not exist. Symbolic links on the way are
 * followed only if root or this user owns both the link and the directory it is in, and nobody else
 * may write to that directory (or it is sticky). Returns 0, or -1 with a sentence that begins with
 * the path; *out is {0} then. */
int place_open(struct place *out, const char *path, const struct place_params *params,
               struct error *why);
void place_close(struct place *place);

#endif
