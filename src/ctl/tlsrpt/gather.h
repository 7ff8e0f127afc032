/* SPDX-License-Identifier: ISC */
/* gather: the bytes of files, of all files of directories, and of standard input, one by one. */
#ifndef CTL_TLSRPT_GATHER_H
#define CTL_TLSRPT_GATHER_H

#include <stddef.h>

struct gather_events {
    void (*file)(void *context, const char *path, const unsigned char *bytes, size_t length);
    void (*failed)(void *context, const char *path, const char *reason);
};

/* Reads each path in turn: a file of at most limit bytes; a directory with all that is below it, in
 * the order of names, hidden files left out, and of a Maildir all but new/ and cur/; "-" is
 * standard input, and called so. What cannot be read does not keep the rest from being read. */
void gather_paths(char *const paths[], size_t count, size_t limit,
                  const struct gather_events *events, void *context);

#endif
