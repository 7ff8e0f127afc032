/* SPDX-License-Identifier: ISC */
/* file: reads a whole file of any kind, within a size limit, and without waiting for a writer. */
#ifndef COMMON_BASE_FILE_H
#define COMMON_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "common/base/error.h"

/* What tells one state of a file from the next: any write or rename changes it. {0} is no file. */
struct file_stamp {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
};

struct file {
    unsigned char *bytes; /* owned; one NUL stands behind them, not counted in length */
    size_t length;
    struct file_stamp stamp; /* of the opened file, taken before it was read */
    uid_t owner;             /* the same; of standard input 0 */
};

/* Opens without blocking, refuses what is no regular file or longer than limit bytes, reads all.
 * Returns 0, or -1 with a sentence that begins with the path, and as its cause what the system
 * said, EFBIG for a file over the limit, or 0; *out is {0} then. */
int file_read(struct file *out, const char *path, size_t limit, struct error *why);

/* As file_read, of what has the path's last name in an open directory, which the rest of the path
 * leads to. A link is not followed; the cause is ELOOP then. */
int file_read_in(struct file *out, int directory, const char *path, size_t limit,
                 struct error *why);

/* Opens for reading as file_read does, for who reads piece by piece; *state is of the opened file.
 * Returns the descriptor, which the caller closes, or -1 with the same sentences. */
int file_open(const char *path, struct stat *state, struct error *why);

/* As file_read, of standard input, whatever that is; it may block. The sentence begins with
 * "standard input", the stamp is {0}. */
int file_read_stdin(struct file *out, size_t limit, struct error *why);

/* Wipes the bytes (they may hold a key) and frees them. */
void file_free(struct file *file);

/* Tells the observer, if there is one, that the calling thread is about to make calls on the path
 * that may never return, and with NULL that they have returned. All functions here do so
 * themselves. */
void file_note(const char *path);

/* Sets the observer, for all threads; before there are any that read files. NULL: none. */
typedef void file_observer(const char *path);
void file_observe(file_observer *observer);

/* What a stamp is made of. */
struct file_stamp file_stamp_from(const struct stat *state);

/* The stamp of what the path names now (links followed); {0} when there is nothing. */
struct file_stamp file_stamp_of(const char *path);

/* The same of a name in an open directory; a link is not followed. */
struct file_stamp file_stamp_in(int directory, const char *name);
bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b);

#endif
