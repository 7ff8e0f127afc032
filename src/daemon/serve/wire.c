/* SPDX-License-Identifier: ISC */
/* wire: the bytes between mbedTLS and a socket: bounded when reading, in full packets when writing.
 * */
#include "daemon/serve/wire.h"

#include <errno.h>
#include <mbedtls/ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#define HEADER 5 /* bytes of a record: RFC 8446 section 5.1 */

unsigned wire_record_kind(const struct wire_record *record)
{
    return record->taken >= HEADER ? record->head[0] : 0;
}

size_t wire_record_length(const struct wire_record *record)
{
    return record->taken >= HEADER ? (size_t)record->head[3] << 8 | record->head[4] : 0;
}

int wire_record_alert(const struct wire_record *record)
{
    bool is_plain_alert = wire_record_kind(record) == MBEDTLS_SSL_MSG_ALERT &&
                          wire_record_length(record) == WIRE_RECORD_HEAD - HEADER &&
                          record->taken == WIRE_RECORD_HEAD;
    return is_plain_alert ? record->head[WIRE_RECORD_HEAD - 1] : -1;
}

/* Follows the bytes of one direction, from record to record. */
static void follow(struct wire_record *record, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        size_t end = HEADER + wire_record_length(record); /* of the header, until that is whole */
        if (record->taken == end) {
            record->taken = 0;
            end = HEADER;
        }
        record->count += record->taken == 0;
        size_t step = end - record->taken < length ? end - record->taken : length;
        if (record->taken < WIRE_RECORD_HEAD) {
            size_t left = WIRE_RECORD_HEAD - record->taken;
            memcpy(record->head + record->taken, bytes, step < left ? step : left);
        }
        record->taken += step;
        bytes += step;
        length -= step;
    }
}

int wire_send(void *context, const unsigned char *bytes, size_t length)
{
    struct wire *wire = context;
    ssize_t sent = send(wire->fd, bytes, length, MSG_NOSIGNAL | MSG_MORE | MSG_DONTWAIT);
    if (sent >= 0) {
        wire->has_unflushed = true;
        follow(&wire->out, bytes, (size_t)sent);
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
    if (replay_has_bytes(&wire->replay)) {
        size_t again = replay_read(&wire->replay, out, size);
        wire->received += again;
        return (int)again;
    }
    if (wire->received >= WIRE_RECEIVED_MAX || wire->reads >= WIRE_READS_MAX) {
        wire->is_flooded = true;
        wire->is_drained = true;
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    ssize_t got = recv(wire->fd, out, size, MSG_DONTWAIT);
    if (got > 0) {
        wire->received += (size_t)got;
        wire->reads++;
        follow(&wire->in, out, (size_t)got);
        if (wire->replay.keeps)
            replay_add(&wire->replay, out, (size_t)got);
        return (int)got;
    }
    wire->is_drained = true;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return MBEDTLS_ERR_SSL_WANT_READ;
    wire->saw_end = true;
    return MBEDTLS_ERR_SSL_CONN_EOF;
}

void wire_rewind(struct wire *wire)
{
    wire->received -= wire->replay.length;
    replay_rewind(&wire->replay);
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
