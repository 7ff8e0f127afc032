/* SPDX-License-Identifier: ISC */
/* crypto_rsa: RSA signatures of 2048 to 4096 bits, blinded and checked, by nettle's hogweed. */
#ifndef DAEMON_CRYPTO_CRYPTO_RSA_H
#define DAEMON_CRYPTO_CRYPTO_RSA_H

#include <stdbool.h>
#include <stddef.h>

#define CRYPTO_RSA_BYTES_MIN 256 /* of the modulus */
#define CRYPTO_RSA_BYTES_MAX 512

/* A key's numbers (RFC 8017, 3.2), the most significant byte first: n has size bytes, the others
 * have half as many, e has 8. */
struct crypto_rsa_key {
    size_t size; /* even */
    unsigned char n[CRYPTO_RSA_BYTES_MAX];
    unsigned char e[8];
    unsigned char p[CRYPTO_RSA_BYTES_MAX / 2];
    unsigned char q[CRYPTO_RSA_BYTES_MAX / 2];
    unsigned char dp[CRYPTO_RSA_BYTES_MAX / 2];
    unsigned char dq[CRYPTO_RSA_BYTES_MAX / 2];
    unsigned char qp[CRYPTO_RSA_BYTES_MAX / 2]; /* the inverse of q modulo p */
};

enum crypto_rsa_padding {
    CRYPTO_RSA_PADDING_PKCS1, /* RSASSA-PKCS1-v1_5 */
    CRYPTO_RSA_PADDING_PSS,   /* RSASSA-PSS, the salt as long as the hash */
};

/* Fills with random bytes; returns 0, or anything else when there are none. */
typedef int crypto_rsa_random(void *context, unsigned char *out, size_t size);

/* Signs a hash of SHA-256, SHA-384 or SHA-512, known by its length. signature: size bytes. The
 * private operation is blinded, takes the same time whatever the key is, and its result is raised
 * to e and compared before it leaves. One exception: nettle multiplies the factors to learn their
 * size, by which an RSA-4096 key may show about a bit of each. Returns false, and leaves signature
 * alone, for any other length, for a key that is none, or without random bytes. */
bool crypto_rsa_sign(unsigned char *signature, const struct crypto_rsa_key *key,
                     enum crypto_rsa_padding padding, const unsigned char *hash, size_t hash_length,
                     crypto_rsa_random *random, void *random_context);

#endif
