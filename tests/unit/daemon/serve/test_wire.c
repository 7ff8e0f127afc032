/* SPDX-License-Identifier: ISC */
/* test_wire: a client's bytes through few reads, a server's through few writes, over real sockets.
 */
#include "daemon/serve/wire.h"

#include <arpa/inet.h>
#include <mbedtls/ssl.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"

#define RECORD(length) "\x17\x03\x03\0" length
#define RECORDS        RECORD("\x02") "ab" RECORD("\x03") "cde" RECORD("\x01") "f"

/* A client and the server's wire to it, connected by TCP; fails the test where it cannot be. */
struct peers {
    int client;
    int epoll;
    struct readable readable;
    struct wire wire;
};

static bool connect_peers(struct peers *peers, int buffer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    bool is_bound = bind(listener, (struct sockaddr *)&address, length) == 0 &&
                    listen(listener, 1) == 0 &&
                    getsockname(listener, (struct sockaddr *)&address, &length) == 0;
    *peers = (struct peers){.client = socket(AF_INET, SOCK_STREAM, 0), .epoll = epoll_create1(0)};
    if (buffer > 0)
        (void)setsockopt(peers->client, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
    bool is_connected =
        is_bound && connect(peers->client, (struct sockaddr *)&address, length) == 0;
    peers->wire = (struct wire){.fd = accept(listener, NULL, NULL),
                                .readable = &peers->readable,
                                .replay = {.keeps = true}};
    close(listener);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
    bool is_ready =
        is_connected && epoll_ctl(peers->epoll, EPOLL_CTL_ADD, peers->wire.fd, &event) == 0;
    CHECK(is_ready);
    return is_ready;
}

static void disconnect(struct peers *peers)
{
    wire_end(&peers->wire);
    close(peers->client);
    close(peers->wire.fd);
    close(peers->epoll);
}

/* Waits until epoll tells of wanted. */
static void wait_for(struct peers *peers, uint32_t wanted)
{
    uint32_t seen = 0;
    for (int i = 0; i < 100 && (seen & wanted) == 0; i++) {
        struct epoll_event event = {0};
        (void)epoll_wait(peers->epoll, &event, 1, 1000);
        seen = event.events;
        readable_note(&peers->readable, seen);
    }
    CHECK((seen & wanted) != 0, "%x", seen);
}

static void say(struct peers *peers, const void *bytes, size_t length)
{
    CHECK(send(peers->client, bytes, length, MSG_NOSIGNAL) == (ssize_t)length);
    wait_for(peers, EPOLLIN);
}

static int unread(int fd)
{
    int count = -1;
    (void)ioctl(fd, FIONREAD, &count);
    return count;
}

/* As mbedTLS does: a header, and then what it says. */
static int read_record(struct wire *wire, unsigned char *out, size_t size)
{
    int got = wire_receive(wire, out, 5);
    return got == 5 && out[4] <= size ? wire_receive(wire, out, out[4]) : got;
}

static void reads_all_records_that_have_come_at_once(void)
{
    struct peers peers;
    unsigned char out[16] = "";
    if (!connect_peers(&peers, 0))
        return;
    struct wire *wire = &peers.wire;
    CHECK(wire_receive(wire, out, 5) == MBEDTLS_ERR_SSL_WANT_READ && wire->is_drained);
    wire->is_drained = false;
    say(&peers, RECORDS, sizeof(RECORDS) - 1);
    CHECK(read_record(wire, out, sizeof(out)) == 2 && memcmp(out, "ab", 2) == 0);
    CHECK(unread(wire->fd) == 0, "%d", unread(wire->fd));
    CHECK(!wire->is_drained);
    CHECK(wire->in.count == 1 && wire->received == 7 && wire->replay.length == 7);
    CHECK(read_record(wire, out, sizeof(out)) == 3 && memcmp(out, "cde", 3) == 0);
    CHECK(read_record(wire, out, sizeof(out)) == 1 && out[0] == 'f');
    CHECK(wire->ahead.bytes == NULL && wire->in.count == 3);
    CHECK(wire_receive(wire, out, 5) == MBEDTLS_ERR_SSL_WANT_READ && wire->is_drained);
    disconnect(&peers);
}

static void replays_what_was_taken_and_goes_on_with_what_was_read_ahead(void)
{
    struct peers peers;
    unsigned char out[16] = "";
    if (!connect_peers(&peers, 0))
        return;
    struct wire *wire = &peers.wire;
    say(&peers, RECORDS, sizeof(RECORDS) - 1);
    CHECK(read_record(wire, out, sizeof(out)) == 2);
    wire_rewind(wire);
    CHECK(wire->received == 0);
    CHECK(read_record(wire, out, sizeof(out)) == 2 && memcmp(out, "ab", 2) == 0);
    CHECK(read_record(wire, out, sizeof(out)) == 3 && memcmp(out, "cde", 3) == 0);
    CHECK(wire->in.count == 2 && wire->received == 15);
    disconnect(&peers);
}

static void sees_the_end_that_came_together_with_the_last_bytes(void)
{
    struct peers peers;
    unsigned char out[16] = "";
    if (!connect_peers(&peers, 0))
        return;
    CHECK(send(peers.client, RECORDS, 7, MSG_NOSIGNAL) == 7);
    (void)shutdown(peers.client, SHUT_WR);
    wait_for(&peers, EPOLLRDHUP);
    CHECK(read_record(&peers.wire, out, sizeof(out)) == 2 && !peers.wire.saw_end);
    CHECK(wire_receive(&peers.wire, out, 5) == MBEDTLS_ERR_SSL_CONN_EOF && peers.wire.saw_end);
    disconnect(&peers);
}

static void takes_no_more_than_its_bound_however_much_was_read_ahead(void)
{
    struct peers peers;
    unsigned char out[1024] = "", bytes[1024] = "";
    size_t taken = 0;
    if (!connect_peers(&peers, 0))
        return;
    int got = 0;
    for (int i = 0; i < 400 && got >= 0; i++) {
        if (peers.wire.ahead.bytes == NULL)
            say(&peers, bytes, sizeof(bytes));
        got = wire_receive(&peers.wire, out, 1000);
        taken += got > 0 ? (size_t)got : 0;
    }
    CHECK(got == MBEDTLS_ERR_SSL_WANT_READ && peers.wire.is_flooded && peers.wire.is_drained);
    CHECK(taken >= WIRE_RECEIVED_MAX && taken < WIRE_RECEIVED_MAX + 1000, "%zu", taken);
    disconnect(&peers);
}

static void sends_a_flight_at_once(void)
{
    struct peers peers;
    char got[sizeof(RECORDS)] = "";
    if (!connect_peers(&peers, 0))
        return;
    struct wire *wire = &peers.wire;
    const unsigned char *records = (const unsigned char *)RECORDS;
    CHECK(wire_send(wire, records, 7) == 7 && wire_send(wire, records + 7, 8) == 8);
    CHECK(wire_send(wire, records + 15, 6) == 6 && wire->out.count == 3);
    CHECK(recv(peers.client, got, sizeof(got), MSG_DONTWAIT) < 0);
    CHECK(wire_flush(wire) == WIRE_FLUSH_DONE && wire->held.bytes == NULL);
    CHECK(recv(peers.client, got, sizeof(got), 0) == 21 && memcmp(got, RECORDS, 21) == 0, "%s",
          got);
    disconnect(&peers);
}

/* The client reads all to the end; in each turn the server sends what the socket takes. */
static size_t drain(struct peers *peers)
{
    unsigned char bytes[4096];
    size_t length = 0;
    for (int i = 0; i < 100000; i++) {
        ssize_t got = recv(peers->client, bytes, sizeof(bytes), MSG_DONTWAIT);
        for (ssize_t at = 0; at < got; at++)
            CHECK(bytes[at] == (unsigned char)((length + (size_t)at) % 251));
        length += got > 0 ? (size_t)got : 0;
        if (got < 0 && peers->wire.held.bytes == NULL &&
            wire_flush(&peers->wire) == WIRE_FLUSH_DONE)
            (void)shutdown(peers->wire.fd, SHUT_WR);
        if (got == 0)
            break;
        if (got < 0 && wire_flush(&peers->wire) == WIRE_FLUSH_WAITS)
            wait_for(peers, EPOLLOUT);
    }
    return length;
}

static void loses_and_doubles_nothing_where_the_socket_is_full(void)
{
    static const size_t pieces[] = {1, 300, 5000, WIRE_HELD_MAX, WIRE_HELD_MAX + 1, 16384};
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        struct peers peers;
        unsigned char bytes[16384];
        size_t sent = 0, length = 0;
        int result = 0;
        if (!connect_peers(&peers, 4096))
            return;
        (void)setsockopt(peers.wire.fd, SOL_SOCKET, SO_SNDBUF, &(int){4096}, sizeof(int));
        while (result >= 0 && sent < 4000000) {
            length = pieces[i];
            for (size_t at = 0; at < length; at++)
                bytes[at] = (unsigned char)((sent + at) % 251);
            result = wire_send(&peers.wire, bytes, length);
            sent += result > 0 ? (size_t)result : 0;
        }
        CHECK(result == MBEDTLS_ERR_SSL_WANT_WRITE, "pieces of %zu", length);
        CHECK(wire_flush(&peers.wire) != WIRE_FLUSH_FAILED);
        size_t arrived = drain(&peers);
        CHECK(arrived == sent, "pieces of %zu: %zu of %zu", length, arrived, sent);
        disconnect(&peers);
    }
}

static void says_that_a_client_who_is_gone_gets_nothing(void)
{
    struct peers peers;
    struct linger reset = {.l_onoff = 1};
    if (!connect_peers(&peers, 0))
        return;
    (void)setsockopt(peers.client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(peers.client);
    peers.client = -1;
    wait_for(&peers, EPOLLHUP);
    CHECK(wire_send(&peers.wire, (const unsigned char *)"x", 1) == 1);
    CHECK(wire_flush(&peers.wire) == WIRE_FLUSH_FAILED && peers.wire.held.bytes == NULL);
    CHECK(wire_send(&peers.wire, (const unsigned char *)"x", 1) == MBEDTLS_ERR_SSL_CONN_EOF);
    CHECK(wire_flush(&peers.wire) == WIRE_FLUSH_FAILED);
    disconnect(&peers);
}

static const struct test tests[] = {
    TEST(reads_all_records_that_have_come_at_once),
    TEST(replays_what_was_taken_and_goes_on_with_what_was_read_ahead),
    TEST(sees_the_end_that_came_together_with_the_last_bytes),
    TEST(takes_no_more_than_its_bound_however_much_was_read_ahead),
    TEST(sends_a_flight_at_once),
    TEST(loses_and_doubles_nothing_where_the_socket_is_full),
    TEST(says_that_a_client_who_is_gone_gets_nothing),
};

TEST_MAIN(tests)
