/* SPDX-License-Identifier: ISC */
/* health_visit: fetches a policy from this machine, and reports the result. */
#include "daemon/life/health_visit.h"

#include <errno.h>
#include <mbedtls/ssl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/base/moment.h"
#include "common/cert/cert.h"
#include "common/cert/certkey.h"
#include "common/name/hostname.h"

#define REQUEST_MAX (HOSTNAME_MAX + 128)

struct line {
    int fd; /* not blocking */
    int64_t deadline_ms;
};

/* ---- The bytes, within the deadline. */

static bool wait_for(const struct line *line, short events)
{
    struct pollfd poll_fd = {.fd = line->fd, .events = events};
    int64_t left_ms;
    while ((left_ms = line->deadline_ms - moment_steady_ms()) > 0) {
        int ready = poll(&poll_fd, 1, (int)left_ms);
        if (ready > 0)
            return true;
        if (ready < 0 && errno != EINTR)
            return false;
    }
    return false;
}

static int line_send(void *context, const unsigned char *bytes, size_t length)
{
    const struct line *line = context;
    if (!wait_for(line, POLLOUT))
        return MBEDTLS_ERR_SSL_TIMEOUT;
    ssize_t sent = send(line->fd, bytes, length, MSG_NOSIGNAL);
    return sent >= 0 ? (int)sent : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int line_receive(void *context, unsigned char *out, size_t size)
{
    const struct line *line = context;
    if (!wait_for(line, POLLIN))
        return MBEDTLS_ERR_SSL_TIMEOUT;
    ssize_t got = recv(line->fd, out, size, 0);
    return got > 0 ? (int)got : MBEDTLS_ERR_SSL_CONN_EOF;
}

/* ---- What is said on it. */

static int connect_to(struct line *line, const struct network_endpoint *endpoint)
{
    int failure = 0;
    socklen_t size = sizeof(failure);
    line->fd =
        socket(endpoint->address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (line->fd < 0)
        return errno;
    if (connect(line->fd, &endpoint->address.any, endpoint->length) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    if (!wait_for(line, POLLOUT))
        return ETIMEDOUT;
    return getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 ? failure : errno;
}

/* "LOCAL" of the PROXY protocol, section 2.2: whoever sends the header speaks for itself. */
static int send_proxy_header(struct line *line, const struct config_networks *networks)
{
    static const unsigned char local[] = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
    struct network_endpoint own = {.length = sizeof(own.address)};
    if (getsockname(line->fd, &own.address.any, &own.length) != 0)
        return -1;
    struct network_address address = network_address_of(&own.address.any);
    for (size_t i = 0; i < networks->count; i++)
        if (network_contains(&networks->items[i], &address))
            return line_send(line, local, sizeof(local) - 1) == sizeof(local) - 1 ? 0 : -1;
    return 0;
}

static enum health_ending name_failure(int result, const char *when, struct error *why)
{
    if (result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
        return HEALTH_ENDING_ALERT;
    if (result == MBEDTLS_ERR_SSL_TIMEOUT)
        error_set(why, "no answer in time %s", when);
    else if (result == MBEDTLS_ERR_SSL_CONN_EOF || result == 0)
        error_set(why, "the connection was closed %s", when);
    else
        error_set(why, "what came %s is not valid TLS (mbedTLS says -0x%04x)", when,
                  (unsigned)-result);
    return HEALTH_ENDING_SICK;
}

/* mbedTLS 4 also returns for a session ticket, which is no data. */
static int read_data(mbedtls_ssl_context *ssl, unsigned char *out, size_t size)
{
    int got;
    do
        got = mbedtls_ssl_read(ssl, out, size);
    while (got == MBEDTLS_ERR_SSL_WANT_READ || got == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET);
    return got;
}

/* Reads to the end, so that the server has nothing to complain of. */
static enum health_ending read_answer(mbedtls_ssl_context *ssl, struct error *why)
{
    static const char wanted[] = "HTTP/1.1 200";
    unsigned char bytes[4096];
    char start[sizeof(wanted)] = "";
    size_t kept = 0;
    int got;
    while ((got = read_data(ssl, bytes, sizeof(bytes))) > 0) {
        size_t more = sizeof(start) - 1 - kept;
        more = more < (size_t)got ? more : (size_t)got;
        memcpy(start + kept, bytes, more);
        kept += more;
    }
    if (kept == 0 || (got != 0 && got != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY))
        return name_failure(got, "before the end of the answer", why);
    if (memcmp(start, wanted, sizeof(wanted) - 1) == 0)
        return HEALTH_ENDING_SERVED;
    error_set(why, "the answer is not the policy: %.*s", (int)strspn(start, "HTTP/1. 0123456789"),
              start);
    return HEALTH_ENDING_SICK;
}

static enum health_ending fetch(mbedtls_ssl_context *ssl, const char *host, struct error *why)
{
    char request[REQUEST_MAX];
    int result = mbedtls_ssl_handshake(ssl);
    if (result != 0)
        return name_failure(result, "in the handshake", why);
    int length = snprintf(request, sizeof(request),
                          "GET /.well-known/mta-sts.txt HTTP/1.%d\r\n%s%s%s"
                          "User-Agent: mta-stsd --health\r\n\r\n",
                          host != NULL, host != NULL ? "Host: " : "", host != NULL ? host : "",
                          host != NULL ? "\r\n" : "");
    result = mbedtls_ssl_write(ssl, (const unsigned char *)request, (size_t)length);
    return result == length ? read_answer(ssl, why)
                            : name_failure(result, "after the handshake", why);
}

static int set_up(mbedtls_ssl_context *ssl, mbedtls_ssl_config *conf, const char *host)
{
    int result = mbedtls_ssl_config_defaults(
        conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
    if (result != 0)
        return result;
    certkey_give_random(conf);
    mbedtls_ssl_conf_authmode(conf, MBEDTLS_SSL_VERIFY_NONE);
    result = mbedtls_ssl_setup(ssl, conf);
    return result == 0 ? mbedtls_ssl_set_hostname(ssl, host) : result;
}

static enum health_ending talk(struct line *line, const char *host, struct error *why)
{
    mbedtls_ssl_config conf;
    mbedtls_ssl_context ssl;
    enum health_ending ending = HEALTH_ENDING_SICK;
    if (cert_init(why) != 0)
        return ending;
    mbedtls_ssl_config_init(&conf);
    mbedtls_ssl_init(&ssl);
    int result = set_up(&ssl, &conf, host);
    if (result != 0) {
        error_set(why, "cannot set up a TLS client (mbedTLS says -0x%04x)", (unsigned)-result);
    } else {
        mbedtls_ssl_set_bio(&ssl, line, line_send, line_receive, NULL);
        ending = fetch(&ssl, host, why);
        if (ending == HEALTH_ENDING_SERVED)
            (void)mbedtls_ssl_close_notify(&ssl);
    }
    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&conf);
    return ending;
}

enum health_ending health_visit(const struct health_visit *visit, struct error *why)
{
    struct line line = {.deadline_ms = visit->deadline_ms};
    enum health_ending ending = HEALTH_ENDING_SICK;
    int reason = connect_to(&line, visit->endpoint);
    if (reason != 0) {
        error_set(why, "%s", strerror(reason));
        ending = reason == ETIMEDOUT ? HEALTH_ENDING_SICK : HEALTH_ENDING_UNREACHED;
    } else if (send_proxy_header(&line, visit->proxy_from) != 0) {
        error_set(why, "the connection was closed before a PROXY header could be sent");
    } else {
        ending = talk(&line, visit->host, why);
    }
    if (line.fd >= 0)
        close(line.fd);
    return ending;
}
