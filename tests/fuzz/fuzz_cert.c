/* SPDX-License-Identifier: ISC */
/* fuzz_cert: hostile bytes as a PEM file, as chain and key apart (a NUL byte between them), and as
 * the DER of one certificate beside a good key. */
#include <mbedtls/base64.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cert/cert.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

static char key_text[512];

/* The key that the certificates of the corpus were made for: its secret is 32 bytes of 7. */
static void make_key(void)
{
    unsigned char secret[32];
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    mbedtls_svc_key_id_t id;
    mbedtls_pk_context key;
    mbedtls_pk_init(&key);
    memset(secret, 7, sizeof(secret));
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_EXPORT | PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    if (cert_init(NULL) != 0 ||
        psa_import_key(&attributes, secret, sizeof(secret), &id) != PSA_SUCCESS ||
        mbedtls_pk_copy_from_psa(id, &key) != 0 || psa_destroy_key(id) != PSA_SUCCESS ||
        mbedtls_pk_write_key_pem(&key, (unsigned char *)key_text, sizeof(key_text)) != 0)
        abort();
    mbedtls_pk_free(&key);
}

static struct file file_of(const unsigned char *bytes, size_t length)
{
    struct file file = {.bytes = malloc(length + 1), .length = length};
    if (file.bytes == NULL)
        abort();
    memcpy(file.bytes, bytes, length);
    file.bytes[length] = '\0';
    return file;
}

static void try_pair(const struct file *chain, const struct file *key)
{
    static const struct hostname host = {.length = 19, .text = "mta-sts.example.com"};
    struct cert cert;
    struct error why = {.text = ""};
    if (cert_parse(&cert, chain, key, &why) == 0) {
        (void)cert_covers(&cert, &host);
        (void)cert_key_kind(&cert);
    } else if (why.text[0] == '\0' || cert.chain.raw.p != NULL || cert.not_after != 0) {
        abort(); /* a refusal without a sentence, or with something left behind */
    }
    cert_free(&cert);
}

static void try_der(const unsigned char *bytes, size_t length)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----\n";
    static const char end[] = "\n-----END CERTIFICATE-----\n";
    size_t size = sizeof(begin) + sizeof(end) + length * 2 + 8;
    unsigned char *text = malloc(size);
    size_t written = 0;
    size_t used = sizeof(begin) - 1;
    if (text == NULL)
        abort();
    memcpy(text, begin, used);
    if (mbedtls_base64_encode(text + used, size - used, &written, bytes, length) != 0)
        abort();
    used += written;
    memcpy(text + used, end, sizeof(end) - 1);
    struct file chain = file_of(text, used + sizeof(end) - 1);
    struct file key = file_of((const unsigned char *)key_text, strlen(key_text));
    try_pair(&chain, &key);
    file_free(&chain);
    file_free(&key);
    free(text);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    if (key_text[0] == '\0')
        make_key();
    if (length > CERT_FILE_MAX)
        return 0;
    struct file whole = file_of(bytes, length);
    try_pair(&whole, &whole);
    const unsigned char *middle = memchr(bytes, '\0', length);
    if (middle != NULL) {
        size_t first = (size_t)(middle - bytes);
        struct file chain = file_of(bytes, first);
        struct file key = file_of(middle + 1, length - first - 1);
        try_pair(&chain, &key);
        file_free(&chain);
        file_free(&key);
    }
    file_free(&whole);
    try_der(bytes, length);
    return 0;
}
