/* SPDX-License-Identifier: ISC */
/* test_crypto: accelerated operations: known answers, what is refused, mbedTLS's own results. */
#include <mbedtls/dhm.h>
#include <mbedtls/ecdh.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/rsa.h>
#include <psa/crypto.h>
#include <stdbool.h>

#include "daemon/crypto/crypto.h"
#include "daemon/crypto/crypto_arena.h"
#include "daemon/crypto/crypto_nonce.h"
#include "daemon/crypto/crypto_p256.h"
#include "daemon/crypto/crypto_rsa.h"
#include "daemon/crypto/crypto_seam.h"
#include "daemon/crypto/crypto_x25519.h"
#include "hex.h"
#include "test.h"

#define BYTES 32

static void the_self_test_passes_and_turns_it_on(void)
{
    struct error why = {0};
    CHECK(crypto_start(&why) == 0, "%s", why.text);
    for (int i = 0; i < CRYPTO_OPERATIONS; i++)
        CHECK(crypto_seam_count((enum crypto_operation)i) > 0, "operation %d was not done", i);
}

/* RFC 6979, A.2.5. */
static void signs_as_rfc_6979_says(void)
{
    static const char key[] = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
    static const struct {
        const char *message;
        mbedtls_md_type_t hash;
        const char *k, *r, *s;
    } rows[] = {
        {"sample", MBEDTLS_MD_SHA1,
         "882905F1227FD620FBF2ABF21244F0BA83D0DC3A9103DBBEE43A1FB858109DB4",
         "61340C88C3AAEBEB4F6D667F672CA9759A6CCAA9FA8811313039EE4A35471D32",
         "6D7F147DAC089441BB2E2FE8F7A3FA264B9C475098FDCF6E00D7C996E1B8B7EB"},
        {"sample", MBEDTLS_MD_SHA256,
         "A6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60",
         "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
         "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
        {"sample", MBEDTLS_MD_SHA384,
         "09F634B188CEFD98E7EC88B1AA9852D734D0BC272F7D2A47DECC6EBEB375AAD4",
         "0EAFEA039B20E9B42309FB1D89E213057CBF973DC0CFC8F129EDDDC800EF7719",
         "4861F0491E6998B9455193E34E7B0D284DDD7149A74B95B9261F13ABDE940954"},
        {"sample", MBEDTLS_MD_SHA512,
         "5FA81C63109BADB88C1F367B47DA606DA28CAD69AA22C4FE6AD7DF73A7173AA5",
         "8496A60B5E9B47C825488827E0495B0E3FA109EC4568FD3F8D1097678EB97F00",
         "2362AB1ADBE2B8ADF9CB9EDAB740EA6049C028114F2460F96554F61FAE3302FE"},
        {"test", MBEDTLS_MD_SHA256,
         "D16B6AE827F17175E040871A1C7EC3500192C4C92677336EC2537ACAEE0008E0",
         "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
         "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
    };
    unsigned char scalar[BYTES];
    hex_read(scalar, sizeof(scalar), key);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char hash[64], nonce[BYTES], made[2 * BYTES], k[BYTES], wanted[2 * BYTES];
        const mbedtls_md_info_t *info = mbedtls_md_info_from_type(rows[i].hash);
        size_t length = mbedtls_md_get_size(info);
        hex_read(k, sizeof(k), rows[i].k);
        hex_read(wanted, BYTES, rows[i].r);
        hex_read(wanted + BYTES, BYTES, rows[i].s);
        CHECK(mbedtls_md(info, (const unsigned char *)rows[i].message, strlen(rows[i].message),
                         hash) == 0);
        CHECK(crypto_nonce(nonce, scalar, rows[i].hash, hash, length));
        CHECK(memcmp(nonce, k, sizeof(k)) == 0, "row %zu: %s", i, hex_show(nonce, sizeof(nonce)));
        CHECK(crypto_p256_sign(made, scalar, nonce, scalar, hash, length));
        CHECK(memcmp(made, wanted, sizeof(made)) == 0, "row %zu: %s", i,
              hex_show(made, sizeof(made)));
    }
}

/* RFC 7748, 5.2: one function, repeated. */
static void multiplies_as_rfc_7748_says(void)
{
    static const char *const after[] = {
        "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
        "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"};
    unsigned char k[BYTES] = {9}, u[BYTES] = {9}, result[BYTES], wanted[BYTES];
    for (int i = 1; i <= 1000; i++) {
        CHECK(crypto_x25519(result, k, u));
        memcpy(u, k, sizeof(u));
        memcpy(k, result, sizeof(k));
        if (i == 1 || i == 1000) {
            hex_read(wanted, sizeof(wanted), after[i == 1000]);
            CHECK(memcmp(k, wanted, sizeof(k)) == 0, "after %d: %s", i, hex_show(k, sizeof(k)));
        }
    }
}

static void p256_refuses_what_is_out_of_range(void)
{
    static const char *const scalars[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", /* the order */
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
        "ffffffff00000001000000000000000000000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"};
    unsigned char one[BYTES] = {[BYTES - 1] = 1}, hash[BYTES] = {7}, out[2 * BYTES] = {0};
    unsigned char untouched[2 * BYTES] = {0};
    for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
        unsigned char scalar[BYTES];
        hex_read(scalar, sizeof(scalar), scalars[i]);
        CHECK(!crypto_p256_multiply_base(out, scalar), "row %zu", i);
        CHECK(!crypto_p256_sign(out, scalar, one, one, hash, sizeof(hash)), "row %zu", i);
        CHECK(!crypto_p256_sign(out, one, scalar, one, hash, sizeof(hash)), "row %zu", i);
        CHECK(!crypto_p256_sign(out, one, one, scalar, hash, sizeof(hash)), "row %zu", i);
    }
    CHECK(memcmp(out, untouched, sizeof(out)) == 0);
}

static bool work_that_asks(void *argument)
{
    size_t *size = argument;
    memset(crypto_arena_take(*size), 0xa5, *size);
    return true;
}

static void an_arena_that_is_full_ends_the_operation(void)
{
    unsigned char memory[1024] = {0};
    size_t size = 512;
    CHECK(crypto_arena_run(memory, sizeof(memory), work_that_asks, &size));
    for (size_t i = 0; i < sizeof(memory); i++)
        CHECK(memory[i] != 0xa5, "byte %zu was not wiped", i);
    size = sizeof(memory) + 1;
    CHECK(!crypto_arena_run(memory, sizeof(memory), work_that_asks, &size));
    size = SIZE_MAX;
    CHECK(!crypto_arena_run(memory, sizeof(memory), work_that_asks, &size));
    size = 16;
    CHECK(crypto_arena_run(memory, sizeof(memory), work_that_asks, &size), "after a failure");
}

/* ---- Through mbedTLS, with the seam off and on. */

static int sign_with(mbedtls_pk_context *key, bool pss, mbedtls_md_type_t algorithm,
                     const unsigned char *hash, unsigned char *out, size_t *length)
{
    return mbedtls_pk_sign_ext(pss ? MBEDTLS_PK_RSASSA_PSS : mbedtls_pk_get_type(key), key,
                               algorithm, hash, mbedtls_md_get_size_from_type(algorithm), out,
                               MBEDTLS_PK_SIGNATURE_MAX_SIZE, length, mbedtls_psa_get_random,
                               MBEDTLS_PSA_RANDOM_STATE);
}

/* What is deterministic must be the same; PSS must be what mbedTLS verifies. */
static void compare_signatures(mbedtls_pk_context *key, enum crypto_operation operation,
                               mbedtls_md_type_t algorithm, bool pss)
{
    unsigned char hash[64], wanted[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    unsigned char made[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    size_t wanted_length = 0, length = 0;
    const mbedtls_pk_rsassa_pss_options options = {
        .mgf1_hash_id = algorithm,
        .expected_salt_len = (int)mbedtls_md_get_size_from_type(algorithm)};
    CHECK(mbedtls_psa_get_random(MBEDTLS_PSA_RANDOM_STATE, hash, sizeof(hash)) == 0);
    crypto_seam_switch(false);
    CHECK(pss || sign_with(key, pss, algorithm, hash, wanted, &wanted_length) == 0);
    crypto_seam_switch(true);
    unsigned before = crypto_seam_count(operation);
    CHECK(sign_with(key, pss, algorithm, hash, made, &length) == 0);
    CHECK(crypto_seam_count(operation) == before + 1, "algorithm %d", (int)algorithm);
    if (pss)
        CHECK(mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, key, algorithm, hash,
                                    mbedtls_md_get_size_from_type(algorithm), made, length) == 0);
    else
        CHECK(length == wanted_length && memcmp(made, wanted, length) == 0, "%s is not %s",
              hex_show(made, length), hex_show(wanted, wanted_length));
}

static void ecdsa_is_what_mbedtls_signs(void)
{
    static const mbedtls_md_type_t algorithms[] = {MBEDTLS_MD_SHA1, MBEDTLS_MD_SHA256,
                                                   MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512};
    for (int i = 0; i < 20; i++) {
        mbedtls_pk_context key;
        mbedtls_pk_init(&key);
        CHECK(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0);
        CHECK(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key),
                                  mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE) == 0);
        for (size_t j = 0; j < sizeof(algorithms) / sizeof(algorithms[0]); j++)
            compare_signatures(&key, CRYPTO_OPERATION_P256_SIGN, algorithms[j], false);
        mbedtls_pk_free(&key);
    }
}

/* Primes of RFC 3526 and 7919: no key of anybody. */
static const unsigned char prime_p[] = MBEDTLS_DHM_RFC3526_MODP_2048_P_BIN;
static const unsigned char prime_q[] = MBEDTLS_DHM_RFC7919_FFDHE2048_P_BIN;
static const unsigned char exponent[] = {1, 0, 1};

static void make_rsa_4096(mbedtls_pk_context *key)
{
    mbedtls_pk_init(key);
    CHECK(mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) == 0);
    CHECK(mbedtls_rsa_import_raw(mbedtls_pk_rsa(*key), NULL, 0, prime_p, sizeof(prime_p), prime_q,
                                 sizeof(prime_q), NULL, 0, exponent, sizeof(exponent)) == 0);
    CHECK(mbedtls_rsa_complete(mbedtls_pk_rsa(*key)) == 0);
}

static void rsa_is_what_mbedtls_signs(void)
{
    static const mbedtls_md_type_t algorithms[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384,
                                                   MBEDTLS_MD_SHA512};
    mbedtls_pk_context key;
    make_rsa_4096(&key);
    for (size_t j = 0; j < sizeof(algorithms) / sizeof(algorithms[0]); j++) {
        compare_signatures(&key, CRYPTO_OPERATION_RSA_SIGN, algorithms[j], false);
        compare_signatures(&key, CRYPTO_OPERATION_RSA_SIGN, algorithms[j], true);
    }
    mbedtls_pk_free(&key);
    printf("# an operation has used %zu bytes of memory at most\n", crypto_arena_most());
    CHECK(crypto_arena_most() <= CRYPTO_ARENA_RSA / 4 * 3, "of %d", CRYPTO_ARENA_RSA);
}

/* Keys of other curves, other hashes: mbedTLS does them, as ever. */
static void what_is_not_accelerated_is_left_to_mbedtls(void)
{
    unsigned char hash[64] = {1}, signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    size_t length = 0;
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    crypto_seam_switch(true);
    unsigned before = crypto_seam_count(CRYPTO_OPERATION_P256_SIGN);
    CHECK(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0);
    CHECK(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP384R1, mbedtls_pk_ec(key), mbedtls_psa_get_random,
                              MBEDTLS_PSA_RANDOM_STATE) == 0);
    CHECK(sign_with(&key, false, MBEDTLS_MD_SHA384, hash, signature, &length) == 0);
    CHECK(mbedtls_pk_verify(&key, MBEDTLS_MD_SHA384, hash, 48, signature, length) == 0);
    CHECK(crypto_seam_count(CRYPTO_OPERATION_P256_SIGN) == before);
    mbedtls_pk_free(&key);
    make_rsa_4096(&key);
    before = crypto_seam_count(CRYPTO_OPERATION_RSA_SIGN);
    CHECK(sign_with(&key, false, MBEDTLS_MD_SHA1, hash, signature, &length) == 0);
    CHECK(mbedtls_pk_verify(&key, MBEDTLS_MD_SHA1, hash, 20, signature, length) == 0);
    CHECK(crypto_seam_count(CRYPTO_OPERATION_RSA_SIGN) == before);
    mbedtls_pk_free(&key);
}

/* A point that is not on the curve gets mbedTLS's error, not a product. */
static void a_wrong_point_is_refused_as_by_mbedtls(void)
{
    static const unsigned char public_p256[65] = {4, [32] = 1, [64] = 1};
    static const unsigned char public_x25519[BYTES] = {1}; /* of small order */
    static const struct {
        psa_ecc_family_t family;
        size_t bits;
        const unsigned char *peer;
        size_t length;
    } rows[] = {{PSA_ECC_FAMILY_SECP_R1, 256, public_p256, sizeof(public_p256)},
                {PSA_ECC_FAMILY_MONTGOMERY, 255, public_x25519, sizeof(public_x25519)}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
        psa_key_id_t key = PSA_KEY_ID_NULL;
        psa_status_t answers[2];
        psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(rows[i].family));
        psa_set_key_bits(&attributes, rows[i].bits);
        psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
        psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
        CHECK(psa_generate_key(&attributes, &key) == PSA_SUCCESS);
        for (int on = 0; on < 2; on++) {
            unsigned char secret[BYTES];
            size_t length = 0;
            crypto_seam_switch(on != 0);
            answers[on] = psa_raw_key_agreement(PSA_ALG_ECDH, key, rows[i].peer, rows[i].length,
                                                secret, sizeof(secret), &length);
        }
        CHECK(answers[0] != PSA_SUCCESS && answers[1] == answers[0], "row %zu: %d, %d", i,
              (int)answers[0], (int)answers[1]);
        CHECK(psa_destroy_key(key) == PSA_SUCCESS);
    }
}

/* ---- RSA with a fault in it. */

static int random_bytes(void *context, unsigned char *out, size_t size)
{
    (void)context;
    return mbedtls_psa_get_random(MBEDTLS_PSA_RANDOM_STATE, out, size);
}

static int no_random_bytes(void *context, unsigned char *out, size_t size)
{
    (void)context;
    (void)out;
    (void)size;
    return -1;
}

static void read_number(unsigned char *out, const mbedtls_mpi *number, size_t size)
{
    CHECK(mbedtls_mpi_write_binary(number, out, size) == 0);
}

static void take_rsa_4096(struct crypto_rsa_key *key)
{
    mbedtls_pk_context pk;
    mbedtls_mpi n, e, p, q, dp, dq, qp;
    mbedtls_mpi *each[] = {&n, &e, &p, &q, &dp, &dq, &qp};
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
        mbedtls_mpi_init(each[i]);
    make_rsa_4096(&pk);
    CHECK(mbedtls_rsa_export(mbedtls_pk_rsa(pk), &n, &p, &q, NULL, &e) == 0);
    CHECK(mbedtls_rsa_export_crt(mbedtls_pk_rsa(pk), &dp, &dq, &qp) == 0);
    *key = (struct crypto_rsa_key){.size = CRYPTO_RSA_BYTES_MAX};
    read_number(key->n, &n, key->size);
    read_number(key->e, &e, sizeof(key->e));
    read_number(key->p, &p, key->size / 2);
    read_number(key->q, &q, key->size / 2);
    read_number(key->dp, &dp, key->size / 2);
    read_number(key->dq, &dq, key->size / 2);
    read_number(key->qp, &qp, key->size / 2);
    for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
        mbedtls_mpi_free(each[i]);
    mbedtls_pk_free(&pk);
}

static bool sign_rsa(const struct crypto_rsa_key *key, crypto_rsa_random *random)
{
    static const unsigned char hash[BYTES] = {3};
    unsigned char signature[CRYPTO_RSA_BYTES_MAX];
    return crypto_rsa_sign(signature, key, CRYPTO_RSA_PADDING_PSS, hash, sizeof(hash), random,
                           NULL);
}

static void a_wrong_result_of_rsa_never_leaves(void)
{
    struct crypto_rsa_key key;
    take_rsa_4096(&key);
    CHECK(sign_rsa(&key, random_bytes));
    CHECK(!sign_rsa(&key, no_random_bytes));
    unsigned char *const numbers[] = {key.n, key.p, key.q, key.dp, key.dq, key.qp};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        numbers[i][100] ^= 4;
        CHECK(!sign_rsa(&key, random_bytes), "number %zu", i);
        numbers[i][100] ^= 4;
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        unsigned char kept[CRYPTO_RSA_BYTES_MAX];
        const size_t size = i == 0 ? key.size : key.size / 2;
        memcpy(kept, numbers[i], size);
        memset(numbers[i], 0, size);
        CHECK(!sign_rsa(&key, random_bytes), "number %zu is zero", i);
        memcpy(numbers[i], kept, size);
    }
    key.size = CRYPTO_RSA_BYTES_MIN - 2;
    CHECK(!sign_rsa(&key, random_bytes));
    explicit_bzero(&key, sizeof(key));
    key.size = CRYPTO_RSA_BYTES_MIN;
    CHECK(!sign_rsa(&key, random_bytes), "a key of zeros");
}

static const struct test tests[] = {
    TEST(the_self_test_passes_and_turns_it_on),
    TEST(signs_as_rfc_6979_says),
    TEST(multiplies_as_rfc_7748_says),
    TEST(p256_refuses_what_is_out_of_range),
    TEST(an_arena_that_is_full_ends_the_operation),
    TEST(ecdsa_is_what_mbedtls_signs),
    TEST(rsa_is_what_mbedtls_signs),
    TEST(what_is_not_accelerated_is_left_to_mbedtls),
    TEST(a_wrong_point_is_refused_as_by_mbedtls),
    TEST(a_wrong_result_of_rsa_never_leaves),
};

TEST_MAIN(tests)
