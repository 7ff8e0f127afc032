/* SPDX-License-Identifier: ISC */
/* peer: describes and checks the certificate chain that a remote server presents. */
#include "ctl/net/peer.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/moment.h"
#include "common/base/printable.h"
#include "ctl/net/handshake.h"

#define CHAIN_MAX  16
#define NAMES_MAX  512
#define AUTH_LEVEL 2 /* what Debian's OpenSSL asks of keys and digests: 112 bits */

struct peer_trust {
    X509_STORE *store;
};

/* ---- The CAs. */

/* OpenSSL decodes a certificate's extensions when it first needs them; that is done before threads
 * share it. */
static void decode_all(X509_STORE *store)
{
    STACK_OF(X509_OBJECT) *objects = X509_STORE_get0_objects(store);
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        X509 *certificate = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(objects, i));
        if (certificate != NULL)
            X509_check_purpose(certificate, -1, 0);
    }
}

int peer_trust_open(struct peer_trust **out, const char *file, struct error *why)
{
    struct peer_trust *trust = calloc(1, sizeof(*trust));
    *out = NULL;
    if (trust != NULL)
        trust->store = X509_STORE_new();
    if (trust == NULL || trust->store == NULL) {
        free(trust);
        return error_set(why, "out of memory");
    }
    int loaded = file != NULL ? X509_STORE_load_file(trust->store, file)
                              : X509_STORE_set_default_paths(trust->store);
    ERR_clear_error();
    if (loaded != 1) {
        peer_trust_close(trust);
        return error_set(why, "%s: no CA certificates can be read from it",
                         file != NULL ? file : "the system's CA directory");
    }
    decode_all(trust->store);
    *out = trust;
    return 0;
}

void peer_trust_close(struct peer_trust *trust)
{
    if (trust != NULL)
        X509_STORE_free(trust->store);
    free(trust);
}

/* ---- Texts out of a certificate, which may hold anything. */

static void keep_field(char out[PEER_TEXT_MAX], const X509_NAME *name, int field)
{
    int place = X509_NAME_get_index_by_NID(name, field, -1);
    if (place < 0)
        return;
    const ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, place));
    printable_ascii(out, PEER_TEXT_MAX, (const char *)ASN1_STRING_get0_data(text),
                    (size_t)ASN1_STRING_length(text));
}

static void keep_issuer(struct peer *out, const X509 *leaf)
{
    static const int fields[] = {NID_organizationName, NID_commonName};
    const X509_NAME *name = X509_get_issuer_name(leaf);
    for (size_t i = 0; i < 2 && out->issuer[0] == '\0'; i++)
        keep_field(out->issuer, name, fields[i]);
}

static void add_name(struct peer *out, const ASN1_STRING *name)
{
    size_t length = (size_t)ASN1_STRING_length(name);
    char *text = malloc(length + 1);
    if (text == NULL)
        return;
    printable_ascii(text, length + 1, (const char *)ASN1_STRING_get0_data(name), length);
    out->names[out->name_count++] = text;
}

static void keep_names(struct peer *out, const X509 *leaf)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    int count = names != NULL ? sk_GENERAL_NAME_num(names) : 0;
    if (count > 0)
        out->names = calloc((size_t)count, sizeof(*out->names));
    for (int i = 0; i < count && out->names != NULL && out->name_count < NAMES_MAX; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            add_name(out, name->d.dNSName);
    }
    GENERAL_NAMES_free(names);
    if (out->name_count == 0)
        keep_field(out->common, X509_get_subject_name(leaf), NID_commonName);
}

static int64_t seconds_of(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}

static void keep_chain(struct peer *out, STACK_OF(X509) * chain)
{
    int count = sk_X509_num(chain);
    out->chain = calloc(CHAIN_MAX, sizeof(*out->chain));
    for (int i = 0; i < count && i < CHAIN_MAX && out->chain != NULL; i++) {
        struct peer_bytes *item = &out->chain[out->chain_count];
        int length = i2d_X509(sk_X509_value(chain, i), &item->bytes);
        if (length <= 0)
            continue;
        item->length = (size_t)length;
        out->chain_count++;
    }
}

/* ---- Judging. */

/* X509_V_OK, or what is wrong with the chain. */
static int verify(X509 *leaf, STACK_OF(X509) * chain, const struct peer_trust *trust, int64_t now,
                  unsigned long flags)
{
    int result = X509_V_ERR_OUT_OF_MEM;
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (context == NULL || X509_STORE_CTX_init(context, trust->store, leaf, chain) != 1)
        goto done;
    X509_VERIFY_PARAM *how = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_purpose(how, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_auth_level(how, AUTH_LEVEL);
    if ((flags & X509_V_FLAG_NO_CHECK_TIME) == 0)
        X509_VERIFY_PARAM_set_time(how, (time_t)now);
    X509_VERIFY_PARAM_set_flags(how, flags | X509_V_FLAG_TRUSTED_FIRST);
    result = X509_verify_cert(context) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(context);
done:
    X509_STORE_CTX_free(context);
    ERR_clear_error();
    return result;
}

static void say_untrusted(struct peer *out, int reason)
{
    out->fault = PEER_UNTRUSTED;
    switch (reason) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        error_set(&out->why, "its certificate is self-signed");
        break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        if (out->chain_count == 1)
            error_set(
                &out->why,
                "its chain lacks the certificate of its issuer (%s), or that issuer is not trusted",
                out->issuer);
        else
            error_set(&out->why, "the chain of its certificate (%s) leads to no trusted CA",
                      out->issuer);
        break;
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        error_set(&out->why, "the root of its certificate (%s) is not trusted", out->issuer);
        break;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
        error_set(&out->why, "the key of its certificate (%s), or of its issuer, is too short",
                  out->issuer);
        break;
    case X509_V_ERR_CA_MD_TOO_WEAK:
        error_set(&out->why, "its certificate (%s) is signed with a digest that is too weak",
                  out->issuer);
        break;
    case X509_V_ERR_INVALID_PURPOSE:
        error_set(&out->why, "its certificate (%s), or its issuer's, is not for servers",
                  out->issuer);
        break;
    default:
        error_set(&out->why, "its certificate (%s) is not trusted: %s", out->issuer,
                  X509_verify_cert_error_string(reason));
    }
}

static void say_dates(struct peer *out, int64_t from, int64_t now)
{
    char day[16] = "";
    moment_day(from > now ? from : out->not_after, day);
    out->fault = from > now ? PEER_NOT_YET_VALID : PEER_EXPIRED;
    if (from > now)
        error_set(&out->why, "its certificate is not valid before %s", day);
    else if (out->not_after < now)
        error_set(&out->why, "its certificate expired on %s", day);
    else
        error_set(&out->why, "a certificate of its issuer has expired");
}

static void judge(struct peer *out, X509 *leaf, STACK_OF(X509) * chain, const char *host,
                  const struct peer_trust *trust, int64_t now)
{
    const unsigned name_flags =
        X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    int64_t from = out->not_before;
    int reason = verify(leaf, chain, trust, now, 0);
    out->in_date = reason == X509_V_OK ||
                   (from <= now && now <= out->not_after && reason != X509_V_ERR_CERT_HAS_EXPIRED &&
                    reason != X509_V_ERR_CERT_NOT_YET_VALID);
    if (reason != X509_V_OK)
        reason = verify(leaf, chain, trust, now, X509_V_FLAG_NO_CHECK_TIME);
    out->trusted = reason == X509_V_OK;
    out->covers = X509_check_host(leaf, host, strlen(host), name_flags, NULL) == 1;
    ERR_clear_error();
    out->fault = PEER_FINE;
    if (!out->trusted) {
        say_untrusted(out, reason);
    } else if (!out->in_date) {
        say_dates(out, from, now);
    } else if (!out->covers) {
        out->fault = PEER_WRONG_NAME;
        error_set(&out->why, "its certificate is for %s%s, not for %s",
                  out->name_count > 0 ? out->names[0] : "no name",
                  out->name_count > 1 ? " and others" : "", host);
    }
}

static void describe(struct peer *out, X509 *leaf, STACK_OF(X509) * chain, const char *host,
                     const struct peer_trust *trust, int64_t now)
{
    keep_issuer(out, leaf);
    keep_names(out, leaf);
    keep_chain(out, chain);
    out->has_rsa = EVP_PKEY_get_base_id(X509_get0_pubkey(leaf)) == EVP_PKEY_RSA;
    out->not_before = seconds_of(X509_get0_notBefore(leaf));
    out->not_after = seconds_of(X509_get0_notAfter(leaf));
    judge(out, leaf, chain, host, trust, now);
}

/* ---- A handshake watched. */

static int note_peer(X509_STORE_CTX *store, void *argument)
{
    struct peer_watch *watch = argument;
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    peer_free(watch->out);
    if (ssl != NULL) {
        printable_ascii(watch->out->version, sizeof(watch->out->version), SSL_get_version(ssl),
                        strlen(SSL_get_version(ssl)));
        watch->out->is_old = SSL_version(ssl) < TLS1_2_VERSION;
    }
    if (X509_STORE_CTX_get0_cert(store) != NULL)
        describe(watch->out, X509_STORE_CTX_get0_cert(store), X509_STORE_CTX_get0_untrusted(store),
                 watch->host, watch->trust, (int64_t)time(NULL));
    return 1;
}

static pthread_once_t indexed = PTHREAD_ONCE_INIT;
static int watch_index;

static void get_index(void)
{
    watch_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

/* A fatal alert is the one thing that the server says of its reason. */
static void note_alert(const SSL *ssl, int where, int value)
{
    const struct peer_watch *watch = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), watch_index);
    if (watch == NULL || where != SSL_CB_READ_ALERT || value >> 8 != SSL3_AL_FATAL)
        return;
    watch->out->alert = value & 0xff;
    if (watch->out->alert == SSL3_AD_HANDSHAKE_FAILURE && watch->out->chain_count > 0)
        watch->out->alert = HANDSHAKE_NO_CLIENT_CERTIFICATE;
}

/* Signature algorithms decide in TLS 1.3, cipher suites in TLS 1.2. */
static void set_limit(SSL_CTX *context, enum peer_limit limit)
{
    switch (limit) {
    case PEER_UNLIMITED:
        break;
    case PEER_TLS12:
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
        break;
    case PEER_RSA:
        SSL_CTX_set_cipher_list(context, "DEFAULT:!aECDSA:@SECLEVEL=0");
        SSL_CTX_set1_sigalgs_list(context, "RSA-PSS+SHA256:RSA-PSS+SHA384:RSA-PSS+SHA512:"
                                           "RSA+SHA256:RSA+SHA384:RSA+SHA512");
        break;
    case PEER_ECDSA:
        SSL_CTX_set_cipher_list(context, "DEFAULT:!aRSA:@SECLEVEL=0");
        SSL_CTX_set1_sigalgs_list(context, "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512");
        break;
    }
}

void peer_attach(struct ssl_ctx_st *context, struct peer_watch *watch)
{
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_cipher_list(context, "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_security_level(context, 0);
    set_limit(context, watch->limit);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_verify_callback(context, note_peer, watch);
    pthread_once(&indexed, get_index);
    if (watch_index >= 0 && SSL_CTX_set_ex_data(context, watch_index, watch) == 1)
        SSL_CTX_set_info_callback(context, note_alert);
}

enum peer_limit peer_other_keys(const struct peer *peer)
{
    return peer->has_rsa ? PEER_ECDSA : PEER_RSA;
}

void peer_free(struct peer *peer)
{
    for (size_t i = 0; i < peer->name_count; i++)
        free(peer->names[i]);
    for (size_t i = 0; i < peer->chain_count; i++)
        OPENSSL_free(peer->chain[i].bytes);
    free(peer->names);
    free(peer->chain);
    *peer = (struct peer){.fault = PEER_NONE};
}
