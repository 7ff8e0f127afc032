/* SPDX-License-Identifier: ISC */
/* tls_alert: the alerts of TLS (RFC 8446 section 6): which one a failure needs, and what one means;
 * pure. */
#include "daemon/serve/tls_alert.h"

#include <mbedtls/error.h>
#include <mbedtls/ssl.h>
#include <stdio.h>

#define PLAINTEXT_MAX 16384 /* bytes of a record: RFC 8446 section 5.1 */

/* What a client means by an alert. */
enum meaning {
    MEANING_CERTIFICATE, /* ours is not accepted */
    MEANING_PARAMETERS,  /* there is nothing in common */
    MEANING_FAULT,       /* it found a fault in what we sent */
    MEANING_LEAVES,      /* it ends the handshake, for whatever reason */
};

/* The numbers of RFC 8446 section 6, of RFC 5246, and of IANA's registry. */
static const struct {
    unsigned char alert;
    enum meaning meaning;
    const char *name;
    const char *cause; /* why the server sends it; NULL: it does not, or mbedTLS's words are used */
} alerts[] = {
    {0, MEANING_LEAVES, "close_notify", NULL},
    {10, MEANING_FAULT, "unexpected_message", "no TLS, or a message out of order"},
    {20, MEANING_FAULT, "bad_record_mac", "a record that cannot be decrypted"},
    {21, MEANING_FAULT, "decryption_failed", NULL},
    {22, MEANING_FAULT, "record_overflow", "a record of more than 16 kB"},
    {30, MEANING_FAULT, "decompression_failure", NULL},
    {40, MEANING_PARAMETERS, "handshake_failure",
     "no group, cipher suite or signature algorithm in common"},
    {42, MEANING_CERTIFICATE, "bad_certificate", NULL},
    {43, MEANING_CERTIFICATE, "unsupported_certificate", NULL},
    {44, MEANING_CERTIFICATE, "certificate_revoked", NULL},
    {45, MEANING_CERTIFICATE, "certificate_expired", NULL},
    {46, MEANING_CERTIFICATE, "certificate_unknown", NULL},
    {47, MEANING_FAULT, "illegal_parameter",
     "a key share, a length or another value that is not allowed"},
    {48, MEANING_CERTIFICATE, "unknown_ca", NULL},
    {49, MEANING_LEAVES, "access_denied", NULL},
    {50, MEANING_FAULT, "decode_error", "a damaged message"},
    {51, MEANING_FAULT, "decrypt_error", "a signature or a Finished that is wrong"},
    {60, MEANING_PARAMETERS, "export_restriction", NULL},
    {70, MEANING_PARAMETERS, "protocol_version", "no TLS version in common"},
    {71, MEANING_PARAMETERS, "insufficient_security", NULL},
    {80, MEANING_LEAVES, "internal_error", NULL},
    {86, MEANING_PARAMETERS, "inappropriate_fallback", NULL},
    {90, MEANING_LEAVES, "user_canceled", NULL},
    {100, MEANING_LEAVES, "no_renegotiation", NULL},
    {109, MEANING_FAULT, "missing_extension", "an extension is missing"},
    {110, MEANING_FAULT, "unsupported_extension", "an extension that was not asked for"},
    {111, MEANING_CERTIFICATE, "certificate_unobtainable", NULL},
    {112, MEANING_LEAVES, "unrecognized_name", "a server name that cannot be read"},
    {113, MEANING_CERTIFICATE, "bad_certificate_status_response", NULL},
    {114, MEANING_CERTIFICATE, "bad_certificate_hash_value", NULL},
    {115, MEANING_PARAMETERS, "unknown_psk_identity", NULL},
    {116, MEANING_LEAVES, "certificate_required", NULL},
    {120, MEANING_PARAMETERS, "no_application_protocol", "no ALPN protocol in common"},
    {121, MEANING_LEAVES, "ech_required", NULL},
};

/* mbedTLS has one code for all records that it does not take. */
static int alert_for_record(const struct wire_record *last)
{
    unsigned kind = wire_record_kind(last);
    size_t length = wire_record_length(last);
    bool is_of_tls =
        kind >= MBEDTLS_SSL_MSG_CHANGE_CIPHER_SPEC && kind <= MBEDTLS_SSL_MSG_APPLICATION_DATA;
    bool is_cut = kind == MBEDTLS_SSL_MSG_HANDSHAKE || kind == MBEDTLS_SSL_MSG_ALERT;
    if (!is_of_tls || length == 0) /* RFC 8446 sections 5 and 5.4 */
        return MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE;
    if (last->head[1] != 3)
        return MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION;
    if (length > PLAINTEXT_MAX)
        return MBEDTLS_SSL_ALERT_MSG_RECORD_OVERFLOW;
    return is_cut ? MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR : MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE;
}

int tls_alert_for(int code, const struct wire_record *last, bool hello_read)
{
    switch (code) {
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
    case MBEDTLS_ERR_SSL_CONN_EOF:
        return TLS_ALERT_NONE;
    case MBEDTLS_ERR_SSL_WANT_READ: /* more records without data than are borne */
    case MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE:
    case MBEDTLS_ERR_SSL_UNEXPECTED_RECORD:
        return MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE;
    case MBEDTLS_ERR_SSL_INVALID_RECORD:
        return alert_for_record(last);
    case MBEDTLS_ERR_SSL_BAD_INPUT_DATA: /* a key share, a message or a record over its buffer */
        return wire_record_length(last) > PLAINTEXT_MAX ? MBEDTLS_SSL_ALERT_MSG_RECORD_OVERFLOW
                                                        : MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER;
    case MBEDTLS_ERR_ERROR_CORRUPTION_DETECTED: /* a message over its buffer, too */
        return hello_read ? MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER
                          : MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR;
    case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE: /* read: a key share longer than any that there is */
        return hello_read ? MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER
                          : MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE;
    case MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER:
        return MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER;
    case MBEDTLS_ERR_SSL_DECODE_ERROR:
        return MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR;
    case MBEDTLS_ERR_SSL_INVALID_MAC:
        return MBEDTLS_SSL_ALERT_MSG_BAD_RECORD_MAC;
    case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
        return MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION;
    case MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION:
        return MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_EXT;
    case MBEDTLS_ERR_SSL_UNRECOGNIZED_NAME:
        return MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME;
    case MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL:
        return MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL;
    default:
        return MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR;
    }
}

static size_t index_of(int alert)
{
    size_t i = 0;
    while (i < sizeof(alerts) / sizeof(alerts[0]) && alerts[i].alert != alert)
        i++;
    return i;
}

static bool is_known(int alert)
{
    return index_of(alert) < sizeof(alerts) / sizeof(alerts[0]);
}

const char *tls_alert_name(int alert)
{
    return is_known(alert) ? alerts[index_of(alert)].name : NULL;
}

const char *tls_alert_cause(int alert)
{
    return is_known(alert) ? alerts[index_of(alert)].cause : NULL;
}

void tls_alert_describe(char *out, size_t size, int alert, bool authentic)
{
    static const char *const meanings[] = {
        [MEANING_CERTIFICATE] = "does not accept the certificate",
        [MEANING_PARAMETERS] = "finds nothing in common with the server",
        [MEANING_FAULT] = "finds a fault in what the server sent",
        [MEANING_LEAVES] = "ended the handshake",
    };
    char number[16];
    const char *name = tls_alert_name(alert);
    enum meaning meaning = is_known(alert) ? alerts[index_of(alert)].meaning : MEANING_LEAVES;
    (void)snprintf(number, sizeof(number), "alert %d", alert);
    (void)snprintf(out, size, "the client %s: %s%s", meanings[meaning],
                   name != NULL ? name : number,
                   authentic ? "" : ", as said by it or by somebody on the path");
}
