/* SPDX-License-Identifier: ISC */
/* gather: files, all files of directories, and standard input, one by one. */
#ifndef CTL_TLSRPT_GATHER_H
#define CTL_TLSRPT_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "ctl/tlsrpt/bytestream.h"

struct gather_events {
    void (*file)(void *context, struct bytestream *stream); /* opened; closed afterwards */
    void (*failed)(void *context, const char *path, const char *reason);
};

/* Reads each path in turn: a file; a directory with all that is below it, in
 * the order of names, hidden files left out, and of a Maildir all but new/ and cur/; "-" is
 * standard input, and called so. What cannot be read does not keep the rest from being read. */
void gather_paths(char *const paths[], size_t count, const struct gather_events *events,
                  void *context);

/* Bytes of all files, where the paths name files alone; else 0. */
uint64_t gather_size(char *const paths[], size_t count);

#endif
