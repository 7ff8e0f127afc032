/* SPDX-License-Identifier: ISC */
/* cert: a certificate chain and its private key, parsed from PEM and checked before use. */
#include "common/cert/cert.h"

#include <errno.h>
#include <mbedtls/asn1.h>
#include <mbedtls/error.h>
#include <mbedtls/pem.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <string.h>

#include "common/cert/certkey.h"
#include "common/cert/pem.h"

#define CHAIN_FILE   "the certificate file"
#define KEY_FILE     "the key file"
#define RSA_BITS_MIN 2048
#define STATUS_OCSP  5 /* status_request, RFC 6066 section 8 */

#define OID_TLS_FEATURE "\x2b\x06\x01\x05\x05\x07\x01\x18" /* 1.3.6.1.5.5.7.1.24, RFC 7633 */
#define OID_SERVER_AUTH "\x2b\x06\x01\x05\x05\x07\x03\x01" /* 1.3.6.1.5.5.7.3.1, RFC 5280 */
#define OID_LENGTH      8

/* What the extension callback learns of one certificate. */
struct extensions {
    bool must_staple;
    bool unknown_critical;
};

int cert_init(struct error *why)
{
    psa_status_t status = psa_crypto_init();
    if (status != PSA_SUCCESS)
        return error_set(why, "cannot start cryptography (PSA status %d)", (int)status);
    return 0;
}

/* The library's own words, in parentheses behind ours: for a search engine, and for reports. */
static int refuse_parse(struct error *why, const char *sentence, int result)
{
    char reason[160];
    if (certkey_lacked_memory(result))
        return error_set_errno(why, ENOMEM, "out of memory");
    mbedtls_strerror(result, reason, sizeof(reason));
    return error_set(why, "%s (mbedTLS: %s)", sentence, reason);
}

/* Features ::= SEQUENCE OF INTEGER, RFC 7633 section 4. What cannot be read counts as asking. */
static bool asks_for_stapling(const unsigned char *bytes, const unsigned char *end)
{
    unsigned char *at = (unsigned char *)(uintptr_t)bytes; /* mbedTLS reads only */
    size_t length;
    int feature;
    if (mbedtls_asn1_get_tag(&at, end, &length, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) !=
        0)
        return true;
    while (at < end)
        if (mbedtls_asn1_get_int(&at, end, &feature) != 0 || feature == STATUS_OCSP)
            return true;
    return false;
}

/* Meets each extension that mbedTLS does not know. Accepts all, so that an issuer with critical
 * name constraints can be shown; what counts is noted. */
static int note_extension(void *context, const mbedtls_x509_crt *crt, const mbedtls_x509_buf *oid,
                          int critical, const unsigned char *bytes, const unsigned char *end)
{
    struct extensions *seen = context;
    (void)crt;
    if (oid->len == OID_LENGTH && memcmp(oid->p, OID_TLS_FEATURE, OID_LENGTH) == 0)
        seen->must_staple = seen->must_staple || asks_for_stapling(bytes, end);
    else if (critical != 0)
        seen->unknown_critical = true;
    return 0;
}

static int judge_extensions(const struct extensions *seen, struct error *why)
{
    if (seen->must_staple) {
        return error_set(why, "the certificate requires OCSP stapling (\"must-staple\", RFC 7633), "
                              "which this server does not support, so senders would refuse it; "
                              "order a certificate without must-staple");
    }
    if (seen->unknown_critical) {
        return error_set(why, "the certificate has a critical extension that senders do not know, "
                              "so they would refuse it; is it a challenge or a pre-certificate? "
                              "Use one that a CA issued for web servers");
    }
    return 0;
}

/* Reads the next certificate of the text at *at, and moves *at behind it. */
static int parse_next(struct cert *out, const unsigned char **at, struct extensions *seen)
{
    mbedtls_pem_context pem;
    size_t used;
    size_t length;
    mbedtls_pem_init(&pem);
    int result = mbedtls_pem_read_buffer(&pem, "-----BEGIN CERTIFICATE-----",
                                         "-----END CERTIFICATE-----", *at, NULL, 0, &used);
    if (result == 0) {
        const unsigned char *der = mbedtls_pem_get_buffer(&pem, &length);
        result = mbedtls_x509_crt_parse_der_with_ext_cb(&out->chain, der, length, 1, note_extension,
                                                        seen);
        *at += used;
    }
    mbedtls_pem_free(&pem);
    return result;
}

static int parse_chain(struct cert *out, const struct file *file, size_t count, struct error *why)
{
    const unsigned char *at = file->bytes;
    for (size_t i = 0; i < count; i++) {
        char sentence[96];
        struct extensions seen = {0};
        int result = parse_next(out, &at, &seen);
        if (result != 0) {
            snprintf(sentence, sizeof(sentence),
                     "certificate %zu of %zu cannot be read; write the file anew", i + 1, count);
            return refuse_parse(why, sentence, result);
        }
        if (i == 0 && judge_extensions(&seen, why) != 0)
            return -1;
    }
    return 0;
}

static bool same_bytes(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
    return a->len == b->len && a->len > 0 && memcmp(a->p, b->p, a->len) == 0;
}

/* Names first; key identifiers where a CA spelt its own name in two encodings. */
static bool is_issued_by(const mbedtls_x509_crt *crt, const mbedtls_x509_crt *issuer)
{
    return same_bytes(&crt->issuer_raw, &issuer->subject_raw) ||
           same_bytes(&crt->authority_key_id.keyIdentifier, &issuer->subject_key_id);
}

static int judge_chain(const mbedtls_x509_crt *chain, struct error *why)
{
    size_t bytes = 0;
    unsigned place = 1;
    for (const mbedtls_x509_crt *crt = chain; crt != NULL; crt = crt->next, place++) {
        bytes += crt->raw.len;
        if (crt->next != NULL && !is_issued_by(crt, crt->next)) {
            return error_set(why,
                             "certificate %u was not issued by certificate %u; write the host's "
                             "own certificate first, then each issuer after what it issued",
                             place, place + 1);
        }
    }
    if (bytes > CERT_CHAIN_MAX) {
        return error_set(why,
                         "the chain is %zu bytes long, over the %d that fit one TLS record; leave "
                         "out the root, or order a certificate for fewer names",
                         bytes, CERT_CHAIN_MAX);
    }
    return 0;
}

static int judge_key_kind(const mbedtls_pk_context *key, struct error *why)
{
    size_t bits = 0;
    psa_key_type_t type = certkey_type(key, &bits);
    if (type == PSA_KEY_TYPE_RSA_PUBLIC_KEY && bits < RSA_BITS_MIN)
        return error_set(why,
                         "the certificate's RSA key has %zu bits, too few for senders; make a key "
                         "of ECDSA P-256, or RSA with %d bits or more",
                         bits, RSA_BITS_MIN);
    if (type == PSA_KEY_TYPE_RSA_PUBLIC_KEY && bits > CERT_RSA_BITS_MAX)
        return error_set(why,
                         "the certificate's RSA key has %zu bits, and each of its handshakes would "
                         "hold up all other hosts; make a key of ECDSA P-256, or RSA with %d bits",
                         bits, RSA_BITS_MIN);
    if (type == PSA_KEY_TYPE_RSA_PUBLIC_KEY)
        return 0;
    /* P-256, P-384 and P-521. */
    if (type == PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1) && bits >= 256)
        return 0;
    return error_set(why, "the certificate's key is of a kind that not all senders know; make one "
                          "of ECDSA P-256, or RSA with 2048 bits or more");
}

static int judge_usage(const mbedtls_x509_crt *own, struct error *why)
{
    if (mbedtls_x509_crt_check_key_usage(own, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0) {
        return error_set(why, "the certificate may not sign (its key usage lacks "
                              "digitalSignature), which TLS needs; order one for web servers");
    }
    if (mbedtls_x509_crt_check_extended_key_usage(own, OID_SERVER_AUTH, OID_LENGTH) != 0) {
        return error_set(why, "the certificate is not for servers (its extended key usage lacks "
                              "serverAuth); order one for web servers");
    }
    return 0;
}

static int judge_blocks(const struct pem_blocks *chain, const struct pem_blocks *key,
                        bool same_file, struct error *why)
{
    if (chain->certificates == 0 && chain->keys > 0 && key->certificates > 0) {
        return error_set(why, "the certificate file holds a private key and the key file a "
                              "certificate; swap the two");
    }
    if (chain->certificates == 0) {
        return error_set(why, "the certificate file holds no certificate in PEM form; write the "
                              "host's own certificate and its issuers into it");
    }
    if (key->keys == 0 && same_file) {
        return error_set(why, "the certificate file holds no private key; add the key to it, or "
                              "name the key's file in a line \"private_key = ...\" right after "
                              "\"certificate\"");
    }
    if (key->keys == 0) {
        return error_set(why, "the key file holds no private key in PEM form; write the "
                              "certificate's key into it");
    }
    if (key->keys > 1) {
        return error_set(why,
                         "%s holds %zu private keys; leave only the one that belongs to the "
                         "certificate",
                         same_file ? CHAIN_FILE : KEY_FILE, key->keys);
    }
    if (key->encrypted) {
        return error_set(
            why,
            "the private key is encrypted, and the server cannot ask for its password; write it "
            "without one (\"openssl pkey -in OLD -out NEW\") and let only the server read it");
    }
    return 0;
}

static int parse_key(struct cert *out, const struct file *file, struct error *why)
{
    int result = certkey_parse(&out->key, file->bytes, file->length + 1);
    return result == 0 ? 0
                       : refuse_parse(why, "the private key cannot be read; write it anew", result);
}

static int judge_pair(const struct cert *cert, struct error *why)
{
    int result = certkey_compare(&cert->chain.pk, &cert->key);
    if (result == 0)
        return 0;
    if (certkey_lacked_memory(result))
        return error_set_errno(why, ENOMEM, "out of memory");
    unsigned place = 2;
    for (const mbedtls_x509_crt *crt = cert->chain.next; crt != NULL; crt = crt->next, place++) {
        if (certkey_compare(&crt->pk, &cert->key) == 0) {
            return error_set(why,
                             "the private key belongs to certificate %u of the file; write the "
                             "host's own certificate first",
                             place);
        }
    }
    return error_set(why, "the private key does not belong to the certificate; write both from "
                          "the same order");
}

/* Days from 1970-01-01 in the Gregorian calendar, counted in years that begin with March. */
static int64_t days_of_date(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1 - 719468;
}

static int64_t seconds_of_time(const mbedtls_x509_time *time)
{
    return ((days_of_date(time->year, time->mon, time->day) * 24 + time->hour) * 60 + time->min) *
               60 +
           time->sec;
}

static void note_dates(struct cert *cert)
{
    cert->not_before = seconds_of_time(&cert->chain.valid_from);
    cert->not_after = INT64_MAX;
    for (const mbedtls_x509_crt *crt = &cert->chain; crt != NULL; crt = crt->next) {
        int64_t end = seconds_of_time(&crt->valid_to);
        cert->not_after = end < cert->not_after ? end : cert->not_after;
    }
}

int cert_parse(struct cert *out, const struct file *chain, const struct file *key,
               struct error *why)
{
    struct pem_blocks chain_blocks;
    struct pem_blocks key_blocks;
    bool same_file = chain == key;
    memset(out, 0, sizeof(*out));
    if (pem_scan(&chain_blocks, CHAIN_FILE, chain->bytes, chain->length, why) != 0 ||
        pem_scan(&key_blocks, same_file ? CHAIN_FILE : KEY_FILE, key->bytes, key->length, why) !=
            0 ||
        judge_blocks(&chain_blocks, &key_blocks, same_file, why) != 0)
        return -1;
    if (parse_chain(out, chain, chain_blocks.certificates, why) == 0 &&
        judge_chain(&out->chain, why) == 0 && judge_key_kind(&out->chain.pk, why) == 0 &&
        judge_usage(&out->chain, why) == 0 && parse_key(out, key, why) == 0 &&
        judge_pair(out, why) == 0) {
        note_dates(out);
        return 0;
    }
    cert_free(out);
    return -1;
}

void cert_free(struct cert *cert)
{
    mbedtls_x509_crt_free(&cert->chain);
    mbedtls_pk_free(&cert->key); /* wipes */
    memset(cert, 0, sizeof(*cert));
}

const char *cert_key_kind(const struct cert *cert)
{
    return certkey_is_rsa(&cert->chain.pk) ? "RSA" : "ECDSA";
}
