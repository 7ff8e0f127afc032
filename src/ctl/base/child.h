/* SPDX-License-Identifier: ISC */
/* child: starts another program, watches and ends it, and keeps the end of its output. */
#ifndef CTL_BASE_CHILD_H
#define CTL_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/base/error.h"

#define CHILD_WORDS_MAX 8192
#define CHILD_LOST      255

/* {0} is none. */
struct child {
    pid_t pid;  /* 0: none */
    int output; /* a pipe, from its stdout and stderr */
    int status; /* its exit status once it ended; 128 and the signal if one ended it */
    bool lost;  /* it ended, but its exit status is unknown: status is CHILD_LOST, a failure */
    char words[CHILD_WORDS_MAX]; /* the end of what it wrote; the rest is dropped as it comes */
    size_t length;
};

/* Starts argv[0], looked for in PATH if it has no slash, in a new process group, with no input. It
 * gets SIGTERM if this process dies. Returns 0, or -1 with why; a program that cannot be executed
 * is not a failure here: it ends with status 127, and its output is the reason. */
int child_start(struct child *out, const char *const argv[], struct error *why);

/* The same with these bytes on its standard input, which need not be read. */
int child_start_with(struct child *out, const char *const argv[], const char *bytes, size_t length,
                     struct error *why);

/* Whether it has ended; never blocks. Also reads the child's output, so call it often: a child
 * blocks once the pipe is full. */
bool child_has_ended(struct child *child);

/* Waits until it ends; after so many seconds it is killed, and false returned. */
bool child_wait(struct child *child, unsigned seconds);

/* Ends it and its group, and waits for it. */
void child_end(struct child *child);

/* The end of what it wrote, in printable ASCII and line ends; the rest as question marks. */
void child_words(const struct child *child, char out[CHILD_WORDS_MAX]);

/* After its end. */
void child_free(struct child *child);

#endif
