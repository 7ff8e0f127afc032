/* SPDX-License-Identifier: ISC */
/* wire: the bytes between mbedTLS and a socket: few system calls, bounded when reading, in full
 * packets when writing. */
#include "daemon/serve/wire.h"

#include <errno.h>
#include <mbedtls/ssl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/serve/tls_hello.h"

#define FIRST_ROOM 1024 /* bytes of a short flight; malloc has such pieces at hand */

/* Sends at once. Returns what mbedTLS's callbacks do. */
static int send_now(struct wire *wire, const unsigned char *bytes, size_t length, int flags)
{
    ssize_t sent = send(wire->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT | flags);
    if (sent >= 0) {
        wire->has_unpushed = (flags & MSG_MORE) != 0;
        return (int)sent;
    }
    if (errno == EAGAIN || errno == EINTR)
        return MBEDTLS_ERR_SSL_WANT_WRITE;
    wire->is_broken = true;
    return MBEDTLS_ERR_SSL_CONN_EOF;
}

static void drop(struct wire_bytes *held)
{
    free(held->bytes);
    *held = (struct wire_bytes){.bytes = NULL};
}

/* Sends what is held back. Returns 0, or why some of it is left. */
static int send_held(struct wire *wire, int flags)
{
    struct wire_bytes *held = &wire->held;
    while (held->start < held->end) {
        int sent = send_now(wire, held->bytes + held->start, held->end - held->start, flags);
        if (sent == MBEDTLS_ERR_SSL_WANT_WRITE)
            return sent;
        if (sent < 0) {
            drop(held);
            return sent;
        }
        held->start += (size_t)sent;
    }
    drop(held);
    return 0;
}

/* Whether there is memory for so many bytes, at most WIRE_HELD_MAX. */
static bool make_room(struct wire_bytes *held, size_t wanted)
{
    size_t room = held->room > 0 ? held->room : FIRST_ROOM;
    while (room < wanted)
        room *= 2;
    if (room == held->room)
        return true;
    unsigned char *bytes = realloc(held->bytes, room);
    if (bytes == NULL)
        return false;
    held->bytes = bytes;
    held->room = room;
    return true;
}

/* Whether the bytes could be put behind what is held back already. */
static bool hold(struct wire *wire, const unsigned char *bytes, size_t length)
{
    struct wire_bytes *held = &wire->held;
    if (length > WIRE_HELD_MAX - held->end || !make_room(held, held->end + length))
        return false;
    memcpy(held->bytes + held->end, bytes, length);
    held->end += length;
    return true;
}

int wire_send(void *context, const unsigned char *bytes, size_t length)
{
    struct wire *wire = context;
    if (wire->is_broken)
        return MBEDTLS_ERR_SSL_CONN_EOF;
    int sent = (int)length;
    if (!hold(wire, bytes, length)) {
        int left = send_held(wire, MSG_MORE);
        if (left != 0)
            return left;
        if (!hold(wire, bytes, length))
            sent = send_now(wire, bytes, length, MSG_MORE);
    }
    if (sent > 0)
        wire_record_follow(&wire->out, bytes, (size_t)sent);
    if (wire->notes_group)
        wire->group = tls_hello_group(bytes, length, wire->group);
    return sent;
}

/* Reads up to size bytes; where size is small, as a record's header is, all that has come goes into
 * a buffer, and the next calls take it from there. As recv(2). */
static ssize_t read_ahead(struct wire *wire, unsigned char *out, size_t size)
{
    struct wire_bytes *ahead = &wire->ahead;
    if (ahead->bytes == NULL) {
        if (size < WIRE_AHEAD_MAX && wire->readable->is_ready)
            ahead->bytes = malloc(WIRE_AHEAD_MAX);
        if (ahead->bytes == NULL)
            return readable_receive(wire->readable, wire->fd, out, size);
        ssize_t got = readable_receive(wire->readable, wire->fd, ahead->bytes, WIRE_AHEAD_MAX);
        if (got <= 0) {
            int reason = errno;
            drop(ahead);
            errno = reason;
            return got;
        }
        ahead->end = (size_t)got;
    }
    size_t length = ahead->end - ahead->start < size ? ahead->end - ahead->start : size;
    memcpy(out, ahead->bytes + ahead->start, length);
    ahead->start += length;
    if (ahead->start == ahead->end)
        drop(ahead);
    return (ssize_t)length;
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
    ssize_t got = read_ahead(wire, out, size);
    if (got > 0) {
        wire->received += (size_t)got;
        wire->reads++;
        wire_record_follow(&wire->in, out, (size_t)got);
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

void wire_end(struct wire *wire)
{
    drop(&wire->held);
    drop(&wire->ahead);
    replay_end(&wire->replay);
}

void wire_rewind(struct wire *wire)
{
    wire->received -= wire->replay.length;
    replay_rewind(&wire->replay);
}

enum wire_flush wire_flush(struct wire *wire)
{
    int on = 1;
    if (send_held(wire, 0) == MBEDTLS_ERR_SSL_WANT_WRITE)
        return WIRE_FLUSH_WAITS;
    if (wire->has_unpushed) {
        wire->has_unpushed = false;
        (void)setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* pushes */
    }
    return wire->is_broken ? WIRE_FLUSH_FAILED : WIRE_FLUSH_DONE;
}

void wire_acknowledge(struct wire *wire)
{
    int on = 1;
    (void)setsockopt(wire->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
}
