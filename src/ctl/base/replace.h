/* SPDX-License-Identifier: ISC */
/* replace: writes a file atomically: a new file, renamed over the old one. */
#ifndef CTL_BASE_REPLACE_H
#define CTL_BASE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "ctl/base/place.h"

struct replace_part {
    const unsigned char *bytes;
    size_t length;
};

struct replace_params {
    mode_t mode; /* of a new file; with exact, of any */
    bool exact; /* this mode even if an old file has another, and fail if the group cannot be set */
    const struct file_stamp
        *expected; /* fail unless the file is still this one; NULL: any, or none */
};

/* The parts one after the other. An old file's mode (without set-id bits) and its owner stay, if
 * that is root or the directory's owner; a new one has the mode, and as far as this process may
 * give it, the group of its directory (for root, its owner as well). On disk before the rename: at
 * any moment the path names the old file or the new one, whole. No link is followed but those that
 * place_open() follows. Returns 0, or -1 with a sentence that begins with the path; the old file is
 * as it was then. */
int replace_file(const char *path, const struct replace_part *parts, size_t count, mode_t mode,
                 struct error *why);

/* The same in an open directory. If another process renames files in it meanwhile, that process
 * gets no byte and cannot redirect the write: it is retried a few times, then fails. */
int replace_in(const struct place *place, const struct replace_part *parts, size_t count,
               const struct replace_params *params, struct error *why);

/* Removes temporary copies of the file that killed runs left, if older than so many seconds. */
void replace_remove_left(const struct place *place, time_t age_s);

/* Renames an unusable file to FILE.damaged, replacing an older one. Returns 0, or -1
 * with why. */
int replace_put_aside(const char *path, struct error *why);

/* Removes the file; a missing file is not a failure. Returns 0, or -1 with why. */
int replace_remove(const struct place *place, struct error *why);

#endif
