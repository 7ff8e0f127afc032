/* SPDX-License-Identifier: ISC */
/* install: takes the chain and key that the ACME client left, and puts them where the server reads
 * them, as one file. */
#ifndef CTL_CERTS_INSTALL_H
#define CTL_CERTS_INSTALL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/cert/cert.h"
#include "common/name/hostname.h"
#include "ctl/acme/ari.h"

/* {0} is valid and empty. */
struct install {
    struct file chain;
    struct file key;
    int64_t not_before;
    int64_t not_after;
    unsigned char fingerprint[CERT_FINGERPRINT];
    char renewal_id[ARI_ID_MAX];
};

/* Reads what the client has for the host. Refuses what the server would refuse, what is not for the
 * host, and what has expired. Returns 0, or -1 with why; *out is {0} then. */
int install_load(struct install *out, const char *state, const struct hostname *host, int64_t now,
                 struct error *why);

/* Whether the certificate is the one with this fingerprint; one of zeros is none. */
bool install_is(const struct install *install, const unsigned char fingerprint[CERT_FINGERPRINT]);

/* Renames chain and key, in one file, to path. Returns 0, or -1 with why; the old file is as it was
 * then. */
int install_put(const struct install *install, const char *path, struct error *why);

/* Whether a file may be put at path: asked before an order, which would be in vain. Returns 0, or
 * -1 with why. */
int install_check_place(const char *path, struct error *why);
void install_free(struct install *install);

#endif
