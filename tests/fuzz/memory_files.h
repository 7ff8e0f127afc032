/* SPDX-License-Identifier: ISC */
/* memory_files: stands in for the module `file`, so that a fuzz target touches no disk. */
#ifndef MEMORY_FILES_H
#define MEMORY_FILES_H

#include <stddef.h>

#define MEMORY_FILES_MAX 8

/* From now on the path names these bytes, which are lent until the next call for it; NULL: there is
 * no such file. Its stamp is of now, and another one after each call. */
void memory_files_put(const char *path, const void *bytes, size_t length);

#endif
