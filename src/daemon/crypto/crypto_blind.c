/* SPDX-License-Identifier: ISC */
/* crypto_blind: RSA blinding: a random number to the power of e, and the inverse of that number. */
#include "daemon/crypto/crypto_blind.h"

#include "daemon/crypto/crypto_arena.h"

static mp_size_t larger(mp_size_t a, mp_size_t b)
{
    return a > b ? a : b;
}

static mp_limb_t *take_limbs(mp_size_t count)
{
    return crypto_arena_take((size_t)count * sizeof(mp_limb_t));
}

bool crypto_blind_begin(struct crypto_blind *blind, const mpz_t n, const mpz_t e)
{
    mp_size_t limbs = (mp_size_t)mpz_size(n);
    if (mpz_sgn(n) <= 0 || mpz_even_p(n) || mpz_sgn(e) <= 0)
        return false;
    *blind = (struct crypto_blind){.n = mpz_limbs_read(n),
                                   .limbs = limbs,
                                   .e = mpz_limbs_read(e),
                                   .e_bits = mpz_sizeinbase(e, 2)};
    mp_size_t product =
        2 * limbs + larger(mpn_sec_mul_itch(limbs, limbs), mpn_sec_div_r_itch(2 * limbs, limbs));
    blind->scratch = take_limbs(larger(product, mpn_sec_powm_itch(limbs, blind->e_bits, limbs)));
    return true;
}

mp_limb_t *crypto_blind_number(const struct crypto_blind *blind)
{
    return take_limbs(blind->limbs);
}

void crypto_blind_multiply(const struct crypto_blind *blind, mp_limb_t *out, const mp_limb_t *a,
                           const mp_limb_t *b)
{
    mp_size_t limbs = blind->limbs;
    mp_limb_t *product = blind->scratch;
    mpn_sec_mul(product, a, limbs, b, limbs, product + 2 * limbs);
    mpn_sec_div_r(product, 2 * limbs, blind->n, limbs, product + 2 * limbs);
    mpn_copyi(out, product, limbs);
}

void crypto_blind_raise(const struct crypto_blind *blind, mp_limb_t *out, const mp_limb_t *base)
{
    mpn_sec_powm(out, base, blind->limbs, blind->e, blind->e_bits, blind->n, blind->limbs,
                 blind->scratch);
}

/* A limb more than the modulus has: each remainder is as likely as any other, but for 2^-64. */
static mp_limb_t *draw_number(const struct crypto_blind *blind, crypto_rsa_random *random,
                              void *random_context)
{
    mp_size_t limbs = blind->limbs + 1;
    mp_limb_t *number = take_limbs(limbs);
    if (random(random_context, (unsigned char *)number, (size_t)limbs * sizeof(mp_limb_t)) != 0)
        crypto_arena_give_up();
    mpn_sec_div_r(number, limbs, blind->n, blind->limbs, blind->scratch);
    return number;
}

/* What is inverted is the product with a second random number, the mask: it says nothing about the
 * number, and so may take its time. GMP's silent inversion takes longer than all else of RSA-2048.
 */
void crypto_blind_draw(const struct crypto_blind *blind, mp_limb_t *power, mp_limb_t *inverse,
                       crypto_rsa_random *random, void *random_context)
{
    const mp_limb_t *number = draw_number(blind, random, random_context);
    const mp_limb_t *mask = draw_number(blind, random, random_context);
    mp_limb_t *masked = crypto_blind_number(blind);
    mpz_t n;
    mpz_t in;
    mpz_t out;
    crypto_blind_multiply(blind, masked, number, mask);
    mpz_init(out);
    if (mpz_invert(out, mpz_roinit_n(in, masked, blind->limbs),
                   mpz_roinit_n(n, blind->n, blind->limbs)) == 0)
        crypto_arena_give_up();
    crypto_blind_copy(blind, masked, out);
    crypto_blind_multiply(blind, inverse, masked, mask);
    crypto_blind_raise(blind, power, number);
}

bool crypto_blind_equal(const struct crypto_blind *blind, const mp_limb_t *a, const mp_limb_t *b)
{
    mp_limb_t seen = 0;
    for (mp_size_t i = 0; i < blind->limbs; i++)
        seen |= a[i] ^ b[i];
    return seen == 0;
}

void crypto_blind_copy(const struct crypto_blind *blind, mp_limb_t *out, const mpz_t number)
{
    mp_size_t limbs = (mp_size_t)mpz_size(number);
    if (limbs > blind->limbs)
        crypto_arena_give_up();
    mpn_zero(out, blind->limbs);
    mpn_copyi(out, mpz_limbs_read(number), limbs);
}
