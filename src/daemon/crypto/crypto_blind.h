/* SPDX-License-Identifier: ISC */
/* crypto_blind: RSA blinding: a random number to the power of e, and the inverse of that number. */
#ifndef DAEMON_CRYPTO_CRYPTO_BLIND_H
#define DAEMON_CRYPTO_CRYPTO_BLIND_H

#include <gmp.h>
#include <stdbool.h>

#include "daemon/crypto/crypto_rsa.h"

/* All of it runs within crypto_arena_run. A number has as many limbs as the modulus, of which it is
 * a remainder; what is done takes the same time whatever the numbers are. */
struct crypto_blind {
    const mp_limb_t *n; /* the modulus, odd */
    mp_size_t limbs;
    const mp_limb_t *e;
    mp_bitcnt_t e_bits;
    mp_limb_t *scratch;
};

/* The public key, which must stay where it is. Returns false for one that is none. */
bool crypto_blind_begin(struct crypto_blind *blind, const mpz_t n, const mpz_t e);

/* A new number. */
mp_limb_t *crypto_blind_number(const struct crypto_blind *blind);

/* out: a b. It may be a or b. */
void crypto_blind_multiply(const struct crypto_blind *blind, mp_limb_t *out, const mp_limb_t *a,
                           const mp_limb_t *b);

/* out: the base to the power of e. */
void crypto_blind_raise(const struct crypto_blind *blind, mp_limb_t *out, const mp_limb_t *base);

/* Draws a number: power is the number to the power of e, inverse is its own inverse. Gives the
 * operation up without random bytes. */
void crypto_blind_draw(const struct crypto_blind *blind, mp_limb_t *power, mp_limb_t *inverse,
                       crypto_rsa_random *random, void *random_context);

/* Whether they are equal. All of their limbs are looked at. */
bool crypto_blind_equal(const struct crypto_blind *blind, const mp_limb_t *a, const mp_limb_t *b);

/* Copies a number of no more limbs. */
void crypto_blind_copy(const struct crypto_blind *blind, mp_limb_t *out, const mpz_t number);

#endif
