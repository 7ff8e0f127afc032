/* SPDX-License-Identifier: ISC */
/* crypto_seam_rsa: what of mbedTLS signs with RSA, and is replaced. */
#include <mbedtls/rsa.h>
#include <string.h>

#include "daemon/crypto/crypto_rsa.h"
#include "daemon/crypto/crypto_seam_parts.h"

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names
/* What mbedtls_pk_sign_ext calls; in the header of mbedTLS 3.6 that is not installed. */
int mbedtls_rsa_rsassa_pss_sign_no_mode_check(mbedtls_rsa_context *ctx,
                                              int (*f_rng)(void *, unsigned char *, size_t),
                                              void *p_rng, mbedtls_md_type_t md_alg,
                                              unsigned int hashlen, const unsigned char *hash,
                                              unsigned char *sig);
extern __typeof__(mbedtls_rsa_pkcs1_sign) __real_mbedtls_rsa_pkcs1_sign,
    __wrap_mbedtls_rsa_pkcs1_sign;
extern __typeof__(mbedtls_rsa_rsassa_pss_sign_no_mode_check)
    __real_mbedtls_rsa_rsassa_pss_sign_no_mode_check,
    __wrap_mbedtls_rsa_rsassa_pss_sign_no_mode_check;

struct numbers {
    mbedtls_mpi n, e, p, q, dp, dq, qp;
};

/* Leaves what crypto_rsa does not do, such as factors of different lengths. */
static int write_key(struct crypto_rsa_key *key, const mbedtls_rsa_context *rsa,
                     struct numbers *numbers)
{
    size_t size = mbedtls_rsa_get_len(rsa);
    if (size < CRYPTO_RSA_BYTES_MIN || size > CRYPTO_RSA_BYTES_MAX)
        return CRYPTO_SEAM_LEAVES;
    int code = mbedtls_rsa_export(rsa, &numbers->n, &numbers->p, &numbers->q, NULL, &numbers->e);
    if (code == 0)
        code = mbedtls_rsa_export_crt(rsa, &numbers->dp, &numbers->dq, &numbers->qp);
    if (code != 0)
        return code;
    key->size = size;
    bool fits = mbedtls_mpi_write_binary(&numbers->n, key->n, size) == 0 &&
                mbedtls_mpi_write_binary(&numbers->e, key->e, sizeof(key->e)) == 0 &&
                mbedtls_mpi_write_binary(&numbers->p, key->p, size / 2) == 0 &&
                mbedtls_mpi_write_binary(&numbers->q, key->q, size / 2) == 0 &&
                mbedtls_mpi_write_binary(&numbers->dp, key->dp, size / 2) == 0 &&
                mbedtls_mpi_write_binary(&numbers->dq, key->dq, size / 2) == 0 &&
                mbedtls_mpi_write_binary(&numbers->qp, key->qp, size / 2) == 0;
    return fits ? 0 : CRYPTO_SEAM_LEAVES;
}

static int take_key(struct crypto_rsa_key *key, const mbedtls_rsa_context *rsa)
{
    struct numbers numbers;
    mbedtls_mpi *each[] = {&numbers.n,  &numbers.e,  &numbers.p, &numbers.q,
                           &numbers.dp, &numbers.dq, &numbers.qp};
    const size_t count = sizeof(each) / sizeof(each[0]);
    for (size_t i = 0; i < count; i++)
        mbedtls_mpi_init(each[i]);
    int code = write_key(key, rsa, &numbers);
    for (size_t i = 0; i < count; i++)
        mbedtls_mpi_free(each[i]);
    return code;
}

/* crypto_rsa knows a hash by its length alone. */
static bool is_sha2(mbedtls_md_type_t algorithm, unsigned length)
{
    return (algorithm == MBEDTLS_MD_SHA256 && length == 32) ||
           (algorithm == MBEDTLS_MD_SHA384 && length == 48) ||
           (algorithm == MBEDTLS_MD_SHA512 && length == 64);
}

static int sign(const mbedtls_rsa_context *rsa, crypto_rsa_random *random, void *random_context,
                enum crypto_rsa_padding padding, const unsigned char *hash, size_t hash_length,
                unsigned char *signature)
{
    struct crypto_rsa_key key;
    int code = random != NULL ? take_key(&key, rsa) : CRYPTO_SEAM_LEAVES;
    if (code == 0 &&
        !crypto_rsa_sign(signature, &key, padding, hash, hash_length, random, random_context))
        code = CRYPTO_SEAM_LEAVES;
    explicit_bzero(&key, sizeof(key));
    (void)crypto_seam_note(CRYPTO_OPERATION_RSA_SIGN, code == 0);
    return code;
}

int __wrap_mbedtls_rsa_pkcs1_sign(mbedtls_rsa_context *ctx,
                                  int (*f_rng)(void *, unsigned char *, size_t), void *p_rng,
                                  mbedtls_md_type_t md_alg, unsigned int hashlen,
                                  const unsigned char *hash, unsigned char *sig)
{
    int code = CRYPTO_SEAM_LEAVES;
    if (crypto_seam_is_on() && is_sha2(md_alg, hashlen) &&
        mbedtls_rsa_get_padding_mode(ctx) == MBEDTLS_RSA_PKCS_V15)
        code = sign(ctx, f_rng, p_rng, CRYPTO_RSA_PADDING_PKCS1, hash, hashlen, sig);
    return code != CRYPTO_SEAM_LEAVES
               ? code
               : __real_mbedtls_rsa_pkcs1_sign(ctx, f_rng, p_rng, md_alg, hashlen, hash, sig);
}

int __wrap_mbedtls_rsa_rsassa_pss_sign_no_mode_check(mbedtls_rsa_context *ctx,
                                                     int (*f_rng)(void *, unsigned char *, size_t),
                                                     void *p_rng, mbedtls_md_type_t md_alg,
                                                     unsigned int hashlen,
                                                     const unsigned char *hash, unsigned char *sig)
{
    mbedtls_md_type_t fixed = (mbedtls_md_type_t)mbedtls_rsa_get_md_alg(ctx);
    int code = CRYPTO_SEAM_LEAVES;
    if (crypto_seam_is_on() && is_sha2(md_alg, hashlen) &&
        (fixed == MBEDTLS_MD_NONE || fixed == md_alg))
        code = sign(ctx, f_rng, p_rng, CRYPTO_RSA_PADDING_PSS, hash, hashlen, sig);
    return code != CRYPTO_SEAM_LEAVES ? code
                                      : __real_mbedtls_rsa_rsassa_pss_sign_no_mode_check(
                                            ctx, f_rng, p_rng, md_alg, hashlen, hash, sig);
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
