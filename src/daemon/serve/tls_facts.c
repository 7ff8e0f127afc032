/* SPDX-License-Identifier: ISC */
/* tls_facts: what the log and the metrics tell of a session. */
#include "daemon/serve/tls_facts.h"

#include <mbedtls/error.h>
#include <stdio.h>
#include <string.h>

#include "common/cert/cert.h"
#include "common/cert/certkey.h"
#include "daemon/serve/tls_alert.h"
#include "daemon/serve/tls_hello.h"
#include "daemon/serve/tls_parts.h"

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

void tls_session_keep_signature(struct tls_session *session)
{
    session->signature = signature_of(session);
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
