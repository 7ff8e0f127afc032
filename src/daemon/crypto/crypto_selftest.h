/* SPDX-License-Identifier: ISC */
/* crypto_selftest: each accelerated operation once, the way TLS calls it, and compared with
 * mbedTLS. */
#ifndef DAEMON_CRYPTO_CRYPTO_SELFTEST_H
#define DAEMON_CRYPTO_CRYPTO_SELFTEST_H

#include "common/base/error.h"

/* Does each operation through mbedTLS with the seam off and on, with keys that are of nobody: the
 * result must be the same, and our own code must have been called. Returns 0, or -1 with why.
 * Leaves the seam on or off. Takes a few milliseconds. */
int crypto_selftest(struct error *why);

#endif
