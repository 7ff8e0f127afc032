/* SPDX-License-Identifier: ISC */
/* tls_choose: the one place where a host and its certificates are chosen, by SNI and ALPN. */
#include <stdbool.h>
#include <string.h>

#include "tls_parts.h"

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
int tls_choose_host(void *unused, mbedtls_ssl_context *ssl, const unsigned char *name,
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

/* Files that are read only now are waited for if the client's bytes can be read again then. */
static struct lookup_waiter *waiter_of(const struct tls_session *session)
{
    return session->wire.replay.keeps ? session->view->waiter : NULL;
}

/* RFC 8737 section 3: the answer to a challenge is this handshake's certificate. */
static enum lookup_result find_challenge(struct tls_session *session)
{
    struct error why;
    const struct config_acme *acme = &site_table_config(session->view->table)->acme;
    if (!acme->present)
        return LOOKUP_NONE;
    return challenge_find(session->view->challenges, acme->challenges, &session->host,
                          &session->challenge_asked, waiter_of(session), &session->challenge, &why);
}

static int show_challenge(struct tls_session *session)
{
    struct cert *cert = challenge_cert(session->challenge);
    return mbedtls_ssl_set_hs_own_cert(&session->ssl, &cert->chain, &cert->key);
}

static enum lookup_result find_pairs(struct tls_session *session)
{
    const struct tls_view *view = session->view;
    return certstore_find(view->certs, session->site, &session->host, view->now_ms,
                          waiter_of(session), session->pairs, &session->pair_count);
}

static int show_pairs(struct tls_session *session)
{
    int code = 0;
    for (size_t i = 0; i < session->pair_count && code == 0; i++) {
        struct cert *cert = certstore_pair_cert(session->pairs[i]);
        code = mbedtls_ssl_set_hs_own_cert(&session->ssl, &cert->chain, &cert->key);
    }
    return code;
}

static bool offers_challenge_only(const mbedtls_ssl_context *ssl)
{
    const char *chosen = mbedtls_ssl_get_alpn_protocol(ssl);
    return chosen != NULL && strcmp(chosen, CHALLENGE_PROTOCOL) == 0;
}

static int show(struct tls_session *session, bool is_challenge)
{
    switch (is_challenge ? find_challenge(session) : find_pairs(session)) {
    case LOOKUP_FOUND:
        return is_challenge ? show_challenge(session) : show_pairs(session);
    case LOOKUP_WAIT:
        session->waits = true; /* nothing was sent so far, and nothing is now */
        return MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE;
    case LOOKUP_LATE:
        return refuse(session, MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR,
                      is_challenge ? "the challenge's file does not answer"
                                   : "the certificate's file does not answer");
    case LOOKUP_NONE:
        break;
    }
    if (is_challenge)
        return refuse(session, MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL,
                      "no challenge is pending");
    return refuse(session, MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR, "no usable certificate");
}

/* After all extensions are read, before any key is exchanged or any byte sent, a HelloRetryRequest
 * included: SNI and ALPN are known. A refusal here sends its alert itself, mbedTLS does not. It
 * runs again after a HelloRetryRequest, and when the ClientHello is read again after a wait for
 * files. */
int tls_choose_certificate(mbedtls_ssl_context *ssl)
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
    int code = show(session, offers_challenge_only(ssl));
    if (!session->waits)
        replay_end(&session->wire.replay);
    return code;
}
