/* SPDX-License-Identifier: ISC */
/* tls_select: the one place where a host and its certificates are chosen, by SNI and ALPN, in
 * mbedTLS's callbacks. */
#include "tls_select.h"

#include <stdbool.h>
#include <string.h>

#include "cert.h"

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
        selection->refusal = "the server name is no host name";
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

/* RFC 8737 section 3: the answer to a challenge is this handshake's certificate. */
static int answer_challenge(mbedtls_ssl_context *ssl, struct tls_selection *selection)
{
    struct error why;
    const struct config_acme *acme = &site_table_config(selection->view->table)->acme;
    if (acme->present)
        selection->challenge =
            challenge_find(selection->view->challenges, acme->challenges, &selection->host, &why);
    if (selection->challenge == NULL)
        return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL,
                      "no challenge is pending");
    struct cert *cert = challenge_cert(selection->challenge);
    return mbedtls_ssl_set_hs_own_cert(ssl, &cert->chain, &cert->key);
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
    struct tls_selection *selection = mbedtls_ssl_get_user_data_p(ssl);
    if (selection->pair_count > 0 || selection->challenge != NULL)
        return 0; /* mbedtls_ssl_set_hs_own_cert would append them again */

    if (selection->site == NULL) {
        const struct hostname *host = &site_table_server(selection->view->table)->default_host;
        if (host->length == 0 || choose_host(selection, host) != 0)
            return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME, "no server name");
        selection->host = *host;
    }
    if (offers_challenge_only(ssl))
        return answer_challenge(ssl, selection);
    selection->pair_count =
        certstore_find(selection->view->certs, selection->site, &selection->host,
                       selection->view->now_ms, selection->pairs);
    if (selection->pair_count == 0)
        return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR, "no usable certificate");
    for (size_t i = 0; i < selection->pair_count; i++) {
        struct cert *cert = certstore_pair_cert(selection->pairs[i]);
        int code = mbedtls_ssl_set_hs_own_cert(ssl, &cert->chain, &cert->key);
        if (code != 0)
            return code;
    }
    return 0;
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
        if (mbedtls_pk_can_do(&certstore_pair_cert(selection->pairs[i])->key, MBEDTLS_PK_RSA))
            certstore_pair_doubt(selection->pairs[i]);
}

void tls_select_free(struct tls_selection *selection)
{
    tls_select_release_pairs(selection);
    challenge_unref(selection->challenge);
    site_table_unref(selection->table);
    *selection = (struct tls_selection){0};
}
