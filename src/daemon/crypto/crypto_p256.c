/* SPDX-License-Identifier: ISC */
/* crypto_p256: signatures and multiples of points on the curve P-256, by nettle's hogweed. */
#include "daemon/crypto/crypto_p256.h"

#include <assert.h>
#include <gmp.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <stdint.h>
#include <string.h>

#include "daemon/crypto/crypto_arena.h"

#define BYTES   CRYPTO_P256_BYTES
#define LIMBS   (BYTES / (int)sizeof(mp_limb_t))
#define PRODUCT ((mp_size_t)2 * LIMBS)

_Static_assert(GMP_NAIL_BITS == 0 && BYTES % sizeof(mp_limb_t) == 0, "limbs are whole words");

/* The order of the base point (SP 800-186, 3.2.1.3), the most significant byte first. */
static const unsigned char order[BYTES] = {
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

struct task {
    unsigned char *out;
    const unsigned char *scalar; /* the key, of a signature */
    const unsigned char *point;
    const unsigned char *nonce;
    const unsigned char *mask;
    const unsigned char *hash;
    size_t hash_length;
};

/* The order, and what a product and its remainder need. */
struct modulus {
    const mp_limb_t *limbs;
    mp_limb_t *scratch;
};

/* Limbs have the least significant first. */
static void read_limbs(mp_limb_t *limbs, const unsigned char *bytes)
{
    for (int i = 0; i < LIMBS; i++) {
        mp_limb_t limb = 0;
        for (size_t j = 0; j < sizeof(limb); j++)
            limb = (mp_limb_t)(limb << 8) | bytes[BYTES - (i + 1) * (int)sizeof(limb) + (int)j];
        limbs[i] = limb;
    }
}

static void write_limbs(unsigned char *bytes, const mp_limb_t *limbs)
{
    for (int i = 0; i < BYTES; i++)
        bytes[BYTES - 1 - i] =
            (unsigned char)(limbs[i / (int)sizeof(mp_limb_t)] >> (i % (int)sizeof(mp_limb_t) * 8));
}

/* difference: the number less the order, modulo 2^256. Returns 1 when the number is the lesser. */
static unsigned subtract_order(unsigned char *difference, const unsigned char *number)
{
    unsigned borrow = 0;
    for (int i = BYTES - 1; i >= 0; i--) {
        unsigned byte = number[i] - (unsigned)order[i] - borrow;
        difference[i] = (unsigned char)byte;
        borrow = (byte >> 8) & 1;
    }
    return borrow;
}

/* Whether it is at least 1 and less than the order. All of its bytes are looked at. */
static bool is_in_range(const unsigned char *number)
{
    unsigned char difference[BYTES];
    unsigned seen = 0;
    unsigned borrow = subtract_order(difference, number);
    for (int i = 0; i < BYTES; i++)
        seen |= number[i];
    explicit_bzero(difference, sizeof(difference));
    return borrow == 1 && seen != 0;
}

void crypto_p256_reduce(unsigned char *out, const unsigned char *hash, size_t hash_length)
{
    unsigned char number[BYTES] = {0};
    size_t length = hash_length < BYTES ? hash_length : BYTES;
    memcpy(number + BYTES - length, hash, length);
    if (subtract_order(out, number) == 1)
        memcpy(out, number, sizeof(number));
}

static mp_limb_t *take_number(const unsigned char *bytes)
{
    mp_limb_t *limbs = crypto_arena_take(BYTES);
    read_limbs(limbs, bytes);
    return limbs;
}

/* x and y of the product to out. */
static bool multiply(void *argument)
{
    struct task *task = argument;
    const struct ecc_curve *curve = nettle_get_secp_256r1();
    struct ecc_scalar scalar = {.ecc = curve, .p = take_number(task->scalar)};
    struct ecc_point product;
    assert(ecc_size(curve) == LIMBS);
    ecc_point_init(&product, curve);
    if (task->point == NULL) {
        ecc_point_mul_g(&product, &scalar);
    } else {
        struct ecc_point point;
        mpz_t x;
        mpz_t y;
        mpz_init(x);
        mpz_init(y);
        mpz_import(x, BYTES, 1, 1, 1, 0, task->point);
        mpz_import(y, BYTES, 1, 1, 1, 0, task->point + BYTES);
        ecc_point_init(&point, curve);
        if (ecc_point_set(&point, x, y) == 0)
            return false;
        ecc_point_mul(&product, &scalar, &point);
    }
    write_limbs(task->out, product.p);
    write_limbs(task->out + BYTES, product.p + LIMBS);
    return true;
}

/* out: a b modulo the order. It may be a or b. */
static void multiply_scalars(mp_limb_t *out, const mp_limb_t *a, const mp_limb_t *b,
                             const struct modulus *modulus)
{
    mp_limb_t *product = modulus->scratch;
    mpn_sec_mul(product, a, LIMBS, b, LIMBS, product + PRODUCT);
    mpn_sec_div_r(product, PRODUCT, modulus->limbs, LIMBS, product + PRODUCT);
    mpn_copyi(out, product, LIMBS);
}

/* sum: that of two remainders. */
static void add_scalar(mp_limb_t *sum, const mp_limb_t *other, const struct modulus *modulus)
{
    mp_limb_t *whole = modulus->scratch;
    whole[LIMBS] = mpn_add_n(whole, sum, other, LIMBS);
    mpn_sec_div_r(whole, LIMBS + 1, modulus->limbs, LIMBS, whole + PRODUCT);
    mpn_copyi(sum, whole, LIMBS);
}

/* For a number that may take its time, since a random mask is in it. */
static bool invert_masked(mp_limb_t *number, const struct modulus *modulus)
{
    mpz_t in;
    mpz_t order_in;
    mpz_t out;
    mpz_init(out);
    if (mpz_invert(out, mpz_roinit_n(in, number, LIMBS),
                   mpz_roinit_n(order_in, modulus->limbs, LIMBS)) == 0)
        return false;
    mpn_zero(number, LIMBS);
    mpn_copyi(number, mpz_limbs_read(out), (mp_size_t)mpz_size(out));
    return true;
}

/* r is the x-coordinate of the nonce's multiple of the base point, which all may know. */
static void take_r(mp_limb_t *r, mp_limb_t *nonce, const struct modulus *modulus)
{
    const struct ecc_curve *curve = nettle_get_secp_256r1();
    const struct ecc_scalar scalar = {.ecc = curve, .p = nonce};
    struct ecc_point product;
    ecc_point_init(&product, curve);
    ecc_point_mul_g(&product, &scalar);
    mpn_copyi(r, product.p, LIMBS);
    mpn_sec_div_r(r, LIMBS, modulus->limbs, LIMBS, modulus->scratch);
}

/* s: (hash + r key) / nonce, as mask (hash + r key) / (nonce mask). */
static bool sign(void *argument)
{
    struct task *task = argument;
    unsigned char reduced[BYTES];
    struct modulus modulus = {.limbs = take_number(order)};
    modulus.scratch =
        crypto_arena_take(sizeof(mp_limb_t) * (size_t)(PRODUCT + mpn_sec_mul_itch(LIMBS, LIMBS) +
                                                       mpn_sec_div_r_itch(PRODUCT, LIMBS)));
    const mp_limb_t *mask = take_number(task->mask);
    mp_limb_t *nonce = take_number(task->nonce);
    mp_limb_t *s = take_number(task->scalar);
    mp_limb_t *r = crypto_arena_take(BYTES);
    take_r(r, nonce, &modulus);
    crypto_p256_reduce(reduced, task->hash, task->hash_length);
    multiply_scalars(s, s, r, &modulus);
    add_scalar(s, take_number(reduced), &modulus);
    multiply_scalars(s, s, mask, &modulus);
    multiply_scalars(nonce, nonce, mask, &modulus);
    if (!invert_masked(nonce, &modulus))
        return false;
    multiply_scalars(s, s, nonce, &modulus);
    if (mpn_zero_p(r, LIMBS) != 0 || mpn_zero_p(s, LIMBS) != 0)
        return false;
    write_limbs(task->out, r);
    write_limbs(task->out + BYTES, s);
    return true;
}

bool crypto_p256_multiply(unsigned char *out, const unsigned char *scalar,
                          const unsigned char *point)
{
    unsigned char memory[CRYPTO_ARENA_CURVE];
    struct task task = {.out = out, .scalar = scalar, .point = point};
    return is_in_range(scalar) && crypto_arena_run(memory, sizeof(memory), multiply, &task);
}

bool crypto_p256_multiply_base(unsigned char *out, const unsigned char *scalar)
{
    return crypto_p256_multiply(out, scalar, NULL);
}

bool crypto_p256_sign(unsigned char *out, const unsigned char *key, const unsigned char *nonce,
                      const unsigned char *mask, const unsigned char *hash, size_t hash_length)
{
    unsigned char memory[CRYPTO_ARENA_CURVE];
    struct task task = {.out = out,
                        .scalar = key,
                        .nonce = nonce,
                        .mask = mask,
                        .hash = hash,
                        .hash_length = hash_length};
    return is_in_range(key) && is_in_range(nonce) && is_in_range(mask) &&
           crypto_arena_run(memory, sizeof(memory), sign, &task);
}
