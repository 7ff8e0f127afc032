/* SPDX-License-Identifier: ISC */
/* make_cert: keys and certificates made while a test runs, right ones and wrong ones. Whatever
 * fails in here ends the test program. */
#include "make_cert.h"

#include <mbedtls/psa_util.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cert/certkey.h"

static const char rsa_4104[] = "-----BEGIN RSA PRIVATE KEY-----\n"
                               "MIIJKwIBAAKCAgIAoy3r1XhEP3bttT/fZpKlExgxX02ygiJiXbgcyxWQFNmE/Mmo\n"
                               "M5lYB3E1XNLbvrNRabfSPhu5Bf+c/PCkuqUws9c9mnjGOJEGbioZyS+bW4xg2MaH\n"
                               "fAwEDqtERAcD9qP4lY7ytSUTukYtiwT/GVu/jXKkjLjTMxqc/YVBsKR/yRUaHXMI\n"
                               "aro0GKjL69e2ETZ+srgw4Nx61qeINsuKWmnwWsNiJnWmZgOAUfFkCk6zac92LRTn\n"
                               "CfBozd1C/C5+qnfiFM4jwWBgxlHh7BsaIkAJ8mHZFPO6477qi7pn3jUm8NInyCNW\n"
                               "fRYjfx2oYBvzzhk/drhSERzFvUNOa2/t9ADGR7HajmiGqmejd0ls8O/jq3kYJsLI\n"
                               "E5G3/Y6y6n0/K64shtUB5LdoqbN+k0htrRax9ZBdSHXxRBH+Drc3t/QqZq5Nsm2y\n"
                               "pIt5y4wlNmoY6edPRNYkj4Nay5V766+8BnKRPe2dRcXpTNfBdJvMMnNbQniMXUvp\n"
                               "LRg8Lh4qhTZa5CEA1pfTRMAjDstp58P4WervI+zSuw0Y94L7488Ua9eVuLywZYiY\n"
                               "yPID9a8xN0PukqVSvo1vcTcjAVDWt2rnaU9RediiGoK9r6gXcw96AxZwBgUiavVi\n"
                               "1W22wx6cekWD+RJnc8q9wGxEL+Y9EaCp4vCOz9/KrXss30dDw3IPy/raB9O/AgMB\n"
                               "AAECggIAD+EC9EKZMlDWiSKJ1WUFBgoonmQYyWF7eGCZGhP4dWvBQVyz7ZfdUEqT\n"
                               "dGAH9qBf7hjFb0FeORQFs36kpDvpqfm+2juH8kUI5KzE9DK1wjQOH75OLCs6UlMQ\n"
                               "0pGYND5hW9VcHjqlXrL1YYCpPz+DsF3DOP8Ox7yUQj1xPfRtpL1/NvlyMHTRoRFy\n"
                               "hqj/kanVOY9Rtum2IdxblRHvAu9eMyoH6+Vtdy+iKStRu4Ti2in/iB0nXAiBfaLQ\n"
                               "ZlEocid+B//uzxt4gPxvXaxBvv4QjUaIbmuXf/q+OL2+ktGGQHVpmjwzPi+bpDQR\n"
                               "6fD0ee/NIn/0rGduY61s3INU1/0PyitmX6BvOSZ5nDPj1DNTroUxu0I9n+sM/7/S\n"
                               "qGgfjrOjoBOjzDMhjSx870hfpOCxoV7uATDxMjnfUi17ZdisKeVsatDsR1m7BtOc\n"
                               "Z2gkW3L67RkdX0UTMeRK5KU2WK7ZscJ/BQ8x7hAgQFoUdYiML9M+80kprNTMJZ64\n"
                               "AD8VaIas4YIrKUsfZzw80fLXJXf14VsjDY/+4gszltmNwdlyIthI9vcGC8H9ZCJs\n"
                               "qzNeARVcQUfeCnv3KisGxfnmIzoytlV411RvYzXR2AE3uQ0Gf0WwcWgui/HezTik\n"
                               "fIgwapakt58T/1auwfrl9PWFDjMLGT7n1Xt+Irqq2EQnaNlVOdUCggEBDk0xx6pR\n"
                               "LFKpKk0MklOkMstsxj7ifM2AuC5QucbWF2MfrvgA3zg+r7DnxQG/nxxQqB2DAnil\n"
                               "xjTd2gduCk15aswaqDHsp9tAm6R16+buID6epptPWmrxvnfkndcvEHuqFIrAMJSd\n"
                               "Q2guDeF5mAt87xrVzkjBzNgVPFJ7ZkhGAOxiKRQKLr0/uq0udYjvB4aycgg0JC0E\n"
                               "YOKAHUxyDZ0WpOZn9rALKpE1W9k/pUFaXB5R8M3/VZ96krnDm2VwRfxjeJuwn3gn\n"
                               "1vwwm/Pu/B4EDtAnfVB0zOkIV+08o6fVq3MX7TwCTdFgyo7SU4PFo61BqtYuTXGs\n"
                               "QQMx6jFF7b/+SAUCggEBC2jwQYsPK8mu27TW+6IezaoH6rY5Z438P4qCPLx3sLdD\n"
                               "NwHB9LwL+3m3jw973W1PHI/3Mc04n0/M3oRJ9td+lsk/ORW4IQSWzg5JAdIRLKIO\n"
                               "3eiTF7YvleCXnfn7vmefMlauzp5Abt2MLzoF9WyzA9AXQinaDfzefQG+LvAt0k4m\n"
                               "GzWLfyIfx9xXWDcPxUadqjqhySnOadAp2w32te59++ELwNNAXQWubtqX4cdUcvij\n"
                               "YZkfsAgA9WzyWcNxUGVhzwcCoR3wEXO5l+WKs0yS4UQOWTO8o6R3ZNXElVQ2E/yG\n"
                               "GPfrqY84xxGZJzmTfAa+0MoYdFJdBbzwa2FTkx9QS/MCggEBAzc4Sjzxo5Wyk+Bf\n"
                               "Q0erVACJpMnfA1Dx8Hf5jsw2t2uCZEU/bPGopriQZKvP+mbTe/mmy5d1LuwUNkIV\n"
                               "bBufgXQDSm5vWA7kqBqCqVhzkqyB39RsM1h4ousybItF+d7Uj2njbQj9k3qJYHWi\n"
                               "cZ2jqd/O02NosDamD7o8JPN7ShncuH/ZCkljWwY1vBfeJ0MSPLG7h6bXpTFIvU3D\n"
                               "F2yK+ukT11QeLqQX618eAHqBZtUqd4raLtZ9KSC76uUUKahmdWgMfs71plFuXKKs\n"
                               "yeO15d7IAlVk7e44Ag1F5UaHtNVcO+uSWQ0LRoB2qnCmr/b1HQSrxJ4arUOapZ4O\n"
                               "qzbQZkECggEBAgQ/CmaIfOW9eOliYcEKjrDxi0M/rBTFM3nIgPGSefI59/vgit+9\n"
                               "gmnFzowfCUirhdHQD8ZErquM+vsIk48MuZvCB9XV4EgOW0bdEmxNSsUtuXzEmplB\n"
                               "mczDH1Gyc7mewmfdp3kCzFVt1F799J2MmizqH3CEMJqzvAZV1bfvcU8Mnxx8ljCy\n"
                               "y0EfUuEQcX6EmTSZqZMw/zSiYSv7obYQIDdrO15a7tX1OXR7CZWQUG2veq10k0km\n"
                               "2jmyL7lCSsJQYiXMCivfZUY91CHmvL/Y6eV8X7msKoQD8hdyEi57DFdCYCFZTnOY\n"
                               "xl5O4kbj0TTj/sTpQ43XEQ+OsnvWKJeNOo8CggEBBR5eBOWOggPKB4S5TGhNOFgn\n"
                               "s6eXfPMij7YnQgfeVE7JI2l95xC55z7JbInwWVi0f3fkqAHF429C88e0TffHSt3T\n"
                               "QkccgQ0psaD3ns1VIJDnwWH4FyTI3zNaqz0kZ6q/fYQRPs76chS7g8vVPezh15C3\n"
                               "fW56MwAM9GafaSakxP7FqXP+kz4u3jjeWE9GqQX7lNvgvMSaC9/QJDN2OzZiuEZS\n"
                               "/JhGa6iBWb5C08MUGVQC2koRcuy8oMw1pHML/TIBzvmVJ0/CdJbTS/mPO3Eobxid\n"
                               "TjML0qBGdDQKrM3w2cCq67u7C3APhAMADkl9BtwQmIELmbTVpdHeSa7XpEy4TrM=\n"
                               "-----END RSA PRIVATE KEY-----\n";

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

static void make(mbedtls_pk_context *key, psa_key_type_t type, psa_algorithm_t algorithm,
                 unsigned bits)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    mbedtls_svc_key_id_t id;
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, bits);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes, algorithm);
    must((int)psa_generate_key(&attributes, &id), "psa_generate_key");
    must(mbedtls_pk_copy_from_psa(id, key), "pk_copy_from_psa");
    psa_destroy_key(id);
}

static void make_ec(mbedtls_pk_context *key, psa_ecc_family_t family, unsigned bits)
{
    make(key, PSA_KEY_TYPE_ECC_KEY_PAIR(family), PSA_ALG_ECDSA(PSA_ALG_ANY_HASH), bits);
}

static void make_rsa(mbedtls_pk_context *key, unsigned bits)
{
    make(key, PSA_KEY_TYPE_RSA_KEY_PAIR, PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_ANY_HASH), bits);
}

static void make_key(mbedtls_pk_context *key, enum make_cert_kind kind)
{
    switch (kind) {
    case MAKE_CERT_P256:
        make_ec(key, PSA_ECC_FAMILY_SECP_R1, 256);
        break;
    case MAKE_CERT_P384:
        make_ec(key, PSA_ECC_FAMILY_SECP_R1, 384);
        break;
    case MAKE_CERT_P521:
        make_ec(key, PSA_ECC_FAMILY_SECP_R1, 521);
        break;
    case MAKE_CERT_SECP256K1:
        make_ec(key, PSA_ECC_FAMILY_SECP_K1, 256);
        break;
    case MAKE_CERT_RSA_1024:
        make_rsa(key, 1024);
        break;
    case MAKE_CERT_RSA_2048:
        make_rsa(key, 2048);
        break;
    case MAKE_CERT_RSA_4104:
        must(certkey_parse(key, (const unsigned char *)rsa_4104, sizeof(rsa_4104)), "parse");
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
    size_t bits;
    if (certkey_type(key, &bits) == PSA_KEY_TYPE_NONE)
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
#if MBEDTLS_VERSION_MAJOR < 4
    must(mbedtls_x509write_crt_pem(&crt, (unsigned char *)text + used, MAKE_CERT_TEXT - used,
                                   mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE),
         "write certificate");
#else
    must(mbedtls_x509write_crt_pem(&crt, (unsigned char *)text + used, MAKE_CERT_TEXT - used),
         "write certificate");
#endif
    mbedtls_x509write_crt_free(&crt);
}

void make_cert_append_key(char *text, mbedtls_pk_context *key)
{
    size_t used = strlen(text);
    must(mbedtls_pk_write_key_pem(key, (unsigned char *)text + used, MAKE_CERT_TEXT - used),
         "write key");
}
