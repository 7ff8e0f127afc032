/* SPDX-License-Identifier: ISC */
/* cert_fingerprint: what tells one certificate from another. */
#include <mbedtls/sha256.h>

#include "common/cert/cert.h"

void cert_fingerprint(const struct cert *cert, unsigned char out[CERT_FINGERPRINT])
{
    mbedtls_sha256(cert->chain.raw.p, cert->chain.raw.len, out, 0);
}
