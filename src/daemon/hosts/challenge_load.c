/* SPDX-License-Identifier: ISC */
/* challenge_load: finds the files of a pending challenge, and makes its certificate of them. */
#include "daemon/hosts/challenge_parts.h"

#include <limits.h>
#include <mbedtls/base64.h>
#include <mbedtls/pem.h>
#include <psa/crypto.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/file.h"
#include "common/cert/certkey.h"
#include "common/cert/pem.h"

#define DIGEST_BYTES 32
#define DIGEST_CHARACTERS                                                                          \
    43 /* of base64url without padding: RFC 8737 section 3 by RFC 8555 8.1                         \
        */
#define CERT_DER_MAX 2048

/* acmeIdentifier, 1.3.6.1.5.5.7.1.31: RFC 8737 section 6.1. */
static const char acme_identifier[] = "\x2b\x06\x01\x05\x05\x07\x01\x1f";

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

/* mbedTLS does not know the extension, not even when it has just written it. Counts how often it
 * stands there as RFC 8737 section 3 wants it. */
static int allow_acme_identifier(void *found, const mbedtls_x509_crt *chain,
                                 const mbedtls_x509_buf *oid, int critical,
                                 const unsigned char *from, const unsigned char *to)
{
    (void)chain;
    bool is_ours =
        oid->len == sizeof(acme_identifier) - 1 && memcmp(oid->p, acme_identifier, oid->len) == 0;
    if (!is_ours || critical == 0 || to - from != 2 + DIGEST_BYTES ||
        from[0] != MBEDTLS_ASN1_OCTET_STRING || from[1] != DIGEST_BYTES)
        return MBEDTLS_ERR_X509_INVALID_EXTENSIONS;
    ++*(unsigned *)found;
    return 0;
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
    int code = psa_generate_random(serial, sizeof(serial));
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
        code = certkey_sign_cert(&write, der, sizeof(der));
    mbedtls_x509write_crt_free(&write);
    if (code <= 0)
        return -1;
    unsigned found = 0;
    return mbedtls_x509_crt_parse_der_with_ext_cb(&cert->chain, der + sizeof(der) - code,
                                                  (size_t)code, 1, allow_acme_identifier, &found);
}

static int make_cert(struct cert *cert, struct hostname *host,
                     const unsigned char digest[DIGEST_BYTES], struct error *why)
{
    mbedtls_x509_crt_init(&cert->chain);
    mbedtls_pk_init(&cert->key);
    if (certkey_make_p256(&cert->key) != 0 || write_cert(cert, host, digest) != 0)
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
        return error_set(why,
                         "%s: the challenge is over %d minutes old: its hook did not remove it",
                         path, CHALLENGE_AGE_S / 60);
    return 0;
}

static int load_digest(struct challenge *challenge, const char *path, struct error *why)
{
    struct file file;
    unsigned char digest[DIGEST_BYTES];
    int result = -1;
    if (file_read(&file, path, CHALLENGE_FILE_MAX, why) != 0)
        return -1;
    challenge->stamps.own = file.stamp;
    if (read_digest(digest, &file) != 0)
        error_set(why, "%s: not a challenge; write the base64url digest of the key authorization",
                  path);
    else
        result = make_cert(&challenge->cert, &challenge->host, digest, why);
    file_free(&file);
    return result;
}

static int parse_pem_cert(mbedtls_x509_crt *cert, const struct file *file, unsigned *found)
{
    mbedtls_pem_context pem;
    size_t used, length;
    mbedtls_pem_init(&pem);
    int code = mbedtls_pem_read_buffer(&pem, "-----BEGIN CERTIFICATE-----",
                                       "-----END CERTIFICATE-----", file->bytes, NULL, 0, &used);
    if (code == 0) {
        const unsigned char *der = mbedtls_pem_get_buffer(&pem, &length);
        code = mbedtls_x509_crt_parse_der_with_ext_cb(cert, der, length, 1, allow_acme_identifier,
                                                      found);
    }
    mbedtls_pem_free(&pem);
    return code;
}

/* Self-signed, with the one extension, for the one host and no other (RFC 8737 section 3). */
static bool answers_for(const struct cert *cert, const struct hostname *host, unsigned found)
{
    const mbedtls_x509_crt *own = &cert->chain;
    const mbedtls_x509_sequence *names = &own->subject_alt_names;
    return found == 1 && names->next == NULL && names->buf.len == host->length &&
           cert_covers(cert, host) && own->issuer_raw.len == own->subject_raw.len &&
           memcmp(own->issuer_raw.p, own->subject_raw.p, own->issuer_raw.len) == 0;
}

static int read_pair(struct challenge *challenge, const struct file *own, const struct file *key,
                     struct error *why)
{
    struct cert *cert = &challenge->cert;
    struct pem_blocks owns, keys;
    unsigned found = 0;
    mbedtls_x509_crt_init(&cert->chain);
    mbedtls_pk_init(&cert->key);
    if (pem_scan(&owns, "the challenge's certificate", own->bytes, own->length, why) != 0 ||
        pem_scan(&keys, "the challenge's key", key->bytes, key->length, why) != 0)
        return -1;
    if (owns.certificates != 1 || keys.keys != 1 || keys.encrypted)
        return error_set(why, "the files are not one certificate and its key");
    if (parse_pem_cert(&cert->chain, own, &found) != 0 ||
        !answers_for(cert, &challenge->host, found))
        return error_set(why, "the certificate answers no challenge for this host");
    if (certkey_parse(&cert->key, key->bytes, key->length + 1) != 0)
        return error_set(why, "the challenge's key cannot be read; write it anew");
    if (mbedtls_pk_get_bitlen(&cert->key) > CERT_RSA_BITS_MAX) /* of RSA: no curve has as many */
        return error_set(
            why,
            "the challenge's RSA key has %zu bits, and its handshake would hold up all "
            "other hosts; make a key of ECDSA P-256, or RSA with 2048 bits",
            mbedtls_pk_get_bitlen(&cert->key));
    if (certkey_compare(&cert->chain.pk, &cert->key) != 0)
        return error_set(why, "the key does not belong to the certificate");
    return 0;
}

/* Made by another ACME client whole: nothing is left but to show it. */
static int load_pair(struct challenge *challenge, const char *path, const char *key_path,
                     struct error *why)
{
    struct file own, key;
    struct error reason;
    if (file_read(&own, path, CHALLENGE_PEM_MAX, why) != 0)
        return -1;
    int result = file_read(&key, key_path, CHALLENGE_PEM_MAX, why);
    if (result == 0) {
        challenge->stamps.own = own.stamp;
        challenge->stamps.key = key.stamp;
        result = read_pair(challenge, &own, &key, &reason);
        if (result != 0)
            error_set(why, "%s: %s", path, reason.text);
        file_free(&key);
    }
    file_free(&own);
    return result;
}

/* Where the host's challenge is: a digest, or a pair of files made by another client. */
struct place {
    char path[PATH_MAX];
    char key_path[PATH_MAX]; /* empty where path holds a digest */
    struct challenge_stamps stamps;
};

static struct challenge *load(const struct place *where, const struct hostname *host,
                              struct error *why)
{
    struct challenge *challenge = calloc(1, sizeof(*challenge));
    if (challenge == NULL) {
        error_set(why, "%s: out of memory", where->path);
        return NULL;
    }
    challenge->references = 1;
    challenge->host = *host;
    int result = where->key_path[0] == '\0'
                     ? load_digest(challenge, where->path, why)
                     : load_pair(challenge, where->path, where->key_path, why);
    if (result == 0)
        return challenge;
    cert_free(&challenge->cert);
    free(challenge);
    return NULL;
}

static int locate(struct place *out, const char *directory, const struct hostname *host,
                  struct error *why)
{
    struct error other;
    *out = (struct place){0};
    if (snprintf(out->path, sizeof(out->path), "%s/%s", directory, host->text) +
            sizeof(".crt.pem") >
        sizeof(out->path))
        return error_set(why, "%s: the path is too long", directory);
    out->stamps.own = file_stamp_of(out->path);
    if (check_stamp(out->path, &out->stamps.own, why) == 0)
        return 0;
    struct place pair;
    snprintf(pair.path, sizeof(pair.path), "%s/%s.crt.pem", directory, host->text);
    snprintf(pair.key_path, sizeof(pair.key_path), "%s/%s.key.pem", directory, host->text);
    pair.stamps.own = file_stamp_of(pair.path);
    pair.stamps.key = file_stamp_of(pair.key_path);
    bool forgotten = !file_stamp_equal(&out->stamps.own, &(struct file_stamp){0});
    if (check_stamp(pair.path, &pair.stamps.own, forgotten ? &other : why) != 0)
        return -1;
    *out = pair;
    return 0;
}

enum challenge_news challenge_load(struct challenge **out, const char *directory,
                                   const struct hostname *host,
                                   const struct challenge_stamps *known, struct error *why)
{
    struct place where;
    *out = NULL;
    if (locate(&where, directory, host, why) != 0)
        return CHALLENGE_NEWS_NONE_PENDING;
    if (file_stamp_equal(&known->own, &where.stamps.own) &&
        file_stamp_equal(&known->key, &where.stamps.key))
        return CHALLENGE_NEWS_SAME;
    *out = load(&where, host, why);
    return *out != NULL ? CHALLENGE_NEWS_LOADED : CHALLENGE_NEWS_NONE_PENDING;
}
