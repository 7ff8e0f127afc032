/* SPDX-License-Identifier: ISC */
/* probe: validates a TLS-ALPN-01 challenge as a CA would (RFC 8737), at one address. */
#include "ctl/acme/probe.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/moment.h"

#define ALERT_OFFSET 1000 /* of alerts from the other side among OpenSSL's reasons */

static const unsigned char protocols[] = "\x0a"
                                         "acme-tls/1";

/* One try. */
struct attempt {
    int fd;
    int64_t end_ms;
    SSL_CTX *context;
    SSL *tls;
    char where[NETWORK_TEXT_MAX];
    bool is_public; /* a CA could reach the address */
    const struct hostname *host;
};

static struct network_endpoint endpoint_of(const struct network_address *address, unsigned port)
{
    struct network_endpoint out = {0};
    if (network_address_is_v4(address)) {
        out.address.v4.sin_family = AF_INET;
        out.address.v4.sin_port = htons((uint16_t)port);
        memcpy(&out.address.v4.sin_addr, address->bytes + 12, 4);
        out.length = sizeof(out.address.v4);
    } else {
        out.address.v6.sin6_family = AF_INET6;
        out.address.v6.sin6_port = htons((uint16_t)port);
        memcpy(&out.address.v6.sin6_addr, address->bytes, 16);
        out.length = sizeof(out.address.v6);
    }
    return out;
}

/* Waits for the socket until the end of the attempt. */
static bool wait_for(const struct attempt *attempt, short events)
{
    for (;;) {
        struct pollfd socket = {.fd = attempt->fd, .events = events};
        int64_t left = attempt->end_ms - moment_steady_ms();
        int got = left > 0 ? poll(&socket, 1, (int)left) : 0;
        if (got != -1 || errno != EINTR)
            return got > 0;
    }
}

/* `precheck = off` is of use for public addresses alone: at any other the CA would fail. */
static enum probe_outcome say_silent(const struct attempt *attempt, int cause, struct error *why)
{
    bool is_public = attempt->is_public;
    if (cause == ENETUNREACH || cause == EAFNOSUPPORT || cause == EADDRNOTAVAIL) {
        error_set(why, "this machine cannot reach %s itself (%s); %s", attempt->where,
                  strerror(cause),
                  is_public ? "add a route, or set `precheck = off` in [acme]"
                            : "publish the public address");
        return PROBE_NO_WAY;
    }
    if (cause == ETIMEDOUT)
        error_set(why,
                  "nothing answers at %s within %d seconds; open that port in the firewall, or "
                  "correct the address in DNS%s",
                  attempt->where, PROBE_BOUND_S,
                  is_public ? " (behind a router without hairpin NAT, set `precheck = off` in "
                              "[acme])"
                            : "");
    else
        error_set(why,
                  "cannot connect to %s (%s); let mta-stsd listen there, or correct the "
                  "address in DNS",
                  attempt->where, strerror(cause));
    return PROBE_SILENT;
}

static enum probe_outcome say_other(const struct attempt *attempt, const char *detail,
                                    struct error *why)
{
    error_set(why,
              "a TLS proxy or another web server answers at %s (%s); point that address and port "
              "to mta-stsd, with no proxy before it that terminates TLS",
              attempt->where, detail);
    return PROBE_OTHER_SERVER;
}

/* 0 when connected, else what the system said. */
static int connect_to(struct attempt *attempt, const struct network_endpoint *endpoint)
{
    int cause = 0;
    socklen_t length = sizeof(cause);
    attempt->fd = socket(endpoint->address.any.sa_family,
                         SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
    if (attempt->fd < 0)
        return errno;
    if (connect(attempt->fd, &endpoint->address.any, endpoint->length) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    if (!wait_for(attempt, POLLOUT))
        return ETIMEDOUT;
    if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &cause, &length) != 0)
        return errno;
    return cause;
}

static int begin_tls(struct attempt *attempt)
{
    struct hostname host = *attempt->host; /* OpenSSL's macro takes no const */
    attempt->context = SSL_CTX_new(TLS_client_method());
    attempt->tls = attempt->context != NULL ? SSL_new(attempt->context) : NULL;
    if (attempt->tls == NULL)
        return -1;
    SSL_set_verify(attempt->tls, SSL_VERIFY_NONE, NULL); /* it is self-signed by design */
    return SSL_set_alpn_protos(attempt->tls, protocols, sizeof(protocols) - 1) == 0 &&
                   SSL_set_tlsext_host_name(attempt->tls, host.text) == 1 &&
                   SSL_set_fd(attempt->tls, attempt->fd) == 1
               ? 0
               : -1;
}

/* What the other side's end of the handshake means. */
static enum probe_outcome judge_failure(const struct attempt *attempt, int code, int system,
                                        struct error *why)
{
    unsigned long last = ERR_peek_last_error();
    int reason = ERR_GET_REASON(last);
    const char *text = ERR_reason_error_string(last);
    if (reason == ALERT_OFFSET + SSL_AD_UNRECOGNIZED_NAME) {
        error_set(why,
                  "the server at %s does not know %s; reload mta-stsd there, or correct the "
                  "address in DNS",
                  attempt->where, attempt->host->text);
        return PROBE_UNKNOWN_HOST;
    }
    if (reason == ALERT_OFFSET + SSL_AD_NO_APPLICATION_PROTOCOL) {
        error_set(
            why,
            "the server at %s has no challenge for %s: it is another web server, another machine, "
            "or an mta-stsd with other `challenges` in [acme]; point that address to this mta-stsd",
            attempt->where, attempt->host->text);
        return PROBE_NO_CHALLENGE;
    }
    if (code == SSL_ERROR_SYSCALL)
        return say_other(
            attempt, system != 0 ? strerror(system) : "it closes the connection without an answer",
            why);
    return say_other(attempt, text != NULL ? text : "no TLS", why);
}

static enum probe_outcome shake_hands(struct attempt *attempt, struct error *why)
{
    for (;;) {
        ERR_clear_error();
        errno = 0;
        int result = SSL_connect(attempt->tls);
        if (result == 1)
            return PROBE_ANSWERED;
        int system = errno;
        int code = SSL_get_error(attempt->tls, result);
        if (code != SSL_ERROR_WANT_READ && code != SSL_ERROR_WANT_WRITE)
            return judge_failure(attempt, code, system, why);
        if (!wait_for(attempt, code == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT))
            return say_silent(attempt, ETIMEDOUT, why);
    }
}

/* The value of acmeIdentifier is an OCTET STRING with the digest (RFC 8737 section 3). */
static bool holds_digest(const X509 *cert, const unsigned char digest[PROBE_DIGEST])
{
    ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1);
    int index = oid != NULL ? X509_get_ext_by_OBJ(cert, oid, -1) : -1;
    X509_EXTENSION *extension = index >= 0 ? X509_get_ext(cert, index) : NULL;
    ASN1_OBJECT_free(oid);
    if (extension == NULL || X509_EXTENSION_get_critical(extension) == 0)
        return false;
    const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
    const unsigned char *bytes = ASN1_STRING_get0_data(value);
    return ASN1_STRING_length(value) == 2 + PROBE_DIGEST && bytes[0] == V_ASN1_OCTET_STRING &&
           bytes[1] == PROBE_DIGEST && memcmp(bytes + 2, digest, PROBE_DIGEST) == 0;
}

static enum probe_outcome judge_answer(const struct attempt *attempt,
                                       const unsigned char digest[PROBE_DIGEST], struct error *why)
{
    const unsigned char *chosen;
    unsigned length;
    SSL_get0_alpn_selected(attempt->tls, &chosen, &length);
    if (length != protocols[0] || memcmp(chosen, protocols + 1, length) != 0)
        return say_other(attempt, "it does not speak acme-tls/1", why);
    X509 *cert = SSL_get1_peer_certificate(attempt->tls);
    bool right = cert != NULL && holds_digest(cert, digest);
    X509_free(cert);
    if (right)
        return PROBE_ANSWERED;
    error_set(why,
              "the server at %s presents another challenge for %s: it is another machine, or "
              "another ACME client is ordering there; let only one of them order",
              attempt->where, attempt->host->text);
    return PROBE_WRONG_DIGEST;
}

enum probe_outcome probe_address(const struct network_address *address, unsigned port,
                                 const struct hostname *host,
                                 const unsigned char digest[PROBE_DIGEST], struct error *why)
{
    struct network_endpoint endpoint = endpoint_of(address, port);
    struct attempt attempt = {
        .fd = -1, .host = host, .end_ms = moment_steady_ms() + PROBE_BOUND_S * INT64_C(1000)};
    network_endpoint_text(&endpoint, attempt.where);
    attempt.is_public = network_address_scope(address) == NULL;
    enum probe_outcome outcome = PROBE_FAILED;
    int cause = connect_to(&attempt, &endpoint);
    if (cause != 0) {
        outcome = say_silent(&attempt, cause, why);
    } else if (begin_tls(&attempt) != 0) {
        error_set(why, "out of memory");
    } else {
        outcome = shake_hands(&attempt, why);
        if (outcome == PROBE_ANSWERED)
            outcome = judge_answer(&attempt, digest, why);
    }
    SSL_free(attempt.tls);
    SSL_CTX_free(attempt.context);
    if (attempt.fd >= 0)
        close(attempt.fd);
    ERR_clear_error();
    return outcome;
}
