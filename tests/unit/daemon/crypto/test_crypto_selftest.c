/* SPDX-License-Identifier: ISC */
/* test_crypto_selftest: accelerated code that refuses or errs is seen at the start and left out. */
#include <mbedtls/ecp.h>
#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <nettle/sha2.h>
#include <stdbool.h>
#include <string.h>

#include "daemon/crypto/crypto.h"
#include "daemon/crypto/crypto_p256.h"
#include "daemon/crypto/crypto_rsa.h"
#include "daemon/crypto/crypto_seam.h"
#include "daemon/crypto/crypto_x25519.h"
#include "test.h"

/* Behind the seam, the linker leads each of these to a function here, which has the fault. */
enum part { NO_PART, SHA256, P256_SIGN, X25519, P256_BASE, P256_POINT, RSA_PKCS1, RSA_PSS, PARTS };
enum fault { REFUSES, ERRS };

static enum part faulty;
static enum fault fault;
static unsigned calls[PARTS];

extern __typeof__(nettle_sha256_digest) __real_nettle_sha256_digest, __wrap_nettle_sha256_digest;
extern __typeof__(crypto_p256_sign) __real_crypto_p256_sign, __wrap_crypto_p256_sign;
extern __typeof__(crypto_x25519) __real_crypto_x25519, __wrap_crypto_x25519;
extern __typeof__(crypto_p256_multiply) __real_crypto_p256_multiply, __wrap_crypto_p256_multiply;
extern __typeof__(crypto_p256_multiply_base) __real_crypto_p256_multiply_base,
    __wrap_crypto_p256_multiply_base;
extern __typeof__(crypto_rsa_sign) __real_crypto_rsa_sign, __wrap_crypto_rsa_sign;

/* What the part says that it has done; the byte is of its result. */
static bool with_fault(enum part part, bool done, unsigned char *byte)
{
    calls[part]++;
    if (part != faulty)
        return done;
    if (fault == ERRS)
        *byte ^= 1;
    return done && fault != REFUSES;
}

void __wrap_nettle_sha256_digest(struct sha256_ctx *ctx, size_t length, uint8_t *digest)
{
    __real_nettle_sha256_digest(ctx, length, digest);
    (void)with_fault(SHA256, true, digest);
}

bool __wrap_crypto_p256_sign(unsigned char *out, const unsigned char *key,
                             const unsigned char *nonce, const unsigned char *mask,
                             const unsigned char *hash, size_t hash_length)
{
    return with_fault(P256_SIGN, __real_crypto_p256_sign(out, key, nonce, mask, hash, hash_length),
                      out + CRYPTO_P256_BYTES + 7);
}

bool __wrap_crypto_x25519(unsigned char *out, const unsigned char *scalar,
                          const unsigned char *point)
{
    return with_fault(X25519, __real_crypto_x25519(out, scalar, point), out + 5);
}

bool __wrap_crypto_p256_multiply(unsigned char *out, const unsigned char *scalar,
                                 const unsigned char *point)
{
    return with_fault(P256_POINT, __real_crypto_p256_multiply(out, scalar, point), out + 9);
}

bool __wrap_crypto_p256_multiply_base(unsigned char *out, const unsigned char *scalar)
{
    return with_fault(P256_BASE, __real_crypto_p256_multiply_base(out, scalar), out + 9);
}

bool __wrap_crypto_rsa_sign(unsigned char *signature, const struct crypto_rsa_key *key,
                            enum crypto_rsa_padding padding, const unsigned char *hash,
                            size_t hash_length, crypto_rsa_random *random, void *random_context)
{
    return with_fault(
        padding == CRYPTO_RSA_PADDING_PSS ? RSA_PSS : RSA_PKCS1,
        __real_crypto_rsa_sign(signature, key, padding, hash, hash_length, random, random_context),
        signature + key->size - 1);
}

static unsigned all_calls(void)
{
    unsigned sum = 0;
    for (int i = 0; i < PARTS; i++)
        sum += calls[i];
    return sum;
}

/* With a new key; returns how often that came to one of the functions above. */
static unsigned signs_and_verifies(void)
{
    unsigned char hash[32] = {4}, signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
    unsigned before = all_calls();
    size_t length = 0;
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    CHECK(mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0);
    CHECK(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key), mbedtls_psa_get_random,
                              MBEDTLS_PSA_RANDOM_STATE) == 0);
    CHECK(mbedtls_pk_sign(&key, MBEDTLS_MD_SHA256, hash, sizeof(hash), signature, sizeof(signature),
                          &length, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE) == 0);
    CHECK(mbedtls_pk_verify(&key, MBEDTLS_MD_SHA256, hash, sizeof(hash), signature, length) == 0);
    mbedtls_pk_free(&key);
    return all_calls() - before;
}

static void what_has_a_fault_is_left_to_mbedtls(void)
{
    static const struct {
        enum part part;
        enum fault fault;
        const char *reason;
    } rows[] = {
        {SHA256, ERRS, "it does not come to mbedTLS's result (SHA-256)"},
        {P256_SIGN, REFUSES, "its code was not called, or refused (ECDSA P-256)"},
        {P256_SIGN, ERRS, "it does not come to mbedTLS's result (ECDSA P-256)"},
        {X25519, REFUSES, "its code was not called, or refused (X25519)"},
        {X25519, ERRS, "it does not come to mbedTLS's result (X25519)"},
        {P256_BASE, REFUSES, "its code was not called, or refused (ECDH P-256)"},
        {P256_BASE, ERRS, "(ECDH P-256)"}, /* the wrong public key is refused by what follows */
        {P256_POINT, REFUSES, "its code was not called, or refused (ECDH P-256)"},
        {P256_POINT, ERRS, "it does not come to mbedTLS's result (ECDH P-256)"},
        {RSA_PKCS1, REFUSES, "its code was not called, or refused (RSA PKCS #1)"},
        {RSA_PKCS1, ERRS, "it does not come to mbedTLS's result (RSA PKCS #1)"},
        {RSA_PSS, REFUSES, "its code was not called, or refused (RSA-PSS)"},
        {RSA_PSS, ERRS, "it does not come to mbedTLS's result (RSA-PSS)"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error why = {0};
        faulty = rows[i].part;
        fault = rows[i].fault;
        unsigned before = calls[faulty];
        CHECK(crypto_start(&why) == -1, "row %zu", i);
        CHECK(strstr(why.text, rows[i].reason) != NULL, "row %zu: %s", i, why.text);
        CHECK(calls[faulty] > before, "row %zu", i);
        CHECK(signs_and_verifies() == 0, "row %zu", i);
    }
}

/* So the faults were the only reason. */
static void what_has_none_is_turned_on(void)
{
    struct error why = {0};
    faulty = NO_PART;
    CHECK(crypto_start(&why) == 0, "%s", why.text);
    CHECK(signs_and_verifies() > 0);
}

static const struct test tests[] = {
    TEST(what_has_a_fault_is_left_to_mbedtls),
    TEST(what_has_none_is_turned_on),
};

TEST_MAIN(tests)
