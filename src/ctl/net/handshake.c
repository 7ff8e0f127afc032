/* SPDX-License-Identifier: ISC */
/* handshake: why a server does not complete TLS, as a sentence, and what its operator does then. */
#include "ctl/net/handshake.h"

#include <openssl/ssl.h>
#include <stddef.h>
#include <string.h>

/* An alert; its advice for a policy host and for a mail host. */
struct meaning {
    int alert;
    const char *name;
    const char *sentence;
    const char *advice[2];
};

static const char *const versions = "enable TLS 1.2 and 1.3 there";

/* Servers that want a client certificate say so by any of these. */
#define WANTS_CLIENT(alert, name)                                                                  \
    {                                                                                              \
        alert, name, "it asks for a client certificate, and senders have none",                    \
        {                                                                                          \
            "require no client certificate for this host", "require no client certificate there"   \
        }                                                                                          \
    }

static const struct meaning meanings[] = {
    {SSL3_AD_HANDSHAKE_FAILURE,
     "handshake_failure",
     "it has no cipher, curve or certificate that senders can use",
     {"enable ECDHE with AES-GCM and curve P-256, and see that this host has a certificate",
      "enable ECDHE with AES-GCM and curve P-256, and see that a certificate is configured"}},
    {TLS1_AD_PROTOCOL_VERSION,
     "protocol_version",
     "it takes no version of TLS that senders speak",
     {versions, versions}},
    {TLS1_AD_INSUFFICIENT_SECURITY,
     "insufficient_security",
     "it asks for stronger ciphers than senders have",
     {"enable ECDHE with AES-GCM there", "enable ECDHE with AES-GCM there"}},
    {TLS1_AD_INTERNAL_ERROR,
     "internal_error",
     "it has no usable certificate for this name",
     {"see which one it lacks (`mta-stsctl certs`); without mta-stsd, see the server's log",
      "see the mail server's log, and which certificate and key it is to load"}},
    {TLS1_AD_UNRECOGNIZED_NAME,
     "unrecognized_name",
     "the server there does not know this host",
     {"add the domain, or see why it was left out (`mta-stsd --check`)",
      "add this name to its TLS settings, or let it answer with its default certificate"}},
    {TLS1_AD_NO_APPLICATION_PROTOCOL,
     "no_application_protocol",
     "it does not offer HTTP/1.1",
     {"enable HTTP/1.1 there", "let it answer without ALPN"}},
    {TLS1_AD_ACCESS_DENIED,
     "access_denied",
     "it denies access",
     {"see its log and its access rules: senders come from any address",
      "see its log and its access rules: senders come from any address"}},
    WANTS_CLIENT(HANDSHAKE_NO_CLIENT_CERTIFICATE, "handshake_failure"),
    WANTS_CLIENT(SSL_AD_CERTIFICATE_REQUIRED, "certificate_required"),
    WANTS_CLIENT(SSL3_AD_NO_CERTIFICATE, "no_certificate"),
    WANTS_CLIENT(SSL3_AD_BAD_CERTIFICATE, "bad_certificate"),
    WANTS_CLIENT(SSL3_AD_UNSUPPORTED_CERTIFICATE, "unsupported_certificate"),
    WANTS_CLIENT(SSL3_AD_CERTIFICATE_REVOKED, "certificate_revoked"),
    WANTS_CLIENT(SSL3_AD_CERTIFICATE_EXPIRED, "certificate_expired"),
    WANTS_CLIENT(SSL3_AD_CERTIFICATE_UNKNOWN, "certificate_unknown"),
    WANTS_CLIENT(TLS1_AD_UNKNOWN_CA, "unknown_ca"),
};

/* What the library says where the server sent no alert, and what that means. */
static const struct {
    const char *said;
    const char *sentence;
} silent[] = {
    {"wrong version number", "something that is not TLS answers there"},
    {"packet length too long", "something that is not TLS answers there"},
    {"http request", "something that is not TLS answers there"},
    {"unsupported protocol", "it speaks no version of TLS that senders speak"},
    {"unexpected eof", "it closes the connection during the TLS handshake"},
    {"SSL_ERROR_ZERO_RETURN", "it closes the connection during the TLS handshake"},
    {"SSL_ERROR_SYSCALL", "it closes the connection during the TLS handshake"},
    {"reset by peer", "it closes the connection during the TLS handshake"},
};

static const struct meaning *find_meaning(int alert)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
        if (meanings[i].alert == alert)
            return &meanings[i];
    }
    return NULL;
}

int handshake_say(struct error *why, int alert, const char *said)
{
    const struct meaning *meaning = find_meaning(alert);
    if (meaning != NULL)
        return error_set(why, "%s (TLS alert %s)", meaning->sentence, meaning->name);
    const char *words = alert != 0 ? SSL_alert_desc_string_long(alert) : "";
    if (strcmp(words, "unknown") == 0)
        return error_set(why, "it ends the handshake with the TLS alert %d", alert);
    if (alert != 0)
        return error_set(why, "it ends the handshake with the TLS alert \"%s\"", words);
    for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
        if (strstr(said, silent[i].said) != NULL)
            return error_set(why, "%s", silent[i].sentence);
    }
    return error_set(why, "the TLS handshake fails: %s", said);
}

const char *handshake_advise(int alert, enum handshake_server server)
{
    const struct meaning *meaning = find_meaning(alert);
    if (meaning != NULL)
        return meaning->advice[server];
    if (alert != 0)
        return "see that server's log, and enable TLS 1.2 and 1.3 there";
    return server == HANDSHAKE_POLICY_HOST ? "let it answer HTTPS on port 443, with TLS 1.2 and 1.3"
                                           : versions;
}
