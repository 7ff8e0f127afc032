/* SPDX-License-Identifier: ISC */
/* replace: writes a file whole beside the old one, and renames it into its place. */
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
    mode_t mode; /* of the file; of a new one, unless exact */
    bool exact;  /* the mode whatever an old file has, and the directory's group or a failure */
    const struct file_stamp *expected; /* the file must be this one still; NULL: any, or none */
};

/* The parts one after the other. An old file's mode (without set-id bits) and its owner stay, if
 * that is root or the directory's owner; a new one has the mode, and as far as this process may
 * give it, the group of its directory (for root, its owner as well). On disk before the rename: at
 * any moment the path names the old file or the new one, whole. No link is followed but those that
 * place_open() follows. Returns 0, or -1 with a sentence that begins with the path; the old file is
 * as it was then. */
int replace_file(const char *path, const struct replace_part *parts, size_t count, mode_t mode,
                 struct error *why);

/* The same in a directory that is open. Whoever may write to the directory, and changes names in it
 * meanwhile, gets no byte and leads nothing elsewhere: it is tried a few times more, and fails. */
int replace_in(const struct place *place, const struct replace_part *parts, size_t count,
               const struct replace_params *params, struct error *why);

/* Removes what runs that were killed left beside the file, if it is older than so many seconds:
 * hidden copies of it, of a key for example. */
void replace_remove_left(const struct place *place, time_t age_s);

/* Renames a file that cannot be used to FILE.damaged, in place of an older one. Returns 0, or -1
 * with why. */
int replace_put_aside(const char *path, struct error *why);

/* Removes the file; that there is none is no failure. Returns 0, or -1 with why. */
int replace_remove(const struct place *place, struct error *why);

#endif
