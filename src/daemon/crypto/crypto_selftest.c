/* SPDX-License-Identifier: ISC */
/* crypto_selftest: each accelerated operation once, the way TLS calls it, and compared with
 * mbedTLS. */
#include "daemon/crypto/crypto_selftest.h"

#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/rsa.h>
#include <psa/crypto.h>
#include <stdbool.h>
#include <string.h>

#include "daemon/crypto/crypto_seam.h"

#define RESULT_MAX 512

/* Of nobody: made for this test. */
static const unsigned char scalar[32] = {
    0x7a, 0xe5, 0x01, 0x93, 0xff, 0xee, 0x10, 0xd4, 0x4c, 0x5a, 0xb4, 0xcb, 0x1d, 0xa4, 0xb7, 0xf7,
    0x11, 0xa0, 0xea, 0xc4, 0xa7, 0x64, 0x93, 0x05, 0xb2, 0x19, 0x78, 0x63, 0xaa, 0x18, 0x5c, 0x03};
static const unsigned char exponent[] = {1, 0, 1};
static const unsigned char prime_p[128] = {
    0xfe, 0x2e, 0xf8, 0x71, 0x38, 0x95, 0x6f, 0xdb, 0x7a, 0xac, 0x68, 0x31, 0x9a, 0xb1, 0xd8, 0xa7,
    0x2d, 0x2d, 0x47, 0x02, 0x52, 0x2d, 0xbf, 0x4c, 0x4f, 0x87, 0xea, 0xe5, 0xd7, 0x2b, 0x33, 0x45,
    0xea, 0x8d, 0x8a, 0x2a, 0xe1, 0x1b, 0x24, 0x03, 0x25, 0x95, 0x09, 0xc4, 0x32, 0xb7, 0x24, 0x62,
    0x9c, 0x72, 0x2d, 0xbb, 0x2b, 0xf3, 0xa7, 0x75, 0xe0, 0x96, 0xeb, 0x3a, 0xaa, 0x93, 0xa7, 0xf1,
    0x97, 0x76, 0x9d, 0x13, 0xbc, 0x47, 0xc3, 0x16, 0x5f, 0x2d, 0x81, 0x1d, 0x8b, 0x5d, 0xa6, 0x1e,
    0xbc, 0xa9, 0xed, 0xbf, 0x07, 0xff, 0x22, 0x1b, 0xff, 0x44, 0x8f, 0xd0, 0xa8, 0x07, 0xd7, 0x5b,
    0x53, 0x67, 0xf1, 0xeb, 0x04, 0x20, 0xbc, 0x9c, 0x12, 0x1d, 0x5e, 0x2b, 0x84, 0x8f, 0x82, 0xe4,
    0xf3, 0x21, 0x4d, 0x8e, 0x05, 0xaa, 0x19, 0xe7, 0xf0, 0xe1, 0x38, 0x40, 0x5f, 0x9a, 0x65, 0x2d};
static const unsigned char prime_q[128] = {
    0xbb, 0x18, 0x13, 0xe5, 0x62, 0xcb, 0x0c, 0x40, 0x28, 0x39, 0x05, 0x4a, 0xa2, 0x61, 0x3f, 0xe7,
    0x8e, 0x9a, 0x52, 0x94, 0x42, 0xf9, 0x9f, 0xe3, 0x05, 0x12, 0x58, 0x13, 0x0d, 0x29, 0xcf, 0xc4,
    0xf1, 0xd9, 0x82, 0x3c, 0x0b, 0x26, 0xe0, 0x4e, 0xa0, 0x0f, 0x4a, 0xc9, 0x79, 0x81, 0x4b, 0x67,
    0x6d, 0x14, 0x0f, 0x6a, 0x4d, 0x28, 0xad, 0x76, 0xd8, 0x17, 0x93, 0xa1, 0x46, 0x3c, 0x9e, 0x34,
    0xa0, 0x30, 0x6f, 0xd6, 0x4d, 0x7a, 0x6a, 0x8f, 0x4a, 0x78, 0x16, 0x07, 0x96, 0xff, 0x19, 0x34,
    0xe8, 0x45, 0x99, 0x6f, 0x3e, 0x83, 0xb4, 0x79, 0x0c, 0xa3, 0x84, 0x7d, 0x22, 0x6b, 0x3d, 0x5c,
    0x5c, 0x46, 0x2b, 0xe9, 0x18, 0x4e, 0x2f, 0xf8, 0x99, 0xa8, 0xba, 0x86, 0x8a, 0x45, 0x30, 0xe5,
    0x8f, 0xce, 0x09, 0x0a, 0xde, 0x0c, 0xa0, 0xd0, 0x2b, 0xf4, 0x89, 0x2d, 0xda, 0x90, 0x4a, 0x39};
static const unsigned char hash[32] = "the hash of nothing in particula";

struct keys {
    mbedtls_pk_context ecdsa;
    mbedtls_pk_context rsa;
};

/* Returns the bytes of its result at out, or 0. */
typedef size_t probe(struct keys *keys, unsigned char *out);

struct row {
    const char *name;
    probe *run;
    enum crypto_operation operation;
    unsigned calls;      /* of ours, in one run */
    bool verifies_alone; /* its result is a single 1: mbedTLS's part is within */
};

static bool make_keys(struct keys *keys)
{
    mbedtls_pk_init(&keys->ecdsa);
    mbedtls_pk_init(&keys->rsa);
    return mbedtls_pk_setup(&keys->ecdsa, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0 &&
           mbedtls_ecp_read_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(keys->ecdsa), scalar,
                                sizeof(scalar)) == 0 &&
           mbedtls_pk_setup(&keys->rsa, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) == 0 &&
           mbedtls_rsa_import_raw(mbedtls_pk_rsa(keys->rsa), NULL, 0, prime_p, sizeof(prime_p),
                                  prime_q, sizeof(prime_q), NULL, 0, exponent,
                                  sizeof(exponent)) == 0 &&
           mbedtls_rsa_complete(mbedtls_pk_rsa(keys->rsa)) == 0;
}

static void free_keys(struct keys *keys)
{
    mbedtls_pk_free(&keys->ecdsa);
    mbedtls_pk_free(&keys->rsa);
}

static size_t sign(mbedtls_pk_context *key, unsigned char *out)
{
    size_t length = 0;
    int code = mbedtls_pk_sign(key, MBEDTLS_MD_SHA256, hash, sizeof(hash), out, RESULT_MAX, &length,
                               mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    return code == 0 ? length : 0;
}

static size_t sign_ecdsa(struct keys *keys, unsigned char *out)
{
    return sign(&keys->ecdsa, out);
}

static size_t sign_pkcs1(struct keys *keys, unsigned char *out)
{
    return sign(&keys->rsa, out);
}

/* Its salt is random, so mbedTLS verifies it instead. */
static size_t sign_pss(struct keys *keys, unsigned char *out)
{
    const mbedtls_pk_rsassa_pss_options options = {.mgf1_hash_id = MBEDTLS_MD_SHA256,
                                                   .expected_salt_len = sizeof(hash)};
    unsigned char signature[RESULT_MAX];
    size_t length = 0;
    out[0] = mbedtls_pk_sign_ext(MBEDTLS_PK_RSASSA_PSS, &keys->rsa, MBEDTLS_MD_SHA256, hash,
                                 sizeof(hash), signature, sizeof(signature), &length,
                                 mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE) == 0 &&
             mbedtls_pk_verify_ext(MBEDTLS_PK_RSASSA_PSS, &options, &keys->rsa, MBEDTLS_MD_SHA256,
                                   hash, sizeof(hash), signature, length) == 0;
    return out[0];
}

/* The public key, and what it agrees on with itself. */
static size_t agree(psa_ecc_family_t family, size_t bits, unsigned char *out)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    size_t public_length = 0;
    size_t length = 0;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(family));
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
    bool done = psa_import_key(&attributes, scalar, sizeof(scalar), &key) == PSA_SUCCESS &&
                psa_export_public_key(key, out, RESULT_MAX / 2, &public_length) == PSA_SUCCESS &&
                psa_raw_key_agreement(PSA_ALG_ECDH, key, out, public_length, out + public_length,
                                      RESULT_MAX / 2, &length) == PSA_SUCCESS;
    (void)psa_destroy_key(key);
    return done ? public_length + length : 0;
}

static size_t agree_x25519(struct keys *keys, unsigned char *out)
{
    (void)keys;
    return agree(PSA_ECC_FAMILY_MONTGOMERY, 255, out);
}

static size_t agree_p256(struct keys *keys, unsigned char *out)
{
    (void)keys;
    return agree(PSA_ECC_FAMILY_SECP_R1, 256, out);
}

static size_t digest(struct keys *keys, unsigned char *out)
{
    size_t length = 0;
    (void)keys;
    return psa_hash_compute(PSA_ALG_SHA_256, prime_p, sizeof(prime_p) - 1, out, RESULT_MAX,
                            &length) == PSA_SUCCESS
               ? length
               : 0;
}

static const struct row rows[] = {
    {"SHA-256", digest, CRYPTO_OPERATION_SHA256, 2, false},
    {"ECDSA P-256", sign_ecdsa, CRYPTO_OPERATION_P256_SIGN, 1, false},
    {"X25519", agree_x25519, CRYPTO_OPERATION_X25519, 2, false},
    {"ECDH P-256", agree_p256, CRYPTO_OPERATION_P256_MULTIPLY, 2, false},
    {"RSA PKCS #1", sign_pkcs1, CRYPTO_OPERATION_RSA_SIGN, 1, false},
    {"RSA-PSS", sign_pss, CRYPTO_OPERATION_RSA_SIGN, 1, true},
};

static int judge(const struct row *row, struct keys *keys, struct error *why)
{
    unsigned char wanted[RESULT_MAX] = {1};
    unsigned char made[RESULT_MAX];
    crypto_seam_switch(false);
    size_t wanted_length = row->verifies_alone ? 1 : row->run(keys, wanted);
    crypto_seam_switch(true);
    unsigned before = crypto_seam_count(row->operation);
    size_t length = row->run(keys, made);
    if (wanted_length == 0)
        return error_set(why, "mbedTLS could not do its part of the test (%s)", row->name);
    if (crypto_seam_count(row->operation) - before < row->calls)
        return error_set(why, "its code was not called, or refused (%s)", row->name);
    if (length != wanted_length || memcmp(made, wanted, length) != 0)
        return error_set(why, "it does not come to mbedTLS's result (%s)", row->name);
    return 0;
}

int crypto_selftest(struct error *why)
{
    if (psa_crypto_init() != PSA_SUCCESS)
        return error_set(why, "PSA does not start");
    struct keys keys;
    int result = make_keys(&keys) ? 0 : error_set(why, "mbedTLS could not make its keys");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && result == 0; i++)
        result = judge(&rows[i], &keys, why);
    free_keys(&keys);
    return result;
}
