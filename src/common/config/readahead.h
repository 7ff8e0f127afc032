/* SPDX-License-Identifier: ISC */
/* readahead: reads the many small files of one directory on two threads: that of the caller, who
 * takes them in their order, and one that is ahead of it. */
#ifndef COMMON_CONFIG_READAHEAD_H
#define COMMON_CONFIG_READAHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/file.h"

/* Fewer are not worth a thread. */
#define READAHEAD_FILES_MIN 256

/* A longer file is left to the caller, so that little memory is ahead. */
#define READAHEAD_FILE_MAX_BYTES ((size_t)16 * 1024)

struct readahead;

/* Files as file_read_in finds them: by the last names of the paths, in an open directory; all is
 * lent until readahead_close. NULL, and the caller reads by itself, where they are few, or there is
 * no memory or no thread. */
struct readahead *readahead_open(int directory, const char *const *paths, size_t count);

/* The file of the next path, each in turn. False: it was not read, or in vain, and is the caller's
 * to read. *out is to be freed otherwise. Waits for the other thread, if that has the file at hand.
 */
bool readahead_take(struct readahead *ahead, struct file *out);

/* Ends the thread, after the file that it is at. NULL is none. */
void readahead_close(struct readahead *ahead);

#endif
