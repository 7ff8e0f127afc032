/* SPDX-License-Identifier: ISC */
/* test_crypto_edges: numbers at the edges (those of Wycheproof's kinds), against OpenSSL. */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <stdbool.h>

#include "daemon/crypto/crypto_arena.h"
#include "daemon/crypto/crypto_p256.h"
#include "daemon/crypto/crypto_rsa.h"
#include "daemon/crypto/crypto_x25519.h"
#include "hex.h"
#include "test.h"

#define BYTES 32

static EC_GROUP *group;
static const BIGNUM *order;
static BN_CTX *context;
static BIGNUM *scalars[1200];
static size_t scalar_count;

static void write_number(unsigned char *out, const BIGNUM *number)
{
    CHECK(BN_bn2binpad(number, out, BYTES) == BYTES);
}

static void add_scalar(const BIGNUM *base, int step)
{
    BIGNUM *number = BN_dup(base);
    CHECK(step < 0 ? BN_sub_word(number, (BN_ULONG)-step) : BN_add_word(number, (BN_ULONG)step));
    if (BN_is_zero(number) || BN_is_negative(number) || BN_cmp(number, order) >= 0)
        BN_free(number);
    else
        scalars[scalar_count++] = number;
}

/* Small ones, those near the order and its half, powers of two and their neighbours, long runs of
 * bits, and random ones. */
static void make_scalars(void)
{
    BIGNUM *number = BN_new();
    for (int i = 1; i <= 33; i++) {
        BN_zero(number);
        add_scalar(number, i);
        add_scalar(order, -i);
        CHECK(BN_rshift1(number, order));
        add_scalar(number, i - 16);
    }
    for (int bit = 1; bit < 256; bit++)
        for (int step = -1; step <= 1; step++) {
            BN_zero(number);
            CHECK(BN_set_bit(number, bit));
            add_scalar(number, step);
        }
    for (int i = 0; i < 40; i++) {
        CHECK(BN_rand(number, 6 * i + 8, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY));
        CHECK(BN_lshift(number, number, 6 * (40 - i)));
        add_scalar(number, 0);
        CHECK(BN_rand_range(number, order));
        add_scalar(number, 0);
    }
    BN_free(number);
}

static void write_point(unsigned char *out, const EC_POINT *point)
{
    BIGNUM *x = BN_new();
    BIGNUM *y = BN_new();
    CHECK(EC_POINT_get_affine_coordinates(group, point, x, y, context));
    write_number(out, x);
    write_number(out + BYTES, y);
    BN_free(x);
    BN_free(y);
}

static void multiples_of_the_base_point(void)
{
    EC_POINT *point = EC_POINT_new(group);
    for (size_t i = 0; i < scalar_count; i++) {
        unsigned char scalar[BYTES], wanted[2 * BYTES], made[2 * BYTES] = {0};
        write_number(scalar, scalars[i]);
        CHECK(EC_POINT_mul(group, point, scalars[i], NULL, NULL, context));
        write_point(wanted, point);
        CHECK(crypto_p256_multiply_base(made, scalar));
        CHECK(memcmp(made, wanted, sizeof(made)) == 0, "%s", hex_show(scalar, sizeof(scalar)));
    }
    EC_POINT_free(point);
}

/* The point is itself a multiple of another scalar, or has a small x (or none, x = 0). */
static bool make_point(EC_POINT *point, size_t i)
{
    if (i % 2 == 1)
        return EC_POINT_mul(group, point, scalars[i * 7 % scalar_count], NULL, NULL, context) != 0;
    BIGNUM *x = BN_new();
    CHECK(BN_set_word(x, i / 2));
    bool made = EC_POINT_set_compressed_coordinates(group, point, x, i % 4 == 0, context) != 0;
    BN_free(x);
    return made;
}

static void multiples_of_other_points(void)
{
    EC_POINT *point = EC_POINT_new(group);
    EC_POINT *product = EC_POINT_new(group);
    size_t done = 0;
    for (size_t i = 0; i < scalar_count; i++) {
        unsigned char scalar[BYTES], in[2 * BYTES], wanted[2 * BYTES], made[2 * BYTES] = {0};
        if (!make_point(point, i))
            continue; /* no point has this x */
        write_number(scalar, scalars[i]);
        write_point(in, point);
        CHECK(EC_POINT_mul(group, product, NULL, point, scalars[i], context));
        write_point(wanted, product);
        CHECK(crypto_p256_multiply(made, scalar, in));
        CHECK(memcmp(made, wanted, sizeof(made)) == 0, "%s times %s",
              hex_show(scalar, sizeof(scalar)), hex_show(in, sizeof(in)));
        done++;
    }
    CHECK(done > scalar_count / 2);
    EC_POINT_free(point);
    EC_POINT_free(product);
}

static void points_off_the_curve_are_refused(void)
{
    static const char *const points[] = {
        "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        "00"
        "000000000000000000000000000000000000",
        "000000000000000000000000000000000000000000000000000000000000000100000000000000000000000000"
        "00"
        "000000000000000000000000000000000001",
        /* the base point, y + 1; x and y as p + 5 and its like, beyond the field */
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c"
        "0f"
        "9e162bce33576b315ececbb6406837bf51f6",
        "ffffffff00000001000000000000000000000001000000000000000000000004459243b9aa581806fe913bce99"
        "81"
        "7ade11ca503c64d9a3c533415c083248fbcc",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
        "ff"
        "ffffffffffffffffffffffffffffffffffff"};
    unsigned char scalar[BYTES] = {[BYTES - 1] = 7}, point[2 * BYTES], out[2 * BYTES];
    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        CHECK(hex_read(point, sizeof(point), points[i]) == sizeof(point), "row %zu", i);
        CHECK(!crypto_p256_multiply(out, scalar, point), "row %zu", i);
    }
}

/* r = x(k G) mod n, s = (h + d r) / k mod n. */
static void wanted_signature(unsigned char *out, const BIGNUM *key, const BIGNUM *nonce,
                             const unsigned char *hash, size_t length)
{
    EC_POINT *point = EC_POINT_new(group);
    BIGNUM *r = BN_new();
    BIGNUM *s = BN_new();
    BIGNUM *h = BN_bin2bn(hash, (int)(length < BYTES ? length : BYTES), NULL);
    CHECK(EC_POINT_mul(group, point, nonce, NULL, NULL, context));
    CHECK(EC_POINT_get_affine_coordinates(group, point, r, NULL, context));
    CHECK(BN_nnmod(r, r, order, context) && BN_mod_mul(s, key, r, order, context) &&
          BN_mod_add(s, s, h, order, context) && BN_mod_inverse(h, nonce, order, context) != NULL &&
          BN_mod_mul(s, s, h, order, context));
    write_number(out, r);
    write_number(out + BYTES, s);
    BN_free(r);
    BN_free(s);
    BN_free(h);
    EC_POINT_free(point);
}

static void signatures_of_all_kinds_of_hashes(void)
{
    unsigned char hashes[6][64] = {{0}};
    static const size_t lengths[] = {20, 32, 48, 64};
    memset(hashes[1], 0xff, 64);
    write_number(hashes[2], order);
    memcpy(hashes[3], hashes[2], BYTES);
    hashes[3][BYTES - 1]--;
    memcpy(hashes[4], hashes[2], BYTES);
    hashes[4][BYTES - 1]++;
    CHECK(RAND_bytes(hashes[5], 64) == 1);
    for (size_t i = 0; i < scalar_count; i++) {
        const unsigned char *hash = hashes[i % 6];
        const BIGNUM *other = scalars[i * 11 % scalar_count];
        size_t length = lengths[i / 6 % 4];
        unsigned char key[BYTES], nonce[BYTES], mask[BYTES], wanted[2 * BYTES];
        unsigned char made[2 * BYTES] = {0};
        write_number(key, scalars[i]);
        write_number(nonce, other);
        wanted_signature(wanted, scalars[i], other, hash, length);
        write_number(mask, scalars[i * 7 % scalar_count]);
        CHECK(crypto_p256_sign(made, key, nonce, mask, hash, length));
        CHECK(memcmp(made, wanted, sizeof(made)) == 0, "key %s nonce %s hash %s",
              hex_show(key, sizeof(key)), hex_show(nonce, sizeof(nonce)), hex_show(hash, length));
    }
}

/* OpenSSL refuses a result of zeros; then ours must be that. */
static void compare_x25519(const unsigned char *scalar, const unsigned char *point)
{
    unsigned char made[BYTES], wanted[BYTES] = {0};
    size_t length = sizeof(wanted);
    EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar, BYTES);
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, point, BYTES);
    EVP_PKEY_CTX *derivation = EVP_PKEY_CTX_new(own, NULL);
    CHECK(EVP_PKEY_derive_init(derivation) == 1);
    if (EVP_PKEY_derive_set_peer(derivation, peer) != 1 ||
        EVP_PKEY_derive(derivation, wanted, &length) != 1)
        memset(wanted, 0, sizeof(wanted));
    CHECK(crypto_x25519(made, scalar, point));
    CHECK(memcmp(made, wanted, sizeof(made)) == 0, "%s times %s is not %s", hex_show(scalar, BYTES),
          hex_show(point, BYTES), hex_show(made, BYTES));
    EVP_PKEY_CTX_free(derivation);
    EVP_PKEY_free(own);
    EVP_PKEY_free(peer);
}

static void the_memory_for_curves_has_a_reserve(void)
{
    unsigned char scalar[BYTES] = {1}, point[BYTES] = {4};
    compare_x25519(scalar, point);
    printf("# an operation has used %zu bytes of memory at most\n", crypto_arena_most());
    CHECK(crypto_arena_most() <= CRYPTO_ARENA_CURVE / 4 * 3, "of %d", CRYPTO_ARENA_CURVE);
}

/* Little endian: points of small order, on the twist, beyond the field, with the highest bit set.
 */
static void x25519_of_all_kinds_of_points(void)
{
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0200000000000000000000000000000000000000000000000000000000000000",
        "0900000000000000000000000000000000000000000000000000000000000000",
        "0900000000000000000000000000000000000000000000000000000000000080",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
    static const char *const keys[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0700000000000000000000000000000000000000000000000000000000000080",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "5555555555555555555555555555555555555555555555555555555555555555",
        "f8ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000040"};
    unsigned char scalar[BYTES], point[BYTES];
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        for (size_t j = 0; j < sizeof(points) / sizeof(points[0]); j++) {
            hex_read(scalar, BYTES, keys[i]);
            hex_read(point, BYTES, points[j]);
            compare_x25519(scalar, point);
        }
    for (int i = 0; i < 200; i++) {
        CHECK(RAND_bytes(scalar, BYTES) == 1 && RAND_bytes(point, BYTES) == 1);
        compare_x25519(scalar, point);
    }
}

static void read_part(unsigned char *out, size_t size, const EVP_PKEY *key, const char *name)
{
    BIGNUM *number = NULL;
    CHECK(EVP_PKEY_get_bn_param(key, name, &number) == 1, "%s", name);
    CHECK(BN_bn2binpad(number, out, (int)size) == (int)size, "%s", name);
    BN_free(number);
}

static int random_bytes(void *unused, unsigned char *out, size_t size)
{
    (void)unused;
    return RAND_bytes(out, (int)size) == 1 ? 0 : -1;
}

static void openssl_verifies(EVP_PKEY *key, const unsigned char *signature, size_t size,
                             int padding, const EVP_MD *algorithm, const unsigned char *hash)
{
    EVP_PKEY_CTX *verification = EVP_PKEY_CTX_new(key, NULL);
    CHECK(EVP_PKEY_verify_init(verification) == 1 &&
          EVP_PKEY_CTX_set_rsa_padding(verification, padding) == 1 &&
          EVP_PKEY_CTX_set_signature_md(verification, algorithm) == 1);
    if (padding == RSA_PKCS1_PSS_PADDING)
        CHECK(EVP_PKEY_CTX_set_rsa_pss_saltlen(verification, RSA_PSS_SALTLEN_DIGEST) == 1);
    CHECK(EVP_PKEY_verify(verification, signature, size, hash,
                          (size_t)EVP_MD_get_size(algorithm)) == 1,
          "padding %d, %s", padding, EVP_MD_get0_name(algorithm));
    EVP_PKEY_CTX_free(verification);
}

static void openssl_verifies_what_rsa_signed(void)
{
    const size_t size = CRYPTO_RSA_BYTES_MIN;
    const EVP_MD *const algorithms[] = {EVP_sha256(), EVP_sha384(), EVP_sha512()};
    EVP_PKEY *key = EVP_RSA_gen(8 * size);
    struct crypto_rsa_key parts = {.size = size};
    unsigned char hash[64], signature[CRYPTO_RSA_BYTES_MAX];
    read_part(parts.n, size, key, OSSL_PKEY_PARAM_RSA_N);
    read_part(parts.e, 8, key, OSSL_PKEY_PARAM_RSA_E);
    read_part(parts.p, size / 2, key, OSSL_PKEY_PARAM_RSA_FACTOR1);
    read_part(parts.q, size / 2, key, OSSL_PKEY_PARAM_RSA_FACTOR2);
    read_part(parts.dp, size / 2, key, OSSL_PKEY_PARAM_RSA_EXPONENT1);
    read_part(parts.dq, size / 2, key, OSSL_PKEY_PARAM_RSA_EXPONENT2);
    read_part(parts.qp, size / 2, key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
    for (int i = 0; i < 6; i++) {
        const EVP_MD *algorithm = algorithms[i % 3];
        size_t length = (size_t)EVP_MD_get_size(algorithm);
        CHECK(RAND_bytes(hash, sizeof(hash)) == 1);
        CHECK(crypto_rsa_sign(signature, &parts, CRYPTO_RSA_PADDING_PKCS1, hash, length,
                              random_bytes, NULL));
        openssl_verifies(key, signature, size, RSA_PKCS1_PADDING, algorithm, hash);
        CHECK(crypto_rsa_sign(signature, &parts, CRYPTO_RSA_PADDING_PSS, hash, length, random_bytes,
                              NULL));
        openssl_verifies(key, signature, size, RSA_PKCS1_PSS_PADDING, algorithm, hash);
    }
    EVP_PKEY_free(key);
}

static const struct test tests[] = {
    TEST(multiples_of_the_base_point),         TEST(multiples_of_other_points),
    TEST(points_off_the_curve_are_refused),    TEST(signatures_of_all_kinds_of_hashes),
    TEST(the_memory_for_curves_has_a_reserve), TEST(x25519_of_all_kinds_of_points),
    TEST(openssl_verifies_what_rsa_signed),
};

int main(void)
{
    crypto_arena_install();
    group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    order = EC_GROUP_get0_order(group);
    context = BN_CTX_new();
    make_scalars();
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    for (size_t i = 0; i < scalar_count; i++)
        BN_free(scalars[i]);
    BN_CTX_free(context);
    EC_GROUP_free(group);
    return status;
}
