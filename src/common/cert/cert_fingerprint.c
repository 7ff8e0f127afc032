/* SPDX-License-Identifier: ISC */
/* cert_fingerprint: what tells one certificate from another. */
#include "common/base/sha256.h"
#include "common/cert/cert.h"

void cert_fingerprint(const struct cert *cert, unsigned char out[CERT_FINGERPRINT])
{
    sha256_compute(out, cert->chain.raw.p, cert->chain.raw.len); /* PSA runs: it parsed this */
}
