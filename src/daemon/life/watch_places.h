/* SPDX-License-Identifier: ISC */
/* watch_places: a snapshot of files and directories, and inotify watches on them. */
#ifndef DAEMON_LIFE_WATCH_PLACES_H
#define DAEMON_LIFE_WATCH_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* {.events = -1} is empty; {0} is not valid. */
struct watch_places {
    char **paths; /* what the configuration was read from */
    size_t path_count;
    char **directories; /* that decide what the paths lead to; each once */
    size_t directory_count;
    int events;    /* inotify, non-blocking; -1: none */
    bool complete; /* every directory is watched */
    int fault;     /* errno of the first that is not, though it is there; 0: none */
};

/* What the paths are like; equal sums are equal states. */
struct watch_stamp {
    uint64_t sum;
    int64_t newest_ns; /* when the last of them changed, by the clock of the files */
};

/* Copies the paths in place of those before. Without memory for all, the rest is left out. */
void watch_places_set(struct watch_places *places, const char *const *paths, size_t count);
void watch_places_free(struct watch_places *places);

/* The same paths; no directory of them is watched yet. */
void watch_places_copy(struct watch_places *out, const struct watch_places *places);

/* This and the next call read files. Has the kernel watch the directories of the paths, of each
 * link on the way, and of what these lead to, as they are now. */
void watch_places_renew(struct watch_places *places);

/* Looks at each path. Of an include's directory only the names that an include reads count, unless
 * loosely: then whatever is in the directories of the paths counts as well, but hidden files. */
struct watch_stamp watch_places_look(const struct watch_places *places, bool loosely);

#endif
