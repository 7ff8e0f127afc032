/* SPDX-License-Identifier: ISC */
/* place: the directory of a file, opened step by step, so that no other user leads a write
 * elsewhere by a link. */
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
    const char *path;        /* as it was given, for sentences; borrowed */
    char name[NAME_MAX + 1]; /* of the file in the directory */
};

struct place_params {
    unsigned makes; /* so many of the last directories of the path are made if they are missing */
    bool follows;   /* a link that has the file's own name is followed, too */
};

/* Opens the directory of the file that path names; whether the file is there does not matter.
 * Links on the way are followed only if root or this user owns both the link and the directory it
 * is in, and nobody else may write to that directory (or it is sticky). Returns 0, or -1 with a
 * sentence that begins with the path; *out is {0} then. */
int place_open(struct place *out, const char *path, const struct place_params *params,
               struct error *why);
void place_close(struct place *place);

#endif
