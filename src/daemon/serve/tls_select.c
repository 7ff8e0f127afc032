/* SPDX-License-Identifier: ISC */
/* tls_select: chooses the host and its certificates by SNI and ALPN, in mbedTLS's callbacks. */
#include "daemon/serve/tls_select.h"

#include <stdbool.h>
#include <string.h>

#include "common/cert/cert.h"
#include "common/cert/certkey.h"

/* In the order of our preference: the challenge's only where HTTP is not offered. */
static const char *alpn_protocols[] = {"http/1.1", "http/1.0", CHALLENGE_PROTOCOL, NULL};

static int choose_host(struct tls_selection *selection, const struct hostname *host)
{
    const struct site *site = site_find(selection->view->table, host);
    if (site == NULL) {
        selection->refusal = "no such host is configured";
        return -1;
    }
    selection->table = site_table_ref(selection->view->table);
    selection->site = site;
    return 0;
}

/* The name only; RFC 6066 section 3. A HelloRetryRequest, and a 1.2 client, bring it twice; another
 * one than before is refused. mbedTLS answers -1 with the alert unrecognized_name. */
static int on_server_name(void *unused, mbedtls_ssl_context *ssl, const unsigned char *name,
                          size_t length)
{
    (void)unused;
    struct tls_selection *selection = mbedtls_ssl_get_user_data_p(ssl);
    struct hostname host;
    if (hostname_parse(&host, (const char *)name, length, NULL) != 0) {
        selection->refusal = "the server name is not a host name";
        return -1;
    }
    if (selection->site != NULL && hostname_equal(&host, &selection->host))
        return 0;
    if (selection->site != NULL) {
        selection->refusal = "two different server names";
        return -1;
    }
    selection->host = host;
    return choose_host(selection, &host);
}

static int refuse(mbedtls_ssl_context *ssl, unsigned char alert, const char *reason)
{
    struct tls_selection *selection = mbedtls_ssl_get_user_data_p(ssl);
    selection->refusal = reason;
    (void)mbedtls_ssl_send_alert_message(ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert);
    return MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE;
}

/* Files that are read only now are waited for if the client's bytes can be read again then. */
static struct lookup_waiter *waiter_of(const struct tls_selection *selection)
{
    bool can_wait = selection->replay != NULL && selection->replay->keeps;
    return can_wait ? selection->view->waiter : NULL;
}

/* RFC 8737 section 3: the answer to a challenge is this handshake's certificate. */
static enum lookup_result find_challenge(struct tls_selection *selection)
{
    struct error why;
    const struct config_acme *acme = &site_table_config(selection->view->table)->acme;
    if (!acme->present)
        return LOOKUP_NONE;
    return challenge_find(selection->view->challenges, acme->challenges, &selection->host,
                          &selection->challenge_asked, waiter_of(selection), &selection->challenge,
                          &why);
}

static int show_challenge(mbedtls_ssl_context *ssl, const struct tls_selection *selection)
{
    struct cert *cert = challenge_cert(selection->challenge);
    return mbedtls_ssl_set_hs_own_cert(ssl, &cert->chain, &cert->key);
}

static enum lookup_result find_pairs(struct tls_selection *selection)
{
    const struct tls_view *view = selection->view;
    return certstore_find(view->certs, selection->site, &selection->host, view->now_ms,
                          waiter_of(selection), selection->pairs, &selection->pair_count);
}

static int show_pairs(mbedtls_ssl_context *ssl, const struct tls_selection *selection)
{
    int code = 0;
    for (size_t i = 0; i < selection->pair_count && code == 0; i++) {
        struct cert *cert = certstore_pair_cert(selection->pairs[i]);
        code = mbedtls_ssl_set_hs_own_cert(ssl, &cert->chain, &cert->key);
    }
    return code;
}

static int show(mbedtls_ssl_context *ssl, struct tls_selection *selection, bool is_challenge)
{
    switch (is_challenge ? find_challenge(selection) : find_pairs(selection)) {
    case LOOKUP_FOUND:
        return is_challenge ? show_challenge(ssl, selection) : show_pairs(ssl, selection);
    case LOOKUP_WAIT:
        selection->waits = true; /* nothing was sent so far, and nothing is now */
        return MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE;
    case LOOKUP_LATE:
        return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR,
                      is_challenge ? "the challenge's file does not answer"
                                   : "the certificate's file does not answer");
    case LOOKUP_NONE:
        break;
    }
    if (is_challenge)
        return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL,
                      "no challenge is pending");
    return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR, "no usable certificate");
}

static bool offers_challenge_only(const mbedtls_ssl_context *ssl)
{
    const char *chosen = mbedtls_ssl_get_alpn_protocol(ssl);
    return chosen != NULL && strcmp(chosen, CHALLENGE_PROTOCOL) == 0;
}

/* After all extensions are read, before any key is exchanged or any byte sent, a HelloRetryRequest
 * included: SNI and ALPN are known. A refusal here sends its alert itself, mbedTLS does not. It
 * runs again after a HelloRetryRequest, and when the ClientHello is read again after a wait for
 * files. */
static int on_certificate(mbedtls_ssl_context *ssl)
{
    struct tls_selection *selection = mbedtls_ssl_get_user_data_p(ssl);
    if (selection->pair_count > 0 || selection->challenge != NULL)
        return 0; /* mbedtls_ssl_set_hs_own_cert would append them again */

    if (selection->site == NULL) {
        const struct hostname *host = &site_table_server(selection->view->table)->default_host;
        if (host->length == 0 || choose_host(selection, host) != 0)
            return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME, "no server name");
        selection->host = *host;
    }
    int code = show(ssl, selection, offers_challenge_only(ssl));
    if (!selection->waits && selection->replay != NULL)
        replay_end(selection->replay);
    return code;
}

int tls_select_configure(mbedtls_ssl_config *conf)
{
    mbedtls_ssl_conf_sni(conf, on_server_name, NULL);
    mbedtls_ssl_conf_cert_cb(conf, on_certificate);
    return mbedtls_ssl_conf_alpn_protocols(conf, alpn_protocols);
}

void tls_select_release_pairs(struct tls_selection *selection)
{
    while (selection->pair_count > 0)
        certstore_pair_unref(selection->pairs[--selection->pair_count]);
}

void tls_select_doubt_pairs(struct tls_selection *selection)
{
    for (size_t i = 0; i < selection->pair_count; i++)
        if (certkey_is_rsa(&certstore_pair_cert(selection->pairs[i])->key))
            certstore_pair_doubt(selection->pairs[i]);
}

void tls_select_free(struct tls_selection *selection)
{
    tls_select_release_pairs(selection);
    challenge_unref(selection->challenge);
    site_table_unref(selection->table);
    *selection = (struct tls_selection){0};
}
