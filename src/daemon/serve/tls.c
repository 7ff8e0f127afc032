/* SPDX-License-Identifier: ISC */
/* tls: a TLS session on a socket, by mbedTLS: handshake, read, write, end. */
#include "daemon/serve/tls.h"

#include <assert.h>
#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cert/cert.h"
#include "common/cert/certkey.h"
#include "daemon/serve/tls_alert.h"
#include "daemon/serve/tls_facts.h"
#include "daemon/serve/tls_hello.h"
#include "daemon/serve/tls_select.h"
#include "daemon/serve/wire.h"

#define EMPTY_RECORDS_MAX 32 /* in a row, of one connection */
#define SEALED_ALERT_MAX  40 /* bytes of an encrypted alert's record: mbedTLS fills up to 16 */

struct tls {
    mbedtls_ssl_config conf;
};

struct tls_session {
    mbedtls_ssl_context ssl;
    struct wire wire;
    bool write_waits; /* the last write is to be repeated with the same bytes */
    bool ended;       /* close_notify was written */
    struct tls_selection selection;
    const char *signature; /* for the log */
    int code;              /* mbedTLS's last error */
    unsigned sent_records; /* before the last step of the handshake */
    size_t received;       /* bytes, before it */
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

/* No sender needs secp521r1, and a share of it costs 6 ms. */
static const uint16_t groups[] = {
    MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
    MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};

enum tls_result tls_session_flush(struct tls_session *session)
{
    switch (wire_flush(&session->wire)) {
    case WIRE_FLUSH_DONE:
        return TLS_RESULT_DONE;
    case WIRE_FLUSH_WAITS:
        return TLS_RESULT_AGAIN;
    case WIRE_FLUSH_FAILED:
        break;
    }
    return TLS_RESULT_FAILED;
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
        tls_select_configure(conf) != 0) {
        tls_close(tls);
        return error_set(why, "TLS: mbedTLS refuses its configuration, or out of memory");
    }
    certkey_give_random(conf);
    mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_3);
    mbedtls_ssl_conf_ciphersuites(conf, ciphersuites);
    mbedtls_ssl_conf_groups(conf, groups);
    mbedtls_ssl_conf_tls13_key_exchange_modes(conf, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
    mbedtls_ssl_conf_session_tickets(conf, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
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

struct tls_session *tls_session_open(struct tls *tls, int fd, struct readable *readable)
{
    struct tls_session *session = calloc(1, sizeof(*session));
    if (session == NULL)
        return NULL;
    session->wire = (struct wire){.fd = fd, .readable = readable, .replay = {.keeps = true}};
    session->selection.replay = &session->wire.replay;
    mbedtls_ssl_init(&session->ssl);
    if (mbedtls_ssl_setup(&session->ssl, &tls->conf) != 0) {
        tls_session_close(session);
        return NULL;
    }
    mbedtls_ssl_set_user_data_p(&session->ssl, &session->selection);
    mbedtls_ssl_set_bio(&session->ssl, &session->wire, wire_send, wire_receive, NULL);
    return session;
}

void tls_session_close(struct tls_session *session)
{
    if (session == NULL)
        return;
    mbedtls_ssl_free(&session->ssl);
    tls_select_free(&session->selection);
    wire_end(&session->wire);
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
    session->selection.refusal = "too many bytes before a request";
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

static int step_handshake(struct tls_session *session)
{
    int code = 0;
    while (code == 0 && mbedtls_ssl_is_handshake_over(&session->ssl) == 0) {
        session->sent_records = session->wire.out.count;
        session->received = session->wire.received;
        code = mbedtls_ssl_handshake_step(&session->ssl);
    }
    return code;
}

/* Whether the failed step sent an alert. From TLS 1.3's ServerHello on it shows by its size alone;
 * no step that fails has sent another record as small. */
static bool alert_was_sent(const struct tls_session *session)
{
    const struct wire_record *sent = &session->wire.out;
    unsigned kind = wire_record_kind(sent);
    bool is_sealed_alert =
        kind == MBEDTLS_SSL_MSG_APPLICATION_DATA && wire_record_length(sent) <= SEALED_ALERT_MAX;
    return sent->count != session->sent_records &&
           (kind == MBEDTLS_SSL_MSG_ALERT || is_sealed_alert);
}

/* mbedTLS fails in silence in some places. What it held back goes out by the first call, and the
 * alert by the second. */
static void ensure_alert(struct tls_session *session)
{
    int alert = tls_alert_for(session->code, &session->wire.in,
                              session->wire.received != session->received);
    for (int i = 0; i < 2 && alert != TLS_ALERT_NONE && !alert_was_sent(session); i++)
        (void)mbedtls_ssl_send_alert_message(&session->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                             (unsigned char)alert);
}

/* mbedTLS has no way to wait within its callback, so the handshake begins anew, with the same bytes
 * of the client: what was sent so far is nothing. */
static int begin_again(struct tls_session *session)
{
    session->selection.waits = false;
    wire_rewind(&session->wire);
    return mbedtls_ssl_session_reset(&session->ssl);
}

static int go_on(struct tls_session *session)
{
    unsigned turns = 0;
    int code = session->selection.waits ? begin_again(session) : 0;
    if (code != 0)
        return code;
    session->wire.is_drained = false;
    do
        code = step_handshake(session);
    while (code != 0 && must_go_on(session, code, &turns));
    return code;
}

/* The kinds of keys that the client was shown; one of two is named by TLS 1.2's cipher suite. */
static const char *signature_of(const struct tls_session *session)
{
    size_t rsa = 0;
    size_t count = session->selection.pair_count;
    for (size_t i = 0; i < count; i++)
        rsa += certkey_is_rsa(&certstore_pair_cert(session->selection.pairs[i])->key);
    if (rsa == 0 || rsa == count)
        return count == 0 ? "-" : rsa == 0 ? "ecdsa" : "rsa";
    if (mbedtls_ssl_get_version_number(&session->ssl) == MBEDTLS_SSL_VERSION_TLS1_3)
        return "ecdsa-or-rsa";
    return strstr(mbedtls_ssl_get_ciphersuite(&session->ssl), "ECDSA") != NULL ? "ecdsa" : "rsa";
}

void tls_session_note(struct tls_session *session)
{
    session->wire.notes_group = true;
}

const char *tls_session_group(const struct tls_session *session)
{
    return tls_hello_group_name(session->wire.group);
}

const char *tls_session_signature(const struct tls_session *session)
{
    return session->signature != NULL ? session->signature : "-";
}

enum tls_result tls_session_handshake(struct tls_session *session, const struct tls_view *view)
{
    struct tls_selection *selection = &session->selection;
    if (selection->waits && view->waiter != NULL && lookup_is_waiting(view->waiter))
        return TLS_RESULT_WAIT;
    selection->view = view;
    int code = go_on(session);
    selection->view = NULL;
    if (selection->waits)
        return TLS_RESULT_WAIT;
    enum tls_result result = code == 0 ? TLS_RESULT_DONE : result_of(session, code);
    if (result == TLS_RESULT_DONE) {
        assert(session->selection.site != NULL);
        if (mbedtls_ssl_get_version_number(&session->ssl) == MBEDTLS_SSL_VERSION_TLS1_3)
            wire_acknowledge(&session->wire); /* 1.3 sends nothing after the client's Finished */
        if (session->wire.notes_group)
            session->signature = signature_of(session);
        tls_select_release_pairs(
            &session->selection); /* mbedTLS has forgotten them with the handshake's state */
    } else if (result != TLS_RESULT_AGAIN) {
        ensure_alert(session);
        tls_select_doubt_pairs(&session->selection);
    }
    (void)tls_session_flush(session); /* what waits goes out by the next call */
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
    int code = session->ended ? 0 : mbedtls_ssl_close_notify(&session->ssl);
    if (code != 0)
        return result_of(session, code);
    session->ended = true;
    return tls_session_flush(session);
}

bool tls_session_is_challenge(const struct tls_session *session)
{
    return session->selection.challenge != NULL;
}

const struct hostname *tls_session_host(const struct tls_session *session)
{
    return &session->selection.host;
}

const struct site *tls_session_site(const struct tls_session *session)
{
    return session->selection.site;
}

struct site_table *tls_session_table(const struct tls_session *session)
{
    return session->selection.table;
}

const char *tls_session_version(const struct tls_session *session)
{
    return mbedtls_ssl_get_version(&session->ssl);
}

/* The alert by which the client left, or -1; *authentic: it came encrypted. mbedTLS 3.6 has no
 * function that tells which alert was fatal. A plain one is kept by wire: behind the server's
 * Finished, TLS 1.3 takes it for a record that cannot be decrypted (OpenSSL refuses a certificate
 * before it changes its keys). */
static int client_alert(const struct tls_session *session, bool *authentic)
{
    int plain =
        session->code == MBEDTLS_ERR_SSL_WANT_READ ? -1 : wire_record_alert(&session->wire.in);
    *authentic = plain < 0;
    if (plain >= 0 || session->code != MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
        return plain;
    return session->ssl.MBEDTLS_PRIVATE(in_msg)[1];
}

size_t tls_session_version_index(const struct tls_session *session)
{
    if (session->wire.group == 0) /* no key exchange was agreed on */
        return 0;
    return mbedtls_ssl_get_version_number(&session->ssl) == MBEDTLS_SSL_VERSION_TLS1_3 ? 2 : 1;
}

enum counters_handshake tls_session_failure(const struct tls_session *session)
{
    bool authentic;
    if (session->wire.is_flooded)
        return COUNTERS_FLOODED;
    if (session->selection.refusal != NULL)
        return session->selection.site == NULL ? COUNTERS_UNKNOWN_HOST : COUNTERS_NO_CERTIFICATE;
    return client_alert(session, &authentic) >= 0 ? COUNTERS_CLIENT_ALERT : COUNTERS_FAILED;
}

static void describe_failure(const struct tls_session *session, char *out, size_t size)
{
    char text[128];
    int sent = wire_record_alert(&session->wire.out);
    const char *cause = tls_alert_cause(sent);
    mbedtls_strerror(session->code, text, sizeof(text));
    (void)snprintf(out, size, "TLS: %s%s%s", cause != NULL ? cause : text,
                   sent >= 0 ? ", answered by the alert " : "",
                   sent >= 0 ? tls_alert_name(sent) : "");
}

void tls_session_reason(const struct tls_session *session, char *out, size_t size)
{
    bool authentic;
    int alert = client_alert(session, &authentic);
    if (session->selection.refusal != NULL)
        (void)snprintf(out, size, "%s", session->selection.refusal);
    else if (alert >= 0)
        tls_alert_describe(out, size, alert, authentic);
    else
        describe_failure(session, out, size);
}
