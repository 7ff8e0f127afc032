/* SPDX-License-Identifier: ISC */
/* client: a TLS client whose records a script may cut, drop, repeat, reorder and mangle on their
 * way. */
#include "client.h"

#include <mbedtls/psa_util.h>
#include <mbedtls/version.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answers.h"

static void must(int code)
{
    if (code != 0)
        abort();
}

static int queue_bytes(void *context, const unsigned char *bytes, size_t length)
{
    struct client *client = context;
    if (length > sizeof(client->queue) - client->queued)
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    memcpy(client->queue + client->queued, bytes, length);
    client->queued += length;
    return (int)length;
}

static int receive(void *context, unsigned char *out, size_t size)
{
    struct client *client = context;
    ssize_t got = client->fd >= 0 ? recv(client->fd, out, size, MSG_DONTWAIT) : 0;
    if (got <= 0)
        return got < 0 ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_SSL_CONN_EOF;
    answers_check((const char *)out, (size_t)got, NULL); /* no policy goes in the clear */
    return (int)got;
}

void client_open(struct client *client, int fd, const struct client_wish *wish)
{
    mbedtls_ssl_config *conf = &client->conf;
    client->fd = fd;
    client->mark = wish->mark;
    client->is_shut = client->is_secure = false;
    client->queued = client->answered = 0;
    mbedtls_ssl_config_init(conf);
    mbedtls_ssl_init(&client->ssl);
    must(mbedtls_ssl_config_defaults(conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                     MBEDTLS_SSL_PRESET_DEFAULT));
    mbedtls_ssl_conf_authmode(conf, MBEDTLS_SSL_VERIFY_NONE);
#if MBEDTLS_VERSION_MAJOR < 4
    mbedtls_ssl_conf_rng(conf, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
#endif
    mbedtls_ssl_conf_max_tls_version(conf, wish->is_1_2 ? MBEDTLS_SSL_VERSION_TLS1_2
                                                        : MBEDTLS_SSL_VERSION_TLS1_3);
    if (wish->protocols != NULL) {
        /* mbedTLS does not write to the list, though it does not say so. */
        const char **protocols = (const char **)(uintptr_t)wish->protocols;
        must(mbedtls_ssl_conf_alpn_protocols(conf, protocols));
    }
    must(mbedtls_ssl_setup(&client->ssl, conf));
    must(mbedtls_ssl_set_hostname(&client->ssl, wish->name));
    mbedtls_ssl_set_bio(&client->ssl, client, queue_bytes, receive, NULL);
}

void client_close(struct client *client)
{
    if (client->fd < 0)
        return;
    close(client->fd);
    client->fd = -1;
    mbedtls_ssl_free(&client->ssl);
    mbedtls_ssl_config_free(&client->conf);
}

void client_run(struct client *client)
{
    if (client->fd < 0)
        return;
    if (!client->is_secure)
        client->is_secure = mbedtls_ssl_handshake(&client->ssl) == 0;
    int got = client->is_secure;
    while (got > 0 && client->answered < sizeof(client->answer)) {
        got = mbedtls_ssl_read(&client->ssl, (unsigned char *)client->answer + client->answered,
                               sizeof(client->answer) - client->answered);
        client->answered += got > 0 ? (size_t)got : 0;
    }
    answers_check(client->answer, client->answered, client->mark);
}

void client_say(struct client *client, const unsigned char *bytes, size_t length)
{
    if (client->fd >= 0 && client->is_secure)
        (void)mbedtls_ssl_write(&client->ssl, bytes, length);
}

void client_say_end(struct client *client)
{
    if (client->fd >= 0)
        (void)mbedtls_ssl_close_notify(&client->ssl);
}

void client_send_raw(struct client *client, const unsigned char *bytes, size_t length)
{
    if (client->fd >= 0 && !client->is_shut)
        (void)!send(client->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void forget(struct client *client, size_t length)
{
    client->queued -= length;
    memmove(client->queue, client->queue + length, client->queued);
}

void client_send(struct client *client, size_t length)
{
    if (length > client->queued)
        length = client->queued;
    client_send_raw(client, client->queue, length);
    forget(client, length);
}

void client_shut(struct client *client)
{
    if (client->fd >= 0)
        (void)shutdown(client->fd, SHUT_WR);
    client->is_shut = true;
}

static size_t record_at(const struct client *client, size_t start)
{
    const unsigned char *at = client->queue + start;
    size_t left = client->queued - start;
    if (left < 5)
        return left;
    size_t length = 5 + ((size_t)at[3] << 8 | at[4]);
    return length < left ? length : left;
}

size_t client_first(const struct client *client)
{
    return record_at(client, 0);
}

void client_drop(struct client *client)
{
    forget(client, client_first(client));
}

void client_repeat(struct client *client)
{
    size_t length = client_first(client);
    if (length > sizeof(client->queue) - client->queued)
        return;
    memmove(client->queue + length, client->queue, client->queued);
    client->queued += length;
}

void client_swap(struct client *client)
{
    unsigned char first_bytes[sizeof(client->queue)];
    size_t first = client_first(client), second = record_at(client, first);
    memcpy(first_bytes, client->queue, first);
    memmove(client->queue, client->queue + first, second);
    memcpy(client->queue + second, first_bytes, first);
}

void client_mangle(struct client *client, size_t place, unsigned char change)
{
    if (client->queued > 0)
        client->queue[place % client->queued] ^= change;
}
