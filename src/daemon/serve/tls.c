/* SPDX-License-Identifier: ISC */
/* tls: a TLS session on a socket, by mbedTLS: handshake, read, write, end. */
#include "daemon/serve/tls.h"

#include <assert.h>
#include <mbedtls/ssl.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/cert/cert.h"
#include "common/cert/certkey.h"
#include "daemon/serve/tls_alert.h"
#include "daemon/serve/tls_parts.h"

#define EMPTY_RECORDS_MAX 32 /* in a row, of one connection */
#define SEALED_ALERT_MAX  40 /* bytes of an encrypted alert's record: mbedTLS fills up to 16 */

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
    record_memory_begin(&session->memory);
    int code = mbedtls_ssl_setup(&session->ssl, &tls->conf);
    record_memory_end();
    if (code != 0) {
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
    record_memory_begin(&session->memory);
    mbedtls_ssl_free(&session->ssl);
    record_memory_end();
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
        session->shaken = session->wire.received;
        if (mbedtls_ssl_get_version_number(&session->ssl) == MBEDTLS_SSL_VERSION_TLS1_3)
            wire_acknowledge(&session->wire); /* 1.3 sends nothing after the client's Finished */
        if (session->wire.notes_group)
            tls_session_keep_signature(session);
        tls_select_release_pairs(
            &session->selection); /* mbedTLS has forgotten them with the handshake's state */
    } else if (result != TLS_RESULT_AGAIN) {
        ensure_alert(session);
        tls_select_doubt_pairs(&session->selection);
    }
    bool goes_on = result == TLS_RESULT_DONE || result == TLS_RESULT_AGAIN;
    if (tls_session_flush(session) == TLS_RESULT_FAILED && goes_on) /* what waits goes out later */
        return TLS_RESULT_END;
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
    record_memory_take(&session->memory);
    do
        code = mbedtls_ssl_read(&session->ssl, out, size);
    while (must_go_on(session, code, &turns));
    *moved = code > 0 ? (size_t)code : 0;
    return result_of(session, code);
}

enum tls_result tls_session_write(struct tls_session *session, const unsigned char *bytes,
                                  size_t length, size_t *moved)
{
    record_memory_take(&session->memory);
    int code = mbedtls_ssl_write(&session->ssl, bytes, length);
    session->write_waits = code == MBEDTLS_ERR_SSL_WANT_WRITE;
    *moved = code > 0 ? (size_t)code : 0;
    return result_of(session, code);
}

enum tls_result tls_session_end(struct tls_session *session)
{
    record_memory_take(&session->memory);
    int code = session->ended ? 0 : mbedtls_ssl_close_notify(&session->ssl);
    if (code != 0)
        return result_of(session, code);
    session->ended = true;
    return tls_session_flush(session);
}

/* Not a byte of a record may be in mbedTLS's buffers, nor a handshake message of which more records
 * would follow: what the handshake ended with was its own last record, read to the end. */
void tls_session_rest(struct tls_session *session)
{
    bool is_still = session->shaken != 0 && session->wire.received == session->shaken &&
                    !session->write_waits && !session->ended;
    if (is_still && mbedtls_ssl_check_pending(&session->ssl) == 0)
        record_memory_give_back(&session->memory);
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
