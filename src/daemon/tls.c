/* SPDX-License-Identifier: ISC */
/* tls: mbedTLS on a socket, and the one place where a host and its certificates are chosen. */
#include "tls.h"

#include <assert.h>
#include <mbedtls/error.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "tls_parts.h"

#define EMPTY_RECORDS_MAX 32 /* in a row, of one connection */

struct tls {
    mbedtls_ssl_config conf;
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
    mbedtls_ssl_conf_sni(conf, tls_choose_host, NULL);
    mbedtls_ssl_conf_cert_cb(conf, tls_choose_certificate);
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
    session->wire = (struct wire){.fd = fd, .replay = {.keeps = true}};
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
    replay_end(&session->wire.replay);
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

/* Nothing came, and the socket has nothing more, or nothing more is read. */
static enum tls_result result_of_silence(struct tls_session *session)
{
    if (!session->wire.is_flooded)
        return TLS_RESULT_AGAIN;
    session->refusal = "too many bytes before a request";
    return TLS_RESULT_FLOODED;
}

/* What mbedTLS's code means to the connection. */
static enum tls_result result_of(struct tls_session *session, int code)
{
    session->code = code;
    switch (code) {
    case MBEDTLS_ERR_SSL_WANT_READ:
        return session->wire.is_drained ? result_of_silence(session) : TLS_RESULT_FAILED;
    case MBEDTLS_ERR_SSL_WANT_WRITE:
        return TLS_RESULT_AGAIN;
    case 0:
        return session->wire.saw_end      ? TLS_RESULT_END
               : session->wire.is_drained ? result_of_silence(session)
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

/* mbedTLS has no way to wait within its callback, so the handshake begins anew, with the same bytes
 * of the client: what was sent so far is nothing. */
static int begin_again(struct tls_session *session)
{
    session->waits = false;
    replay_rewind(&session->wire.replay);
    return mbedtls_ssl_session_reset(&session->ssl);
}

static int go_on(struct tls_session *session)
{
    unsigned turns = 0;
    int code = session->waits ? begin_again(session) : 0;
    if (code != 0)
        return code;
    session->wire.is_drained = false;
    do
        code = mbedtls_ssl_handshake(&session->ssl);
    while (code != 0 && must_go_on(session, code, &turns));
    return code;
}

enum tls_result tls_session_handshake(struct tls_session *session, const struct tls_view *view)
{
    if (session->waits && view->waiter != NULL && lookup_is_waiting(view->waiter))
        return TLS_RESULT_WAIT;
    session->view = view;
    int code = go_on(session);
    session->view = NULL;
    if (session->waits)
        return TLS_RESULT_WAIT;
    enum tls_result result = code == 0 ? TLS_RESULT_DONE : result_of(session, code);
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
