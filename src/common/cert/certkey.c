/* SPDX-License-Identifier: ISC */
/* certkey: keys and random numbers, where mbedTLS 3.6 and mbedTLS 4 have different calls. */
#include "common/cert/certkey.h"

#include <mbedtls/asn1.h>
#include <mbedtls/pem.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/version.h>
#include <mbedtls/x509.h>
#include <stdint.h>
#include <string.h>

#define P256_BITS 256

#if MBEDTLS_VERSION_MAJOR < 4
#include <mbedtls/bignum.h>
#include <mbedtls/ecp.h>
#include <mbedtls/entropy.h>
#endif

/* An ECDSA key of a curve of NIST that may be copied out: mbedTLS signs with keys of its own. */
static psa_key_attributes_t describe_ec_key(size_t bits)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    return attributes;
}

/* PSA's key ends with it. */
static int take_out(mbedtls_pk_context *out, mbedtls_svc_key_id_t id)
{
    int code = mbedtls_pk_copy_from_psa(id, out);
    psa_destroy_key(id);
    return code == 0 ? 0 : -1;
}

int certkey_make_p256(mbedtls_pk_context *out)
{
    psa_key_attributes_t attributes = describe_ec_key(P256_BITS);
    mbedtls_svc_key_id_t id;
    return psa_generate_key(&attributes, &id) == PSA_SUCCESS ? take_out(out, id) : -1;
}

#if MBEDTLS_VERSION_MAJOR < 4

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

static int import_ec(mbedtls_pk_context *out, const unsigned char *number, size_t octets)
{
    psa_key_attributes_t attributes = describe_ec_key(octets * 8);
    mbedtls_svc_key_id_t id;
    return psa_import_key(&attributes, number, octets, &id) == PSA_SUCCESS ? take_out(out, id) : -1;
}

/* An ECPrivateKey of RFC 5915 section 3 whose privateKey has a zero in front. */
static int import_padded(mbedtls_pk_context *out, unsigned char *bytes, size_t length)
{
    static const struct {
        size_t octets, oid_length;
        const char *oid;
    } curves[] = {{32, 8, "\x2a\x86\x48\xce\x3d\x03\x01\x07"}, {48, 5, "\x2b\x81\x04\x00\x22"}};
    unsigned char *at = bytes, *end = bytes + length;
    size_t padded, size;
    int version;
    if (mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) !=
            0 ||
        mbedtls_asn1_get_int(&at, end, &version) != 0 ||
        mbedtls_asn1_get_tag(&at, end, &padded, MBEDTLS_ASN1_OCTET_STRING) != 0 || padded == 0 ||
        *at != 0)
        return -1;
    const unsigned char *number = at + 1;
    at += padded;
    if (mbedtls_asn1_get_tag(&at, end, &size,
                             MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_ASN1_CONSTRUCTED) != 0 ||
        mbedtls_asn1_get_tag(&at, end, &size, MBEDTLS_ASN1_OID) != 0)
        return -1;
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (padded == curves[i].octets + 1 && size == curves[i].oid_length &&
            memcmp(at, curves[i].oid, size) == 0)
            return import_ec(out, number, padded - 1);
    return -1;
}

/* GnuTLS, and with it uacme, writes every second EC key so (findings/gnutls-ec-key-octets.sh), and
 * mbedTLS 4 does not read it. */
static int parse_padded(mbedtls_pk_context *out, const unsigned char *bytes, size_t length)
{
    mbedtls_pem_context pem;
    size_t size, used;
    if (length == 0 || bytes[length - 1] != '\0')
        return -1;
    mbedtls_pem_init(&pem);
    int code = mbedtls_pem_read_buffer(&pem, "-----BEGIN EC PRIVATE KEY-----",
                                       "-----END EC PRIVATE KEY-----", bytes, NULL, 0, &used);
    if (code == 0) {
        const unsigned char *der = mbedtls_pem_get_buffer(&pem, &size);
        code = import_padded(out, (unsigned char *)(uintptr_t)der, size); /* it reads only */
    }
    mbedtls_pem_free(&pem);
    return code;
}

int certkey_parse(mbedtls_pk_context *out, const unsigned char *bytes, size_t length)
{
    int code = mbedtls_pk_parse_key(out, bytes, length, NULL, 0);
    return code == 0 || parse_padded(out, bytes, length) == 0 ? 0 : code;
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
