/* SPDX-License-Identifier: ISC */
/* bridge: carries one request from a TLS session to libmicrohttpd and its answer back, with back-
 * pressure in both directions. */
#include "daemon/serve/bridge.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_FIELDS 384  /* bytes of an answer's status line and fields, usually 160 */
#define ANSWER_MAX    8192 /* bytes of an answer held; a longer one is passed on in pieces */
#define SETTLE_TURNS  64   /* of libmicrohttpd, to read what is in the pair */
#define USUAL_REQUEST 4096 /* bytes; libmicrohttpd's memory holds more */

/* Buffered bytes: read from one side, not yet written to the other. */
struct stretch {
    size_t start;
    size_t end;
};

struct bridge {
    struct http *http;
    struct tls_session *session;
    struct http_exchange *exchange;
    int pair;
    struct readable readable; /* whether pair may be readable */
    bool client_ended;        /* end of input, or input no longer read */
    bool is_flooded;          /* input no longer read, since it is too much */
    bool request_ended;       /* nothing more goes to libmicrohttpd: it refused, or has the end */
    bool answer_ended;        /* nothing more comes from libmicrohttpd */
    unsigned status;
    uint64_t answered; /* bytes of the answer written to the session */
    size_t given;      /* bytes of the request written to libmicrohttpd */
    struct stretch request;
    struct stretch answer;
    size_t answer_room; /* bytes of answer_buffer */
    unsigned char request_bytes[BRIDGE_FIRST_MAX];
    unsigned char answer_buffer[];
};

/* One step's outcome. */
enum step {
    STEP_MOVED,
    STEP_STUCK,
    STEP_FAILED,
};

/* As much as the host's policy needs: short policies make short blocks, which malloc has at hand.
 */
static size_t room_for(const struct site *site)
{
    size_t room = site->policy->length + ANSWER_FIELDS;
    return room < ANSWER_MAX ? room : ANSWER_MAX;
}

struct bridge *bridge_open(struct http *http, struct tls_session *session,
                           const unsigned char *first, size_t length)
{
    size_t room = room_for(tls_session_site(session));
    struct bridge *bridge = malloc(sizeof(*bridge) + room);
    if (bridge == NULL)
        return NULL;
    memset(bridge, 0, offsetof(struct bridge, request_bytes)); /* the buffers stay uninitialised */
    bridge->answer_room = room;
    if (http_exchange_open(http, tls_session_host(session), tls_session_site(session),
                           tls_session_table(session), &bridge->pair, &bridge->exchange) != 0) {
        int reason = errno;
        free(bridge);
        errno = reason;
        return NULL;
    }
    bridge->http = http;
    bridge->session = session;
    memcpy(bridge->request_bytes, first, length);
    bridge->request.end = length;
    return bridge;
}

void bridge_close(struct bridge *bridge)
{
    if (bridge == NULL)
        return;
    close(bridge->pair);
    http_exchange_close(bridge->exchange);
    free(bridge);
}

int bridge_wait_fd(const struct bridge *bridge)
{
    return bridge->pair;
}

void bridge_note(struct bridge *bridge, uint32_t events)
{
    readable_note(&bridge->readable, events);
}

/* libmicrohttpd reads from the pair, and may answer at once. */
static void run_http(struct bridge *bridge)
{
    http_run(bridge->http);
    bridge->readable.is_ready = true;
}

unsigned bridge_status(const struct bridge *bridge)
{
    return bridge->status;
}

uint64_t bridge_bytes(const struct bridge *bridge)
{
    return bridge->answered;
}

const char *bridge_agent(const struct bridge *bridge)
{
    return http_exchange_agent(bridge->exchange);
}

/* Client to buffer, only if the buffer is empty: this is the back-pressure. */
static enum step take_request(struct bridge *bridge)
{
    size_t moved;
    if (bridge->client_ended || bridge->request.start < bridge->request.end)
        return STEP_STUCK;
    switch (tls_session_read(bridge->session, bridge->request_bytes, sizeof(bridge->request_bytes),
                             &moved)) {
    case TLS_RESULT_DONE:
        bridge->request = (struct stretch){.start = 0, .end = moved};
        return STEP_MOVED;
    case TLS_RESULT_AGAIN:
    case TLS_RESULT_WAIT:
        return STEP_STUCK;
    case TLS_RESULT_FLOODED:
        bridge->is_flooded = true;
        bridge->client_ended = true;
        return STEP_MOVED;
    case TLS_RESULT_END:
        bridge->client_ended = true;
        return STEP_MOVED;
    case TLS_RESULT_FAILED:
        break;
    }
    return STEP_FAILED;
}

/* Buffer to libmicrohttpd. If it no longer reads (it answered early), the rest is dropped, and it
 * gets the end, so that it does not wait for that. */
static enum step give_request(struct bridge *bridge)
{
    size_t left = bridge->request.end - bridge->request.start;
    if (left == 0)
        return STEP_STUCK;
    ssize_t sent = 0;
    if (!bridge->request_ended)
        sent =
            send(bridge->pair, bridge->request_bytes + bridge->request.start, left, MSG_NOSIGNAL);
    if (sent > 0) {
        bridge->request.start += (size_t)sent;
        bridge->given += (size_t)sent;
        run_http(bridge);
        return STEP_MOVED;
    }
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return STEP_STUCK;
    if (!bridge->request_ended)
        (void)shutdown(bridge->pair, SHUT_WR);
    bridge->request_ended = true;
    bridge->request.start = bridge->request.end;
    return STEP_MOVED;
}

static void read_status(struct bridge *bridge, size_t length)
{
    const unsigned char *line = bridge->answer_buffer;
    if (bridge->status != 0 || length < 12 || memcmp(line, "HTTP/1.", 7) != 0 ||
        memcmp(line + 9, "100", 3) == 0)
        return;
    bridge->status = (unsigned)(line[9] - '0') * 100 + (unsigned)(line[10] - '0') * 10 +
                     (unsigned)(line[11] - '0');
}

/* libmicrohttpd to buffer. If it closed with bytes unread, the pair reports a reset, but only after
 * everything that it wrote has been read. */
static enum step take_answer(struct bridge *bridge)
{
    if (bridge->answer_ended || bridge->answer.start < bridge->answer.end)
        return STEP_STUCK;
    bool is_over = http_exchange_is_over(bridge->exchange); /* its whole answer is in the pair */
    if (is_over)
        readable_note(&bridge->readable, EPOLLIN | EPOLLRDHUP);
    ssize_t got = readable_receive(&bridge->readable, bridge->pair, bridge->answer_buffer,
                                   bridge->answer_room);
    if (got > 0) {
        read_status(bridge, (size_t)got);
        bridge->answer = (struct stretch){.start = 0, .end = (size_t)got};
        bridge->answer_ended = is_over && (size_t)got < bridge->answer_room;
        return STEP_MOVED;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return STEP_STUCK;
    bridge->answer_ended = true;
    return STEP_MOVED;
}

static enum step give_answer(struct bridge *bridge)
{
    size_t moved, left = bridge->answer.end - bridge->answer.start;
    if (left == 0)
        return STEP_STUCK;
    switch (tls_session_write(bridge->session, bridge->answer_buffer + bridge->answer.start, left,
                              &moved)) {
    case TLS_RESULT_DONE:
        bridge->answer.start += moved;
        bridge->answered += moved;
        return STEP_MOVED;
    case TLS_RESULT_AGAIN:
    case TLS_RESULT_WAIT:
        return STEP_STUCK;
    case TLS_RESULT_FLOODED:
    case TLS_RESULT_END:
    case TLS_RESULT_FAILED:
        break;
    }
    return STEP_FAILED;
}

static int unread_request(const struct bridge *bridge)
{
    int unread = 0;
    return ioctl(bridge->pair, SIOCOUTQ, &unread) == 0 ? unread : 0;
}

/* The client's input has ended and is in the pair. libmicrohttpd ignores a half close that arrives
 * together with data, so it reads the data first. Then the pair is shut down, unless the request is
 * complete and its answer under way. */
static enum step end_request(struct bridge *bridge)
{
    if (!bridge->client_ended || bridge->request_ended ||
        bridge->request.start < bridge->request.end)
        return STEP_STUCK;
    bridge->request_ended = true;
    for (int turn = 0; turn < SETTLE_TURNS; turn++) {
        run_http(bridge);
        if (unread_request(bridge) == 0)
            break;
    }
    if (!http_exchange_is_whole(bridge->exchange))
        (void)shutdown(bridge->pair, SHUT_WR);
    return STEP_MOVED;
}

static bool has_answer(const struct bridge *bridge)
{
    char byte;
    return recv(bridge->pair, &byte, 1, MSG_PEEK) >= 0 || errno != EAGAIN;
}

/* Whether libmicrohttpd has stopped reading without an answer: an endless line fills its memory,
 * such as that of a chunk with an extension of many kB. It then reports no work, and the client
 * would wait until the deadline. Until then it reads some hundred bytes a turn, while SIOCOUTQ
 * counts whole writes only. */
static bool is_stuck(struct bridge *bridge)
{
    int unread = bridge->given > USUAL_REQUEST ? unread_request(bridge) : 0;
    bool has_work = true;
    for (int idle = 0; idle < SETTLE_TURNS && unread > 0 && has_work; idle++) {
        int before = unread;
        run_http(bridge);
        unread = unread_request(bridge);
        has_work = http_wait_ms(bridge->http) >= 0;
        if (unread < before)
            idle = 0;
        if (has_answer(bridge))
            return false;
    }
    return unread > 0 && !http_exchange_is_whole(bridge->exchange);
}

/* Answers instead of libmicrohttpd. No body, since it may be a HEAD. */
static void refuse_request(struct bridge *bridge)
{
    static const char answer[] = "HTTP/1.1 413 Content Too Large\r\n"
                                 "Content-Length: 0\r\nConnection: close\r\n\r\n";
    _Static_assert(sizeof(answer) <= ANSWER_FIELDS, "it fits where an answer's fields do");
    memcpy(bridge->answer_buffer, answer, sizeof(answer) - 1);
    bridge->answer = (struct stretch){.start = 0, .end = sizeof(answer) - 1};
    read_status(bridge, sizeof(answer) - 1);
    bridge->request_ended = true;
    bridge->answer_ended = true;
}

static enum step free_stuck(struct bridge *bridge)
{
    if (bridge->answer_ended || bridge->request_ended ||
        bridge->answer.start < bridge->answer.end || !is_stuck(bridge))
        return STEP_STUCK;
    refuse_request(bridge);
    return STEP_MOVED;
}

static bool is_finished(const struct bridge *bridge)
{
    return bridge->answer_ended && bridge->answer.start == bridge->answer.end;
}

/* Once it is finished, nothing is read any more: close_notify may wait for room in the socket, and
 * what mbedTLS answers to a record would go out behind it. */
enum bridge_result bridge_run(struct bridge *bridge)
{
    static enum step (*const steps[])(struct bridge *) = {
        take_request, give_request, end_request, take_answer, free_stuck, give_answer,
    };
    bool moves = true;
    while (moves && !is_finished(bridge)) {
        moves = false;
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
            enum step step = steps[i](bridge);
            if (step == STEP_FAILED)
                return BRIDGE_RESULT_FAILED;
            moves = moves || step == STEP_MOVED;
        }
    }
    if (!is_finished(bridge))
        return BRIDGE_RESULT_WAIT;
    return bridge->is_flooded && bridge->status == 0 ? BRIDGE_RESULT_FAILED : BRIDGE_RESULT_END;
}
