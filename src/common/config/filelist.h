/* SPDX-License-Identifier: ISC */
/* filelist: the files that a configuration was read from, counted, since they may be watched for
 * longer than it lives. */
#ifndef COMMON_CONFIG_FILELIST_H
#define COMMON_CONFIG_FILELIST_H

#include <stdatomic.h>
#include <stddef.h>

#include "common/base/arena.h"

/* Once it is whole, never changed. Paths may be relative to the working directory. */
struct filelist {
    atomic_uint references;
    /* The main file, each include's directory, what is no plain file in it, lists, and of the
     * policy files, even where they cannot be read, the first 64; each once. */
    const char **paths;
    size_t count;
    /* The files that were read from the includes' directories, no links, in runs of one directory,
     * which is among the paths. Most configurations of 100,000 files have them here. */
    const char **entries;
    size_t entry_count;
    struct arena texts;
};

/* With one reference, the caller's; NULL when out of memory. */
struct filelist *filelist_open(void);
struct filelist *filelist_ref(struct filelist *list); /* NULL is none; likewise below */
void filelist_unref(struct filelist *list);

/* Both add a path whose text lives as long as the list. Return -1 when out of memory. */
int filelist_add(struct filelist *list, const char *path);
int filelist_add_entry(struct filelist *list, const char *path);

#endif
