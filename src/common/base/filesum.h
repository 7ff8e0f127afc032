/* SPDX-License-Identifier: ISC */
/* filesum: one number for the states of many files, so that a change of any of them shows. */
#ifndef COMMON_BASE_FILESUM_H
#define COMMON_BASE_FILESUM_H

#include <stdint.h>
#include <time.h>

#include "common/base/file.h"

/* {0} is that of no files. Equal sums are equal states. */
struct filesum {
    uint64_t sum;      /* the same in whatever order the files were added */
    int64_t newest_ns; /* when the last of them changed, by the clock of the files */
};

/* Adds a hash of what was seen, and when that changed; 0: not known. */
void filesum_add(struct filesum *sum, uint64_t hash, const struct timespec *changed);

/* Adds a regular file by its stamp; {0}: what the path names is none, or is a link. */
void filesum_add_entry(struct filesum *sum, const char *path, const struct file_stamp *stamp);

/* The same, of what has the path's last name in an open directory now. */
void filesum_look(struct filesum *sum, int directory, const char *path);

#endif
