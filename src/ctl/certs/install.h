/* SPDX-License-Identifier: ISC */
/* install: takes the chain and key that the ACME client left, and puts them where the server reads
 * them, as one file. */
#ifndef CTL_CERTS_INSTALL_H
#define CTL_CERTS_INSTALL_H

#include <stdint.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/name/hostname.h"

/* {0} is valid and empty. */
struct install {
    struct file chain;
    struct file key;
    int64_t not_before;
    int64_t not_after;
};

/* Reads what the client has for the host. Refuses what the server would refuse, what is not for the
 * host, and what has expired. Returns 0, or -1 with why; *out is {0} then. */
int install_load(struct install *out, const char *state, const struct hostname *host, int64_t now,
                 struct error *why);

/* Renames chain and key, in one file, to path. Returns 0, or -1 with why; the old file is as it was
 * then. */
int install_put(const struct install *install, const char *path, struct error *why);
void install_free(struct install *install);

#endif
