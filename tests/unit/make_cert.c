/* SPDX-License-Identifier: ISC */
/* make_cert: keys and certificates made while a test runs, right ones and wrong ones. Whatever
 * fails in here ends the test program. */
#include "make_cert.h"

#include <mbedtls/ecp.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mbedtls_pk_context keys[MAKE_CERT_KINDS][MAKE_CERT_KEYS];

static void must(int result, const char *what)
{
    if (result != 0) {
        printf("Bail out! make_cert: %s failed: %d\n", what, result);
        exit(99);
    }
}

static void free_keys(void)
{
    for (size_t kind = 0; kind < MAKE_CERT_KINDS; kind++)
        for (size_t which = 0; which < MAKE_CERT_KEYS; which++)
            mbedtls_pk_free(&keys[kind][which]);
}

static void make_ec(mbedtls_pk_context *key, mbedtls_ecp_group_id curve)
{
    must(mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)), "pk_setup");
    must(mbedtls_ecp_gen_key(curve, mbedtls_pk_ec(*key), mbedtls_psa_get_random,
                             MBEDTLS_PSA_RANDOM_STATE),
         "ecp_gen_key");
}

static void make_rsa(mbedtls_pk_context *key, unsigned bits)
{
    must(mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)), "pk_setup");
    must(mbedtls_rsa_gen_key(mbedtls_pk_rsa(*key), mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE,
                             bits, 65537),
         "rsa_gen_key");
}

static void make_key(mbedtls_pk_context *key, enum make_cert_kind kind)
{
    switch (kind) {
    case MAKE_CERT_P256:
        make_ec(key, MBEDTLS_ECP_DP_SECP256R1);
        break;
    case MAKE_CERT_P384:
        make_ec(key, MBEDTLS_ECP_DP_SECP384R1);
        break;
    case MAKE_CERT_P521:
        make_ec(key, MBEDTLS_ECP_DP_SECP521R1);
        break;
    case MAKE_CERT_SECP256K1:
        make_ec(key, MBEDTLS_ECP_DP_SECP256K1);
        break;
    case MAKE_CERT_RSA_1024:
        make_rsa(key, 1024);
        break;
    case MAKE_CERT_RSA_2048:
        make_rsa(key, 2048);
        break;
    case MAKE_CERT_KINDS:
        abort();
    }
}

mbedtls_pk_context *make_cert_key(enum make_cert_kind kind, unsigned which)
{
    static bool registered;
    if (kind >= MAKE_CERT_KINDS || which >= MAKE_CERT_KEYS)
        abort();
    if (!registered) {
        registered = true;
        must((int)psa_crypto_init(), "psa_crypto_init");
        atexit(free_keys);
    }
    mbedtls_pk_context *key = &keys[kind][which];
    if (mbedtls_pk_get_type(key) == MBEDTLS_PK_NONE)
        make_key(key, kind);
    return key;
}

static void set_names(mbedtls_x509write_cert *crt, const struct make_cert *wanted)
{
    static const char *const usual[MAKE_CERT_NAMES] = {"mta-sts.example.com"};
    const char *const *names = wanted->names[0] != NULL ? wanted->names : usual;
    mbedtls_x509_san_list list[MAKE_CERT_NAMES];
    memset(list, 0, sizeof(list));
    for (size_t i = 0; i < MAKE_CERT_NAMES && names[i] != NULL; i++) {
        mbedtls_x509_buf *name = &list[i].node.san.unstructured_name;
        list[i].node.type = MBEDTLS_X509_SAN_DNS_NAME;
        name->p = (unsigned char *)(uintptr_t)names[i];
        name->len = strlen(names[i]);
        if (i > 0)
            list[i - 1].next = &list[i];
    }
    must(mbedtls_x509write_crt_set_subject_alternative_name(crt, list), "set names");
}

static void set_purpose(mbedtls_x509write_cert *crt, const char *purpose)
{
    char oid[] = "\x2b\x06\x01\x05\x05\x07\x03\x01";
    oid[7] = purpose[0];
    mbedtls_asn1_sequence one = {{MBEDTLS_ASN1_OID, 8, (unsigned char *)oid}, NULL};
    must(mbedtls_x509write_crt_set_ext_key_usage(crt, &one), "set purpose");
}

static void set_extension(mbedtls_x509write_cert *crt, const char *oid, bool critical,
                          const char *value, size_t length)
{
    must(mbedtls_x509write_crt_set_extension(crt, oid, strlen(oid), critical,
                                             (const unsigned char *)value, length),
         "set extension");
}

static void set_extensions(mbedtls_x509write_cert *crt, const struct make_cert *wanted)
{
    if (!wanted->no_names)
        set_names(crt, wanted);
    must(mbedtls_x509write_crt_set_basic_constraints(crt, wanted->ca, -1), "set ca");
    if (wanted->key_usage != 0)
        must(mbedtls_x509write_crt_set_key_usage(crt, wanted->key_usage), "set key usage");
    if (wanted->purpose != NULL)
        set_purpose(crt, wanted->purpose);
    if (wanted->tls_features != NULL) {
        const char *der = wanted->tls_features;
        set_extension(crt, "\x2b\x06\x01\x05\x05\x07\x01\x18", wanted->critical_tls_feature, der,
                      2 + (size_t)der[1]);
    }
    if (wanted->unknown != NULL) {
        const char *oid =
            wanted->unknown_oid ? wanted->unknown_oid : "\x2b\x06\x01\x04\x01\x82\x37\x7f";
        set_extension(crt, oid, wanted->critical_unknown, wanted->unknown, strlen(wanted->unknown));
    }
    if (wanted->padding > 0) {
        char *zeros = calloc(1, wanted->padding);
        must(zeros == NULL, "calloc");
        set_extension(crt, "\x2b\x06\x01\x04\x01\x82\x37\x7e", false, zeros, wanted->padding);
        free(zeros);
    }
}

static const char *or_usual(const char *text, const char *usual)
{
    return text != NULL ? text : usual;
}

void make_cert_append(char *text, const struct make_cert *wanted)
{
    static unsigned char serial;
    mbedtls_x509write_cert crt;
    size_t used = strlen(text);
    serial = (unsigned char)(serial % 100 + 1);
    mbedtls_x509write_crt_init(&crt);
    mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&crt, wanted->key);
    mbedtls_x509write_crt_set_issuer_key(&crt, wanted->issuer_key != NULL ? wanted->issuer_key
                                                                          : wanted->key);
    must(mbedtls_x509write_crt_set_serial_raw(&crt, &serial, 1), "set serial");
    must(mbedtls_x509write_crt_set_validity(&crt, or_usual(wanted->not_before, "20200101000000"),
                                            or_usual(wanted->not_after, "20991231235959")),
         "set validity");
    must(mbedtls_x509write_crt_set_subject_name(
             &crt, or_usual(wanted->subject, "CN=mta-sts.example.com")),
         "set subject");
    must(mbedtls_x509write_crt_set_issuer_name(&crt, or_usual(wanted->issuer, "CN=Test CA")),
         "set issuer");
    set_extensions(&crt, wanted);
    must(mbedtls_x509write_crt_pem(&crt, (unsigned char *)text + used, MAKE_CERT_TEXT - used,
                                   mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE),
         "write certificate");
    mbedtls_x509write_crt_free(&crt);
}

void make_cert_append_key(char *text, mbedtls_pk_context *key)
{
    size_t used = strlen(text);
    must(mbedtls_pk_write_key_pem(key, (unsigned char *)text + used, MAKE_CERT_TEXT - used),
         "write key");
}
