/* SPDX-License-Identifier: ISC */
/* filelist: the files that a configuration was read from, counted, since they may be watched for
 * longer than it lives. */
#ifndef COMMON_CONFIG_FILELIST_H
#define COMMON_CONFIG_FILELIST_H

#include <stdatomic.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/filesum.h"

/* The files of one include's directory, by the names that an include reads, in their order. Once it
 * is whole, never changed. Counted as well: a reload finds the same names as a rule, of which there
 * may be 100,000, and keeps them then. */
struct filelist_run {
    atomic_uint references;
    const char **paths;
    size_t count;
    struct arena texts;
};

/* Once it is whole, never changed. Paths may be relative to the working directory. */
struct filelist {
    atomic_uint references;
    /* The main file, each include's directory, links in it, what of it cannot be read, lists, and
     * of the policy files, even where they cannot be read, the first 64; each once. */
    const char **paths;
    size_t count;
    struct filelist_run **runs; /* one an include; their directories are among the paths */
    size_t run_count;
    struct filesum entries; /* of the runs, each taken before the file was read */
    struct arena texts;
};

/* With one reference, the caller's; NULL when out of memory. */
struct filelist *filelist_open(void);
struct filelist *filelist_ref(struct filelist *list); /* NULL is none; likewise below */
void filelist_unref(struct filelist *list);

/* Adds a path whose text lives as long as the list. Returns -1 when out of memory. */
int filelist_add(struct filelist *list, const char *path);

/* The same for a run: the names that were added, in any order. The list takes it over, also where
 * this fails. before: a list that may have the same names, and gives them then; or NULL. Returns
 * the list's run, or NULL when out of memory. */
const struct filelist_run *filelist_add_run(struct filelist *list, struct filelist_run *run,
                                            const struct filelist *before);

/* A new one, for filelist_add_run; NULL when out of memory. */
struct filelist_run *filelist_run_open(void);
int filelist_run_add(struct filelist_run *run, const char *directory, const char *name);
void filelist_run_unref(struct filelist_run *run);

#endif
