/* SPDX-License-Identifier: ISC */
/* install: installs the chain and key that the ACME client received as the one file that the server
 * reads. */
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

/* Reads the client's certificate for the host. Fails for one that the server would reject, that is
 * for another host, or that has expired. Returns 0, or -1 with why; *out is {0} then. */
int install_load(struct install *out, const char *state, const struct hostname *host, int64_t now,
                 struct error *why);

/* Whether the certificate has this fingerprint; all zeros match none. */
bool install_is(const struct install *install, const unsigned char fingerprint[CERT_FINGERPRINT]);

/* Writes chain and key to path, atomically, as one file. Returns 0, or -1 with why; the old file is
 * unchanged then. */
int install_put(const struct install *install, const char *path, struct error *why);

/* Checks before an order that a file can be installed at path. Returns 0, or
 * -1 with why. */
int install_check_place(const char *path, struct error *why);
void install_free(struct install *install);

#endif
