/* SPDX-License-Identifier: ISC */
/* test_crypto_blind: what blinds a signature is random, and its inverse takes it out again. */
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>
#include <string.h>

#include "daemon/crypto/crypto_arena.h"
#include "daemon/crypto/crypto_blind.h"
#include "test.h"

#define BYTES CRYPTO_RSA_BYTES_MIN
#define PRIME 1919 /* with 2^2047 */

struct draw {
    crypto_rsa_random *random;
    unsigned long n_low, e; /* the modulus is 2^2047 and n_low */
    unsigned char power[BYTES];
};

static int random_bytes(void *context, unsigned char *out, size_t size)
{
    (void)context;
    return mbedtls_psa_get_random(MBEDTLS_PSA_RANDOM_STATE, out, size);
}

static int no_random_bytes(void *context, unsigned char *out, size_t size)
{
    (void)context;
    memset(out, 7, size);
    return -1;
}

static int zeros(void *context, unsigned char *out, size_t size)
{
    (void)context;
    memset(out, 0, size);
    return 0;
}

static bool draw(void *argument)
{
    struct draw *draw = argument;
    struct crypto_blind blind;
    mpz_t n;
    mpz_t e;
    mpz_init_set_ui(n, draw->n_low);
    mpz_setbit(n, BYTES * 8 - 1);
    mpz_init_set_ui(e, draw->e);
    if (!crypto_blind_begin(&blind, n, e))
        return false;
    mp_limb_t *power = crypto_blind_number(&blind);
    mp_limb_t *inverse = crypto_blind_number(&blind);
    mp_limb_t *product = crypto_blind_number(&blind);
    mp_limb_t *one = crypto_blind_number(&blind);
    mpz_set_ui(e, 1);
    crypto_blind_copy(&blind, one, e);
    crypto_blind_draw(&blind, power, inverse, draw->random, NULL);
    crypto_blind_raise(&blind, product, inverse);
    CHECK(!crypto_blind_equal(&blind, product, one));
    crypto_blind_multiply(&blind, product, power, product);
    CHECK(crypto_blind_equal(&blind, product, one));
    memcpy(draw->power, power, sizeof(draw->power));
    return true;
}

static bool run(struct draw *what)
{
    unsigned char memory[CRYPTO_ARENA_RSA];
    return crypto_arena_run(memory, sizeof(memory), draw, what);
}

static void each_draw_is_another_and_is_undone_by_its_inverse(void)
{
    struct draw draws[8];
    for (size_t i = 0; i < 8; i++) {
        draws[i] = (struct draw){.random = random_bytes, .n_low = PRIME, .e = 65537};
        CHECK(run(&draws[i]), "row %zu", i);
        for (size_t j = 0; j < i; j++)
            CHECK(memcmp(draws[i].power, draws[j].power, BYTES) != 0, "rows %zu and %zu", j, i);
    }
}

static void without_random_bytes_nothing_is_blinded(void)
{
    struct draw what = {.random = no_random_bytes, .n_low = 1, .e = 3};
    CHECK(!run(&what));
    what.random = zeros;
    CHECK(!run(&what), "zero has no inverse");
}

static void a_key_that_is_none_is_refused(void)
{
    struct draw what = {.random = random_bytes, .n_low = 2, .e = 3};
    CHECK(!run(&what), "an even modulus");
    what = (struct draw){.random = random_bytes, .n_low = 1, .e = 0};
    CHECK(!run(&what), "no exponent");
}

static const struct test tests[] = {
    TEST(each_draw_is_another_and_is_undone_by_its_inverse),
    TEST(without_random_bytes_nothing_is_blinded),
    TEST(a_key_that_is_none_is_refused),
};

int main(void)
{
    crypto_arena_install();
    if (psa_crypto_init() != PSA_SUCCESS)
        return 1;
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
