/* SPDX-License-Identifier: ISC */
/* watch_places: a snapshot of files and directories, and inotify watches on them. */
#ifndef DAEMON_LIFE_WATCH_PLACES_H
#define DAEMON_LIFE_WATCH_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/filesum.h"
#include "common/config/filelist.h"

/* {.events = -1} is empty; {0} is not valid. */
struct watch_places {
    struct filelist *files; /* what the configuration was read from; counted, or NULL */
    char **directories;     /* that decide what the paths lead to; each once */
    size_t directory_count;
    int events;    /* inotify, non-blocking; -1: none */
    bool complete; /* every directory is watched */
    int fault;     /* errno of the first that is not, though it is there; 0: none */
};

/* Has these files, a reference more, in place of those before. */
void watch_places_set(struct watch_places *places, struct filelist *files);
void watch_places_free(struct watch_places *places);

/* The same files; no directory of them is watched yet. */
void watch_places_copy(struct watch_places *out, const struct watch_places *places);

/* Begins to watch anew, no directory yet. */
void watch_places_begin(struct watch_places *places);

/* Has the kernel watch a directory, and what decides where its path leads, as they are now. */
void watch_places_enter(struct watch_places *places, const char *directory);

/* Begins anew, and has the kernel watch the directories of the files, of each link on the way, and
 * of what these lead to, as they are now, each before it looks at what is in it. Looks at each
 * file. Of an include's directory only the names that an include reads count, unless loosely: then
 * whatever is in the directories of the files counts as well, but hidden files. */
struct filesum watch_places_look(struct watch_places *places, bool loosely);

/* The same just after a load that has entered the includes' directories before it read them: their
 * files are as the load found them, and are not looked at again. The files are set. */
struct filesum watch_places_of_load(struct watch_places *places);

#endif
