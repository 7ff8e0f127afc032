/* SPDX-License-Identifier: ISC */
/* child: a program run beside this one: started, watched, ended, and its last words read. */
#ifndef CTL_ACME_CHILD_H
#define CTL_ACME_CHILD_H

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
    bool lost;  /* it ended, and how is not known; the status is CHILD_LOST then, a failure */
    char words[CHILD_WORDS_MAX]; /* the end of what it wrote; the rest is dropped as it comes */
    size_t length;
};

/* Starts argv[0], looked for in PATH if it has no slash, in a process group of its own, with no
 * input. It gets SIGTERM should this process die. Returns 0, or -1 with why; a program that cannot
 * be run is no failure here: it ends with status 127 and the reason as its words. */
int child_start(struct child *out, const char *const argv[], struct error *why);

/* Whether it has ended; never waits. It takes what the child has written meanwhile, so call it
 * often: a child that has filled the pipe waits. */
bool child_has_ended(struct child *child);

/* Waits for its end; ends it after so many seconds, and returns false then. */
bool child_wait(struct child *child, unsigned seconds);

/* Ends it and its group, and waits for it. */
void child_end(struct child *child);

/* The end of what it wrote, in printable ASCII and line ends; the rest as question marks. */
void child_words(const struct child *child, char out[CHILD_WORDS_MAX]);

/* After its end. */
void child_free(struct child *child);

#endif
