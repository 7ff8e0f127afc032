/* SPDX-License-Identifier: ISC */
/* certkey: keys and random numbers, where mbedTLS 3.6 and mbedTLS 4 have different calls. */
#include "common/cert/certkey.h"

#include <mbedtls/asn1.h>
#include <mbedtls/pem.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/version.h>
#include <mbedtls/x509.h>

#define P256_BITS 256

#if MBEDTLS_VERSION_MAJOR < 4
#include <mbedtls/bignum.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>

int certkey_parse(mbedtls_pk_context *out, const unsigned char *bytes, size_t length)
{
    return mbedtls_pk_parse_key(out, bytes, length, NULL, 0, mbedtls_psa_get_random,
                                MBEDTLS_PSA_RANDOM_STATE);
}

int certkey_compare(const mbedtls_pk_context *public_key, const mbedtls_pk_context *private_key)
{
    return mbedtls_pk_check_pair(public_key, private_key, mbedtls_psa_get_random,
                                 MBEDTLS_PSA_RANDOM_STATE);
}

int certkey_sign_cert(mbedtls_x509write_cert *cert, unsigned char *out, size_t size)
{
    return mbedtls_x509write_crt_der(cert, out, size, mbedtls_psa_get_random,
                                     MBEDTLS_PSA_RANDOM_STATE);
}

void certkey_give_random(mbedtls_ssl_config *conf)
{
    mbedtls_ssl_conf_rng(conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
}

/* The code of a lower module is added to that of a higher one, which is a multiple of 128. */
bool certkey_lacked_memory(int code)
{
    int lower = code % 0x80, higher = code - lower;
    return lower == MBEDTLS_ERR_MPI_ALLOC_FAILED || lower == MBEDTLS_ERR_ASN1_ALLOC_FAILED ||
           lower == MBEDTLS_ERR_ENTROPY_SOURCE_FAILED || higher == MBEDTLS_ERR_X509_ALLOC_FAILED ||
           higher == MBEDTLS_ERR_PK_ALLOC_FAILED || higher == MBEDTLS_ERR_PEM_ALLOC_FAILED ||
           higher == MBEDTLS_ERR_ECP_ALLOC_FAILED;
}

#else

int certkey_parse(mbedtls_pk_context *out, const unsigned char *bytes, size_t length)
{
    return mbedtls_pk_parse_key(out, bytes, length, NULL, 0);
}

int certkey_compare(const mbedtls_pk_context *public_key, const mbedtls_pk_context *private_key)
{
    return mbedtls_pk_check_pair(public_key, private_key);
}

int certkey_sign_cert(mbedtls_x509write_cert *cert, unsigned char *out, size_t size)
{
    return mbedtls_x509write_crt_der(cert, out, size);
}

void certkey_give_random(mbedtls_ssl_config *conf)
{
    (void)conf;
}

bool certkey_lacked_memory(int code)
{
    return code == PSA_ERROR_INSUFFICIENT_MEMORY || code == PSA_ERROR_INSUFFICIENT_ENTROPY;
}
#endif

/* PSA's key is copied out and destroyed: mbedTLS signs with keys of its own. */
int certkey_make_p256(mbedtls_pk_context *out)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    mbedtls_svc_key_id_t id;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, P256_BITS);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    if (psa_generate_key(&attributes, &id) != PSA_SUCCESS)
        return -1;
    int code = mbedtls_pk_copy_from_psa(id, out);
    psa_destroy_key(id);
    return code == 0 ? 0 : -1;
}

psa_key_type_t certkey_type(const mbedtls_pk_context *key, size_t *bits)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    if (mbedtls_pk_get_psa_attributes(key, PSA_KEY_USAGE_VERIFY_HASH, &attributes) != 0)
        return PSA_KEY_TYPE_NONE;
    *bits = psa_get_key_bits(&attributes);
    return psa_get_key_type(&attributes);
}

bool certkey_is_rsa(const mbedtls_pk_context *key)
{
    size_t bits = 0;
    return PSA_KEY_TYPE_IS_RSA(certkey_type(key, &bits));
}
