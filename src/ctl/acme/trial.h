/* SPDX-License-Identifier: ISC */
/* trial: a challenge of our own making in the directory of challenges, so that it can be seen who
 * answers, before a CA is asked. */
#ifndef CTL_ACME_TRIAL_H
#define CTL_ACME_TRIAL_H

#include <limits.h>
#include <stdbool.h>

#include "common/base/error.h"
#include "common/name/hostname.h"

#define TRIAL_DIGEST 32
#define TRIAL_AGE_S  3600 /* the server does not look at older files */

/* {0} is none. */
struct trial {
    unsigned char digest[TRIAL_DIGEST]; /* what the server must show */
    char path[PATH_MAX];
    bool ours; /* the file is to be removed */
};

/* Puts a file for the host into the directory, whole, as the client's hook would. A challenge that
 * another client has pending is left as it is, and its digest is what must be shown. Returns 0, or
 * -1 with why: the file cannot be written, or dehydrated has a challenge pending, whose digest
 * cannot be told. */
int trial_place(struct trial *out, const char *directory, const struct hostname *host,
                struct error *why);

/* Removes the file, unless it has become another's. */
void trial_remove(struct trial *trial);

#endif
