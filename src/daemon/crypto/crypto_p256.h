/* SPDX-License-Identifier: ISC */
/* crypto_p256: signatures and multiples of points on the curve P-256, by nettle's hogweed. */
#ifndef DAEMON_CRYPTO_CRYPTO_P256_H
#define DAEMON_CRYPTO_CRYPTO_P256_H

#include <stdbool.h>
#include <stddef.h>

#define CRYPTO_P256_BYTES 32

/* All numbers are CRYPTO_P256_BYTES bytes, the most significant first; points and signatures are
 * two of them. What depends on scalar, key or nonce takes the same time and touches the same memory
 * whatever they are. Each returns false, and leaves out alone, where a number is not in its range,
 * a point not on the curve, or the signature would have a part that is zero. */

/* x and y of the scalar's multiple of the base point. */
bool crypto_p256_multiply_base(unsigned char *out, const unsigned char *scalar);

/* x and y of the scalar's multiple of the point, which is public. */
bool crypto_p256_multiply(unsigned char *out, const unsigned char *scalar,
                          const unsigned char *point);

/* r and s (FIPS 186-5, 6.4.1) of a hash of up to 64 bytes, with a nonce that must be a new one. The
 * mask, which must be random, is in what is inverted and out of the result. */
bool crypto_p256_sign(unsigned char *out, const unsigned char *key, const unsigned char *nonce,
                      const unsigned char *mask, const unsigned char *hash, size_t hash_length);

/* The hash as the number that is signed: its first CRYPTO_P256_BYTES, less the order of the base
 * point if they are not below it (bits2octets, RFC 6979, 2.3.4). A hash is no secret. */
void crypto_p256_reduce(unsigned char *out, const unsigned char *hash, size_t hash_length);

#endif
