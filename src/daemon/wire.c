/* SPDX-License-Identifier: ISC */
/* wire: the bytes between mbedTLS and a socket: bounded on the way in, in full packets on the way
 * out.
 */
#include "wire.h"

#include <errno.h>
#include <mbedtls/ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int wire_send(void *context, const unsigned char *bytes, size_t length)
{
    struct wire *wire = context;
    ssize_t sent = send(wire->fd, bytes, length, MSG_NOSIGNAL | MSG_MORE | MSG_DONTWAIT);
    if (sent >= 0) {
        wire->has_unflushed = true;
        return (int)sent;
    }
    return errno == EAGAIN || errno == EINTR ? MBEDTLS_ERR_SSL_WANT_WRITE
                                             : MBEDTLS_ERR_SSL_CONN_EOF;
}

/* mbedTLS drops warning alerts and ChangeCipherSpec records in a loop of its own, for as long as
 * there are any, so the bound must stand here. */
int wire_receive(void *context, unsigned char *out, size_t size)
{
    struct wire *wire = context;
    size_t again = replay_read(&wire->replay, out, size);
    if (again > 0)
        return (int)again;
    if (wire->received >= WIRE_RECEIVED_MAX || wire->reads >= WIRE_READS_MAX) {
        wire->is_flooded = true;
        wire->is_drained = true;
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    ssize_t got = recv(wire->fd, out, size, MSG_DONTWAIT);
    if (got > 0) {
        wire->received += (size_t)got;
        wire->reads++;
        replay_add(&wire->replay, out, (size_t)got);
        return (int)got;
    }
    wire->is_drained = true;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return MBEDTLS_ERR_SSL_WANT_READ;
    wire->saw_end = true;
    return MBEDTLS_ERR_SSL_CONN_EOF;
}

void wire_flush(struct wire *wire)
{
    int on = 1;
    if (!wire->has_unflushed)
        return;
    wire->has_unflushed = false;
    (void)setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* pushes */
}

void wire_acknowledge(struct wire *wire)
{
    int on = 1;
    (void)setsockopt(wire->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}
