/* SPDX-License-Identifier: ISC */
/* logreader: the lines of a log, from a file, packed by gzip or not, or from a pipe. */
#ifndef CTL_SEEN_LOGREADER_H
#define CTL_SEEN_LOGREADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

#define LOGREADER_LINE_MAX 65536 /* bytes; a longer line is left out */

/* Takes one line, without its end. Returns 0, 1 to read no further, or -1 with why. */
typedef int logreader_line(void *context, const char *line, size_t length, struct error *why);

/* Reads to the end, within fixed memory however long the log is and however far it unpacks. What
 * was read of a file before damage was handed on. name: for messages. Returns 0, or -1 with a
 * sentence that begins with the name. fd stays open. */
int logreader_run(int fd, const char *name, logreader_line *take, void *context, struct error *why);

#endif
