/* SPDX-License-Identifier: ISC */
/* replace: writes a file whole beside the old one, and renames it into its place. */
#ifndef CTL_BASE_REPLACE_H
#define CTL_BASE_REPLACE_H

#include <stddef.h>
#include <sys/types.h>

#include "common/base/error.h"

/* A new file is .NAME with this, until it is renamed to NAME; a kill may leave it. */
#define REPLACE_SUFFIX       ".XXXXXX"
#define REPLACE_SUFFIX_BYTES (sizeof(REPLACE_SUFFIX) - 1)

struct replace_part {
    const unsigned char *bytes;
    size_t length;
};

/* The parts one after the other. An old file's mode and owner stay; a new one has the mode, and as
 * far as this process may give it, the group of its directory (for root, its owner as well). On
 * disk before the rename: at any moment the path names the old file or the new one, whole. Returns
 * 0, or -1 with a sentence that begins with the path; the old file is as it was then. */
int replace_file(const char *path, const struct replace_part *parts, size_t count, mode_t mode,
                 struct error *why);

#endif
