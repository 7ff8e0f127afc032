/* SPDX-License-Identifier: ISC */
/* crypto_seam_curve: what of mbedTLS works on elliptic curves, and is replaced. */
#include <everest/Hacl_Curve25519.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/ecp.h>
#include <mbedtls/psa_util.h>
#include <string.h>

#include "daemon/crypto/crypto_nonce.h"
#include "daemon/crypto/crypto_p256.h"
#include "daemon/crypto/crypto_seam_parts.h"
#include "daemon/crypto/crypto_x25519.h"

#define BYTES    32              /* of a number, of both curves */
#define POINT    (1 + 2 * BYTES) /* uncompressed, behind a byte that says so */
#define HASH_MAX MBEDTLS_MD_MAX_SIZE

_Static_assert(BYTES == CRYPTO_P256_BYTES && BYTES == CRYPTO_X25519_BYTES, "one size serves both");

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names
extern __typeof__(mbedtls_ecdsa_write_signature) __real_mbedtls_ecdsa_write_signature,
    __wrap_mbedtls_ecdsa_write_signature;
extern __typeof__(mbedtls_ecp_mul) __real_mbedtls_ecp_mul, __wrap_mbedtls_ecp_mul;
extern __typeof__(mbedtls_ecp_mul_restartable) __real_mbedtls_ecp_mul_restartable,
    __wrap_mbedtls_ecp_mul_restartable;
extern __typeof__(Hacl_Curve25519_crypto_scalarmult) __real_Hacl_Curve25519_crypto_scalarmult,
    __wrap_Hacl_Curve25519_crypto_scalarmult;

/* mbedTLS has made sure of the key's form (RFC 7748, 5), or refuses it. */
static bool multiply_x25519(mbedtls_ecp_group *group, mbedtls_ecp_point *product,
                            unsigned char *scalar, const mbedtls_mpi *factor,
                            const mbedtls_ecp_point *point)
{
    static const unsigned char zero[BYTES];
    unsigned char in[BYTES];
    unsigned char out[BYTES];
    size_t length = 0;
    bool done = mbedtls_mpi_write_binary_le(factor, scalar, BYTES) == 0 && (scalar[0] & 7) == 0 &&
                scalar[BYTES - 1] >> 6 == 1 && mbedtls_ecp_check_pubkey(group, point) == 0 &&
                mbedtls_ecp_point_write_binary(group, point, MBEDTLS_ECP_PF_UNCOMPRESSED, &length,
                                               in, sizeof(in)) == 0 &&
                length == BYTES && crypto_x25519(out, scalar, in) &&
                memcmp(out, zero, sizeof(zero)) != 0 &&
                mbedtls_ecp_point_read_binary(group, product, out, sizeof(out)) == 0;
    explicit_bzero(out, sizeof(out));
    return done;
}

static bool multiply_p256(mbedtls_ecp_group *group, mbedtls_ecp_point *product,
                          unsigned char *scalar, const mbedtls_mpi *factor,
                          const mbedtls_ecp_point *point)
{
    unsigned char in[POINT];
    unsigned char out[POINT] = {4};
    size_t length = 0;
    if (mbedtls_mpi_write_binary(factor, scalar, BYTES) != 0)
        return false;
    bool done = point == &group->G
                    ? crypto_p256_multiply_base(out + 1, scalar)
                    : mbedtls_ecp_point_write_binary(group, point, MBEDTLS_ECP_PF_UNCOMPRESSED,
                                                     &length, in, sizeof(in)) == 0 &&
                          length == POINT && crypto_p256_multiply(out + 1, scalar, in + 1);
    done = done && mbedtls_ecp_point_read_binary(group, product, out, sizeof(out)) == 0;
    explicit_bzero(out, sizeof(out));
    return done;
}

static bool multiply(mbedtls_ecp_group *group, mbedtls_ecp_point *product,
                     const mbedtls_mpi *factor, const mbedtls_ecp_point *point)
{
    unsigned char scalar[BYTES];
    bool done = false;
    if (!crypto_seam_is_on())
        return false;
    if (group->id == MBEDTLS_ECP_DP_CURVE25519)
        done = crypto_seam_note(CRYPTO_OPERATION_X25519,
                                multiply_x25519(group, product, scalar, factor, point));
    else if (group->id == MBEDTLS_ECP_DP_SECP256R1)
        done = crypto_seam_note(CRYPTO_OPERATION_P256_MULTIPLY,
                                multiply_p256(group, product, scalar, factor, point));
    explicit_bzero(scalar, sizeof(scalar));
    return done;
}

int __wrap_mbedtls_ecp_mul(mbedtls_ecp_group *grp, mbedtls_ecp_point *R, const mbedtls_mpi *m,
                           const mbedtls_ecp_point *P,
                           int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    if (multiply(grp, R, m, P))
        return 0;
    return __real_mbedtls_ecp_mul(grp, R, m, P, f_rng, p_rng);
}

int __wrap_mbedtls_ecp_mul_restartable(mbedtls_ecp_group *grp, mbedtls_ecp_point *R,
                                       const mbedtls_mpi *m, const mbedtls_ecp_point *P,
                                       int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                                       mbedtls_ecp_restart_ctx *rs_ctx)
{
    if (rs_ctx == NULL && multiply(grp, R, m, P))
        return 0;
    return __real_mbedtls_ecp_mul_restartable(grp, R, m, P, f_rng, p_rng, rs_ctx);
}

void __wrap_Hacl_Curve25519_crypto_scalarmult(uint8_t *mypublic, uint8_t *secret,
                                              uint8_t *basepoint)
{
    if (!crypto_seam_is_on() ||
        !crypto_seam_note(CRYPTO_OPERATION_X25519, crypto_x25519(mypublic, secret, basepoint)))
        __real_Hacl_Curve25519_crypto_scalarmult(mypublic, secret, basepoint);
}

static int sign(const mbedtls_ecdsa_context *key, mbedtls_md_type_t algorithm,
                const unsigned char *hash, size_t hash_length, unsigned char *out, size_t out_size,
                size_t *out_length, mbedtls_f_rng_t *random, void *random_context)
{
    unsigned char scalar[BYTES];
    unsigned char nonce[BYTES];
    unsigned char mask[BYTES];
    unsigned char raw[2 * BYTES];
    size_t length = 0;
    int code = CRYPTO_SEAM_LEAVES;
    if (mbedtls_ecp_keypair_get_group_id(key) != MBEDTLS_ECP_DP_SECP256R1 ||
        mbedtls_md_info_from_type(algorithm) == NULL || random == NULL || hash_length > HASH_MAX ||
        mbedtls_ecp_write_key_ext(key, &length, scalar, sizeof(scalar)) != 0 || length != BYTES)
        return code;
    if (!crypto_nonce(nonce, scalar, algorithm, hash, hash_length))
        code = MBEDTLS_ERR_ECP_ALLOC_FAILED;
    else if (random(random_context, mask, sizeof(mask)) == 0 &&
             crypto_p256_sign(raw, scalar, nonce, mask, hash, hash_length))
        code = mbedtls_ecdsa_raw_to_der(8UL * BYTES, raw, sizeof(raw), out, out_size, out_length);
    explicit_bzero(scalar, sizeof(scalar));
    explicit_bzero(nonce, sizeof(nonce));
    explicit_bzero(mask, sizeof(mask));
    (void)crypto_seam_note(CRYPTO_OPERATION_P256_SIGN, code == 0);
    return code;
}

int __wrap_mbedtls_ecdsa_write_signature(mbedtls_ecdsa_context *ctx, mbedtls_md_type_t md_alg,
                                         const unsigned char *hash, size_t hlen, unsigned char *sig,
                                         size_t sig_size, size_t *slen,
                                         int (*f_rng)(void *, unsigned char *, size_t), void *p_rng)
{
    int code = crypto_seam_is_on()
                   ? sign(ctx, md_alg, hash, hlen, sig, sig_size, slen, f_rng, p_rng)
                   : CRYPTO_SEAM_LEAVES;
    return code != CRYPTO_SEAM_LEAVES
               ? code
               : __real_mbedtls_ecdsa_write_signature(ctx, md_alg, hash, hlen, sig, sig_size, slen,
                                                      f_rng, p_rng);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
