/* SPDX-License-Identifier: ISC */
/* challenge: one worker's certificates for pending TLS-ALPN-01 challenges (RFC 8737), each made
 * once from a file that an ACME client's hook wrote. Never shared between threads. */
#include "challenge.h"

#include <limits.h>
#include <mbedtls/base64.h>
#include <mbedtls/psa_util.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "file.h"

#define DIGEST_BYTES 32
#define DIGEST_CHARACTERS                                                                          \
    43                  /* of base64url without padding: RFC 8737 section 3 by RFC 8555 8.1        \
                         */
#define CACHED       64 /* hosts whose challenge is pending at one time, in one worker */
#define CERT_DER_MAX 2048

/* acmeIdentifier, 1.3.6.1.5.5.7.1.31: RFC 8737 section 6.1. */
static const char acme_identifier[] = "\x2b\x06\x01\x05\x05\x07\x01\x1f";

struct challenge {
    unsigned references;
    struct hostname host;
    struct file_stamp stamp; /* of the file it was made from */
    struct cert cert;
};

struct challenges {
    struct challenge *items[CACHED];
    size_t next; /* the place that is reused next */
};

struct challenges *challenges_open(void)
{
    return calloc(1, sizeof(struct challenges));
}

void challenge_unref(struct challenge *challenge)
{
    if (challenge == NULL || --challenge->references > 0)
        return;
    cert_free(&challenge->cert);
    free(challenge);
}

void challenges_close(struct challenges *challenges)
{
    for (size_t i = 0; challenges != NULL && i < CACHED; i++)
        challenge_unref(challenges->items[i]);
    free(challenges);
}

struct cert *challenge_cert(struct challenge *challenge)
{
    return &challenge->cert;
}

/* base64url to base64, with the padding that mbedTLS wants. */
static int read_digest(unsigned char digest[DIGEST_BYTES], const struct file *file)
{
    unsigned char text[DIGEST_CHARACTERS + 1], decoded[DIGEST_BYTES + 1];
    size_t length = file->length, written;
    while (length > 0 && (file->bytes[length - 1] == '\n' || file->bytes[length - 1] == '\r'))
        length--;
    if (length != DIGEST_CHARACTERS)
        return -1;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = file->bytes[i];
        if (byte == '+' || byte == '/' || byte == '=')
            return -1;
        text[i] = byte == '-' ? '+' : byte == '_' ? '/' : byte;
    }
    text[length] = '=';
    if (mbedtls_base64_decode(decoded, sizeof(decoded), &written, text, sizeof(text)) != 0 ||
        written != DIGEST_BYTES)
        return -1;
    memcpy(digest, decoded, DIGEST_BYTES);
    return 0;
}

static int set_dates(mbedtls_x509write_cert *write)
{
    char from[16], to[16];
    struct tm moment;
    time_t now = time(NULL), start = now - CHALLENGE_AGE_S, end = now + 2 * (time_t)CHALLENGE_AGE_S;
    strftime(from, sizeof(from), "%Y%m%d%H%M%S", gmtime_r(&start, &moment));
    strftime(to, sizeof(to), "%Y%m%d%H%M%S", gmtime_r(&end, &moment));
    return mbedtls_x509write_crt_set_validity(write, from, to);
}

static int set_extensions(mbedtls_x509write_cert *write, struct hostname *host,
                          const unsigned char digest[DIGEST_BYTES])
{
    unsigned char octets[2 + DIGEST_BYTES] = {MBEDTLS_ASN1_OCTET_STRING, DIGEST_BYTES};
    memcpy(octets + 2, digest, DIGEST_BYTES);
    mbedtls_x509_san_list name = {0};
    name.node.type = MBEDTLS_X509_SAN_DNS_NAME;
    name.node.san.unstructured_name.p = (unsigned char *)host->text;
    name.node.san.unstructured_name.len = host->length;
    int code = mbedtls_x509write_crt_set_subject_alternative_name(write, &name);
    if (code == 0)
        code = mbedtls_x509write_crt_set_extension(
            write, acme_identifier, sizeof(acme_identifier) - 1, 1, octets, sizeof(octets));
    return code;
}

/* mbedTLS does not know the critical extension that it has just written. */
static int allow_acme_identifier(void *unused, const mbedtls_x509_crt *chain,
                                 const mbedtls_x509_buf *oid, int critical,
                                 const unsigned char *from, const unsigned char *to)
{
    (void)unused;
    (void)chain;
    (void)critical;
    (void)from;
    (void)to;
    bool is_ours =
        oid->len == sizeof(acme_identifier) - 1 && memcmp(oid->p, acme_identifier, oid->len) == 0;
    return is_ours ? 0 : MBEDTLS_ERR_X509_INVALID_EXTENSIONS;
}

/* Writes the certificate with the key that is in cert already, and parses it back. */
static int write_cert(struct cert *cert, struct hostname *host,
                      const unsigned char digest[DIGEST_BYTES])
{
    unsigned char der[CERT_DER_MAX], serial[16];
    mbedtls_x509write_cert write;
    mbedtls_x509write_crt_init(&write);
    mbedtls_x509write_crt_set_version(&write, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&write, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&write, &cert->key);
    mbedtls_x509write_crt_set_issuer_key(&write, &cert->key);
    int code = mbedtls_psa_get_random(MBEDTLS_PSA_RANDOM_STATE, serial, sizeof(serial));
    serial[0] = (serial[0] & 0x3fU) | 0x40U; /* positive, and 16 bytes long */
    if (code == 0)
        code = mbedtls_x509write_crt_set_serial_raw(&write, serial, sizeof(serial));
    if (code == 0)
        code = mbedtls_x509write_crt_set_subject_name(&write, "CN=acme-challenge");
    if (code == 0)
        code = mbedtls_x509write_crt_set_issuer_name(&write, "CN=acme-challenge");
    if (code == 0)
        code = set_dates(&write);
    if (code == 0)
        code = set_extensions(&write, host, digest);
    if (code == 0) /* it writes at the buffer's end */
        code = mbedtls_x509write_crt_der(&write, der, sizeof(der), mbedtls_psa_get_random,
                                         MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_x509write_crt_free(&write);
    if (code <= 0)
        return -1;
    return mbedtls_x509_crt_parse_der_with_ext_cb(&cert->chain, der + sizeof(der) - code,
                                                  (size_t)code, 1, allow_acme_identifier, NULL);
}

static int make_cert(struct cert *cert, struct hostname *host,
                     const unsigned char digest[DIGEST_BYTES], struct error *why)
{
    mbedtls_x509_crt_init(&cert->chain);
    mbedtls_pk_init(&cert->key);
    if (mbedtls_pk_setup(&cert->key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) != 0 ||
        mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(cert->key),
                            mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE) != 0 ||
        write_cert(cert, host, digest) != 0)
        return error_set(why, "the challenge's certificate cannot be made: out of memory");
    return 0;
}

/* A file that is there, and young enough to be meant. */
static int check_stamp(const char *path, const struct file_stamp *stamp, struct error *why)
{
    static const struct file_stamp none;
    if (file_stamp_equal(stamp, &none))
        return error_set(why, "no challenge is pending");
    if (stamp->modified.tv_sec < time(NULL) - CHALLENGE_AGE_S)
        return error_set(why, "%s: the challenge is older than %d minutes: its hook forgot it",
                         path, CHALLENGE_AGE_S / 60);
    return 0;
}

static struct challenge *load(const char *path, const struct hostname *host, struct error *why)
{
    struct file file;
    unsigned char digest[DIGEST_BYTES];
    if (file_read(&file, path, CHALLENGE_FILE_MAX, why) != 0)
        return NULL;
    struct challenge *challenge = NULL;
    if (read_digest(digest, &file) != 0)
        error_set(why, "%s: no challenge; write the base64url digest of the key authorization",
                  path);
    else if ((challenge = calloc(1, sizeof(*challenge))) == NULL)
        error_set(why, "%s: out of memory", path);
    if (challenge != NULL) {
        challenge->references = 1;
        challenge->host = *host;
        challenge->stamp = file.stamp;
        if (make_cert(&challenge->cert, &challenge->host, digest, why) != 0) {
            challenge_unref(challenge);
            challenge = NULL;
        }
    }
    file_free(&file);
    return challenge;
}

/* The place of the host's challenge, or the one to be reused next. */
static struct challenge **place_of(struct challenges *challenges, const struct hostname *host)
{
    for (size_t i = 0; i < CACHED; i++)
        if (challenges->items[i] != NULL && hostname_equal(&challenges->items[i]->host, host))
            return &challenges->items[i];
    struct challenge **place = &challenges->items[challenges->next];
    challenges->next = (challenges->next + 1) % CACHED;
    return place;
}

struct challenge *challenge_find(struct challenges *challenges, const char *directory,
                                 const struct hostname *host, struct error *why)
{
    char path[PATH_MAX];
    if (snprintf(path, sizeof(path), "%s/%s", directory, host->text) >= (int)sizeof(path)) {
        error_set(why, "%s: the path is too long", directory);
        return NULL;
    }
    struct file_stamp stamp = file_stamp_of(path);
    if (check_stamp(path, &stamp, why) != 0)
        return NULL;
    struct challenge **place = place_of(challenges, host);
    if (*place == NULL || !hostname_equal(&(*place)->host, host) ||
        !file_stamp_equal(&(*place)->stamp, &stamp)) {
        challenge_unref(*place);
        *place = load(path, host, why);
    }
    if (*place == NULL)
        return NULL;
    (*place)->references++;
    return *place;
}
