/* SPDX-License-Identifier: ISC */
/* crypto_nonce: the nonce of a deterministic P-256 signature (RFC 6979), by mbedTLS's HMAC_DRBG. */
#include "daemon/crypto/crypto_nonce.h"

#include <mbedtls/hmac_drbg.h>
#include <string.h>

#include "daemon/crypto/crypto_p256.h"

#define BYTES CRYPTO_P256_BYTES

bool crypto_nonce(unsigned char *nonce, const unsigned char *key, mbedtls_md_type_t algorithm,
                  const unsigned char *hash, size_t hash_length)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(algorithm);
    unsigned char seed[2 * BYTES];
    mbedtls_hmac_drbg_context drbg;
    if (info == NULL)
        return false;
    memcpy(seed, key, BYTES);
    crypto_p256_reduce(seed + BYTES, hash, hash_length);
    mbedtls_hmac_drbg_init(&drbg);
    bool done = mbedtls_hmac_drbg_seed_buf(&drbg, info, seed, sizeof(seed)) == 0 &&
                mbedtls_hmac_drbg_random(&drbg, nonce, BYTES) == 0;
    mbedtls_hmac_drbg_free(&drbg);
    explicit_bzero(seed, sizeof(seed));
    return done;
}
