/* SPDX-License-Identifier: ISC */
/* tls: mbedTLS on a socket, and the one place where a host and its certificates are chosen. */
#include "daemon/serve/tls.h"

#include <assert.h>
#include <mbedtls/error.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cert/cert.h"
#include "daemon/serve/wire.h"

#define EMPTY_RECORDS_MAX 32 /* in a row, of one connection */

struct tls {
    mbedtls_ssl_config conf;
};

struct tls_session {
    mbedtls_ssl_context ssl;
    struct wire wire;
    bool write_waits;            /* the last write is to be repeated with the same bytes */
    bool ended;                  /* close_notify was sent */
    const struct tls_view *view; /* during the handshake only */
    struct hostname host;        /* empty until a name is known */
    struct site_table *table;    /* held, from the choice of the host on */
    const struct site *site;
    struct certstore_pair *pairs[CERTSTORE_PAIRS_MAX]; /* held while the handshake uses them */
    size_t pair_count;
    struct challenge *challenge; /* held; NULL: this is no challenge */
    const char *refusal;         /* our own reason, or NULL */
    int code;                    /* mbedTLS's last error */
};

/* ECDHE with AEAD only. */
static const int ciphersuites[] = {
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0,
};

static const uint16_t groups[] = {
    MBEDTLS_SSL_IANA_TLS_GROUP_X25519,    MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};

/* In the order of our preference: the challenge's only where http/1.1 is not offered. */
static const char *alpn_protocols[] = {"http/1.1", CHALLENGE_PROTOCOL, NULL};

static int choose_host(struct tls_session *session, const struct hostname *host)
{
    const struct site *site = site_find(session->view->table, host);
    if (site == NULL) {
        session->refusal = "no such host is configured";
        return -1;
    }
    session->table = site_table_ref(session->view->table);
    session->site = site;
    return 0;
}

/* The name only; RFC 6066 section 3. A HelloRetryRequest, and a 1.2 client, bring it twice; another
 * one than before is refused. mbedTLS answers -1 with the alert unrecognized_name. */
static int on_server_name(void *unused, mbedtls_ssl_context *ssl, const unsigned char *name,
                          size_t length)
{
    (void)unused;
    struct tls_session *session = mbedtls_ssl_get_user_data_p(ssl);
    struct hostname host;
    if (hostname_parse(&host, (const char *)name, length, NULL) != 0) {
        session->refusal = "the server name is no host name";
        return -1;
    }
    if (session->site != NULL && hostname_equal(&host, &session->host))
        return 0;
    if (session->site != NULL) {
        session->refusal = "two different server names";
        return -1;
    }
    session->host = host;
    return choose_host(session, &host);
}

static int refuse(struct tls_session *session, unsigned char alert, const char *reason)
{
    session->refusal = reason;
    (void)mbedtls_ssl_send_alert_message(&session->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert);
    return MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE;
}

/* RFC 8737 section 3: the answer to a challenge is this handshake's certificate. */
static int answer_challenge(struct tls_session *session)
{
    struct error why;
    const struct config_acme *acme = &site_table_config(session->view->table)->acme;
    if (acme->present)
        session->challenge =
            challenge_find(session->view->challenges, acme->challenges, &session->host, &why);
    if (session->challenge == NULL)
        return refuse(session, MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL,
                      "no challenge is pending");
    struct cert *cert = challenge_cert(session->challenge);
    return mbedtls_ssl_set_hs_own_cert(&session->ssl, &cert->chain, &cert->key);
}

static bool offers_challenge_only(const mbedtls_ssl_context *ssl)
{
    const char *chosen = mbedtls_ssl_get_alpn_protocol(ssl);
    return chosen != NULL && strcmp(chosen, CHALLENGE_PROTOCOL) == 0;
}

/* After all extensions are read, before any key is exchanged: SNI and ALPN are known. A refusal
 * here sends its alert itself, mbedTLS does not. It runs again after a HelloRetryRequest. */
static int on_certificate(mbedtls_ssl_context *ssl)
{
    struct tls_session *session = mbedtls_ssl_get_user_data_p(ssl);
    if (session->pair_count > 0 || session->challenge != NULL)
        return 0; /* mbedtls_ssl_set_hs_own_cert would append them again */

    if (session->site == NULL) {
        const struct hostname *host = &site_table_server(session->view->table)->default_host;
        if (host->length == 0 || choose_host(session, host) != 0)
            return refuse(session, MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME, "no server name");
        session->host = *host;
    }
    if (offers_challenge_only(ssl))
        return answer_challenge(session);
    session->pair_count = certstore_find(session->view->certs, session->site, &session->host,
                                         session->view->now_ms, session->pairs);
    if (session->pair_count == 0)
        return refuse(session, MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR, "no usable certificate");
    for (size_t i = 0; i < session->pair_count; i++) {
        struct cert *cert = certstore_pair_cert(session->pairs[i]);
        int code = mbedtls_ssl_set_hs_own_cert(ssl, &cert->chain, &cert->key);
        if (code != 0)
            return code;
    }
    return 0;
}

void tls_session_flush(struct tls_session *session)
{
    wire_flush(&session->wire);
}

int tls_open(struct tls **out, struct error *why)
{
    if (cert_init(why) != 0)
        return -1;
    struct tls *tls = calloc(1, sizeof(*tls));
    if (tls == NULL)
        return error_set(why, "TLS: out of memory");
    mbedtls_ssl_config *conf = &tls->conf;
    mbedtls_ssl_config_init(conf);
    if (mbedtls_ssl_config_defaults(conf, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                    MBEDTLS_SSL_PRESET_DEFAULT) != 0 ||
        mbedtls_ssl_conf_alpn_protocols(conf, alpn_protocols) != 0) {
        tls_close(tls);
        return error_set(why, "TLS: mbedTLS refuses its configuration, or memory is out");
    }
    mbedtls_ssl_conf_rng(conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_ciphersuites(conf, ciphersuites);
    mbedtls_ssl_conf_groups(conf, groups);
    mbedtls_ssl_conf_tls13_key_exchange_modes(conf, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
    mbedtls_ssl_conf_session_tickets(conf, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
    mbedtls_ssl_conf_sni(conf, on_server_name, NULL);
    mbedtls_ssl_conf_cert_cb(conf, on_certificate);
    *out = tls;
    return 0;
}

void tls_close(struct tls *tls)
{
    if (tls == NULL)
        return;
    mbedtls_ssl_config_free(&tls->conf);
    free(tls);
}

struct tls_session *tls_session_open(struct tls *tls, int fd)
{
    struct tls_session *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return NULL;
    session->wire.fd = fd;
    mbedtls_ssl_init(&session->ssl);
    if (mbedtls_ssl_setup(&session->ssl, &tls->conf) != 0) {
        tls_session_close(session);
        return NULL;
    }
    mbedtls_ssl_set_user_data_p(&session->ssl, session);
    mbedtls_ssl_set_bio(&session->ssl, &session->wire, wire_send, wire_receive, NULL);
    return session;
}

static void give_pairs_back(struct tls_session *session)
{
    while (session->pair_count > 0)
        certstore_pair_unref(session->pairs[--session->pair_count]);
}

void tls_session_close(struct tls_session *session)
{
    if (session == NULL)
        return;
    mbedtls_ssl_free(&session->ssl);
    give_pairs_back(session);
    challenge_unref(session->challenge);
    site_table_unref(session->table);
    free(session);
}

/* mbedTLS gives up the turn on a warning alert or an empty record though the socket may hold more;
 * an edge-triggered wait would miss that. Records without data are borne only so long. */
static bool must_go_on(struct tls_session *session, int code, unsigned *turns)
{
    bool nothing_came = code == MBEDTLS_ERR_SSL_WANT_READ || (code == 0 && !session->wire.saw_end);
    if (!nothing_came || session->wire.is_drained)
        return false;
    return ++*turns < EMPTY_RECORDS_MAX;
}

/* What mbedTLS's code means to the connection. */
static enum tls_result result_of(struct tls_session *session, int code)
{
    session->code = code;
    switch (code) {
    case MBEDTLS_ERR_SSL_WANT_READ:
        return session->wire.is_drained ? TLS_RESULT_AGAIN : TLS_RESULT_FAILED;
    case MBEDTLS_ERR_SSL_WANT_WRITE:
        return TLS_RESULT_AGAIN;
    case 0:
        return session->wire.saw_end      ? TLS_RESULT_END
               : session->wire.is_drained ? TLS_RESULT_AGAIN
                                          : TLS_RESULT_FAILED;
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
    case MBEDTLS_ERR_SSL_CONN_EOF:
        return TLS_RESULT_END;
    default:
        return code > 0 ? TLS_RESULT_DONE : TLS_RESULT_FAILED;
    }
}

/* mbedTLS squares the two values that blind an RSA key one after the other. Where memory ends
 * between them, each later signature is wrong, and by TLS 1.3 it is sent: only the client sees it,
 * and goes. */
static void doubt_pairs(struct tls_session *session)
{
    for (size_t i = 0; i < session->pair_count; i++)
        if (mbedtls_pk_can_do(&certstore_pair_cert(session->pairs[i])->key, MBEDTLS_PK_RSA))
            certstore_pair_doubt(session->pairs[i]);
}

enum tls_result tls_session_handshake(struct tls_session *session, const struct tls_view *view)
{
    unsigned turns = 0;
    int code;
    session->view = view;
    session->wire.is_drained = false;
    do
        code = mbedtls_ssl_handshake(&session->ssl);
    while (code != 0 && must_go_on(session, code, &turns));
    session->view = NULL;
    enum tls_result result = code == 0 ? TLS_RESULT_DONE : result_of(session, code);
    if (result == TLS_RESULT_AGAIN && session->wire.is_flooded) {
        session->refusal = "too many bytes before a request";
        result = TLS_RESULT_FAILED;
    }
    if (result == TLS_RESULT_DONE) {
        assert(session->site != NULL);
        if (mbedtls_ssl_get_version_number(&session->ssl) == MBEDTLS_SSL_VERSION_TLS1_3)
            wire_acknowledge(&session->wire); /* 1.3 sends nothing after the client's Finished */
        give_pairs_back(session); /* mbedTLS has forgotten them with the handshake's state */
    } else if (result != TLS_RESULT_AGAIN) {
        doubt_pairs(session);
    }
    tls_session_flush(session);
    return result;
}

enum tls_result tls_session_read(struct tls_session *session, unsigned char *out, size_t size,
                                 size_t *moved)
{
    unsigned turns = 0;
    int code;
    *moved = 0;
    if (session->write_waits) /* reading may make mbedTLS send, and forget that write */
        return TLS_RESULT_AGAIN;
    session->wire.is_drained = false;
    do
        code = mbedtls_ssl_read(&session->ssl, out, size);
    while (must_go_on(session, code, &turns));
    *moved = code > 0 ? (size_t)code : 0;
    return result_of(session, code);
}

enum tls_result tls_session_write(struct tls_session *session, const unsigned char *bytes,
                                  size_t length, size_t *moved)
{
    int code = mbedtls_ssl_write(&session->ssl, bytes, length);
    session->write_waits = code == MBEDTLS_ERR_SSL_WANT_WRITE;
    *moved = code > 0 ? (size_t)code : 0;
    return result_of(session, code);
}

enum tls_result tls_session_end(struct tls_session *session)
{
    if (session->ended)
        return TLS_RESULT_DONE;
    int code = mbedtls_ssl_close_notify(&session->ssl);
    if (code != 0)
        return result_of(session, code);
    session->ended = true;
    return TLS_RESULT_DONE;
}

bool tls_session_is_challenge(const struct tls_session *session)
{
    return session->challenge != NULL;
}

const struct hostname *tls_session_host(const struct tls_session *session)
{
    return &session->host;
}

const struct site *tls_session_site(const struct tls_session *session)
{
    return session->site;
}

struct site_table *tls_session_table(const struct tls_session *session)
{
    return session->table;
}

const char *tls_session_version(const struct tls_session *session)
{
    return mbedtls_ssl_get_version(&session->ssl);
}

void tls_session_reason(const struct tls_session *session, char *out, size_t size)
{
    if (session->refusal != NULL) {
        (void)snprintf(out, size, "%s%s%s", session->refusal, session->host.length > 0 ? ": " : "",
                       session->host.text);
        return;
    }
    char text[128];
    mbedtls_strerror(session->code, text, sizeof(text));
    (void)snprintf(out, size, "TLS: %s", text);
}
