/* SPDX-License-Identifier: ISC */
/* account: the user that the server runs as, found by name or number. */
#ifndef COMMON_BASE_ACCOUNT_H
#define COMMON_BASE_ACCOUNT_H

#include <sys/types.h>

#include "common/base/error.h"

/* The account that the packages make, and their service runs as. */
#define ACCOUNT_PACKAGED "_mta-stsd"

struct account {
    uid_t uid;
    gid_t gid;
    char name[64]; /* empty: a number that no account has */
};

/* A name, or a number that need not be an account's. Returns -1 with a sentence for one that is not
 * there, and for root. */
int account_find(struct account *out, const char *user, struct error *why);

/* Whom [server] names, and for root who is named nowhere, the packages' account if there is one: so
 * that root judges files as the server will see them. NULL: who runs this. */
const char *account_reader(const char *configured);

#endif
