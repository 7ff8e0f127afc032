/* SPDX-License-Identifier: ISC */
/* crypto_nonce: the nonce of a deterministic P-256 signature (RFC 6979), by mbedTLS's HMAC_DRBG. */
#ifndef DAEMON_CRYPTO_CRYPTO_NONCE_H
#define DAEMON_CRYPTO_CRYPTO_NONCE_H

#include <mbedtls/md.h>
#include <stdbool.h>
#include <stddef.h>

/* The first k of RFC 6979, 3.2, for this key and hash; both it and the key have CRYPTO_P256_BYTES.
 * It is out of its range once in 2^32 times, and that is for the caller to see. Returns false when
 * mbedTLS fails, which is for want of memory, or does not know the algorithm. */
bool crypto_nonce(unsigned char *nonce, const unsigned char *key, mbedtls_md_type_t algorithm,
                  const unsigned char *hash, size_t hash_length);

#endif
