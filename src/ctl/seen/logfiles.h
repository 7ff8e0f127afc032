/* SPDX-License-Identifier: ISC */
/* logfiles: a log file and the rotated ones beside it, from the oldest on. */
#ifndef CTL_SEEN_LOGFILES_H
#define CTL_SEEN_LOGFILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/error.h"

struct logfile {
    char *path;
    int64_t first; /* the first time in it; 0: it has none that can be read */
    int64_t changed;
    dev_t device;
    ino_t inode;
};

/* {0} is empty. */
struct logfiles {
    struct logfile *items;
    size_t count;
};

/* Finds the file and those whose names are its name, '.' or '-', a digit, and what follows; sorted
 * by the first time in each, and by when they were changed. A file of two names is there once. A
 * path that is not there is a failure only if there are no rotated files either. Returns 0, or -1
 * with why. */
int logfiles_find(struct logfiles *out, const char *path, struct error *why);

void logfiles_free(struct logfiles *files);

#endif
