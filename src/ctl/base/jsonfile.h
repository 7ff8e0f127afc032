/* SPDX-License-Identifier: ISC */
/* jsonfile: a state file that holds one JSON object: read within a bound, replaced atomically. */
#ifndef CTL_BASE_JSONFILE_H
#define CTL_BASE_JSONFILE_H

#include <jansson.h>
#include <stddef.h>

#include "common/base/error.h"

/* Reads the file, of most bytes at most. A missing, unreadable or damaged file gives an empty
 * object. The caller owns *out. Returns 0, or -1 with why when out of memory; *out is NULL then. */
int jsonfile_load(json_t **out, const char *path, size_t most, struct error *why);

/* Writes the object, keys sorted, mode 0644. NULL counts as out of memory. Returns 0, or -1 with
 * why; an old file is as it was then. */
int jsonfile_save(const json_t *root, const char *path, struct error *why);

#endif
