/* SPDX-License-Identifier: ISC */
/* trial: puts a test challenge into the challenge directory, to see which server answers before a
 * CA is asked. */
#ifndef CTL_ACME_TRIAL_H
#define CTL_ACME_TRIAL_H

#include <limits.h>
#include <stdbool.h>

#include "common/base/error.h"
#include "common/name/hostname.h"

#define TRIAL_DIGEST 32
#define TRIAL_AGE_S  3600 /* the server ignores older files */

/* {0} is none. */
struct trial {
    unsigned char digest[TRIAL_DIGEST]; /* what the server must show */
    char path[PATH_MAX];
    bool ours; /* the file is ours to remove */
};

/* Creates the host's challenge file atomically, as the client's hook would. Another client's
 * pending challenge is kept, and its digest expected instead. Returns 0, or -1 with why: the file
 * cannot be written, or dehydrated has a pending challenge, whose digest is not known. */
int trial_place(struct trial *out, const char *directory, const struct hostname *host,
                struct error *why);

/* Removes the file, unless another client has replaced it. */
void trial_remove(struct trial *trial);

/* Removes the challenges in the directory that the server ignores for their age, and temporary
 * files as old: killed clients leave both. Files of other names stay. */
void trial_remove_left(const char *directory);

#endif
