/* SPDX-License-Identifier: ISC */
/* sha256: the SHA-256 of bytes, by mbedTLS. */
#include "common/base/sha256.h"

#include <psa/crypto.h>
#include <string.h>

int sha256_compute(unsigned char out[SHA256_BYTES], const void *bytes, size_t length)
{
    size_t written;
    if (psa_crypto_init() == PSA_SUCCESS && psa_hash_compute(PSA_ALG_SHA_256, bytes, length, out,
                                                             SHA256_BYTES, &written) == PSA_SUCCESS)
        return 0;
    memset(out, 0, SHA256_BYTES);
    return -1;
}
