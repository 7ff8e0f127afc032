/* SPDX-License-Identifier: ISC */
/* conn_steps: what a connection does in each of its phases. */
#include "daemon/serve/conn_steps.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/serve/access.h"
#include "daemon/serve/admit.h"
#include "daemon/serve/proxy.h"
#include "daemon/serve/tls_facts.h"
#include "daemon/serve/tls_select.h"

#define LINGER_MAX_BYTES 262144 /* a client that sends on and on is not waited for */
#define PAIR_DESCRIPTORS 2

static bool has_nothing_yet(ssize_t got)
{
    return got < 0 && (errno == EAGAIN || errno == EINTR);
}

enum conn_step conn_step_silent(struct conn *conn)
{
    char byte;
    if (!conn->readable.is_ready)
        return CONN_STEP_WAIT;
    if (conn->readable.has_end && recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
        return CONN_STEP_CLOSE; /* it has sent nothing */
    conn_enter(conn, conn->has_proxy ? CONN_PHASE_PROXY : CONN_PHASE_HANDSHAKE);
    return CONN_STEP_GO_ON;
}

/* Whether the client will send no more; peeking at what it did send does not tell. */
static bool has_ended(int fd)
{
    struct pollfd end = {.fd = fd, .events = POLLRDHUP};
    return poll(&end, 1, 0) > 0;
}

enum conn_step conn_step_proxy(struct conn *conn)
{
    unsigned char bytes[PROXY_HEADER_MAX];
    size_t length = 0;
    ssize_t got = recv(conn->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
    if (has_nothing_yet(got))
        return CONN_STEP_WAIT;
    enum proxy_result result =
        got <= 0 ? PROXY_RESULT_BAD : proxy_read(bytes, (size_t)got, &conn->member.source, &length);
    if (result == PROXY_RESULT_MORE && !has_ended(conn->fd))
        return CONN_STEP_WAIT;
    if (result != PROXY_RESULT_WHOLE) {
        conn_refuse(conn, COUNTERS_NO_PROXY_HEADER, "no PROXY header, which proxy_from requires");
        return CONN_STEP_CLOSE;
    }
    if (recv(conn->fd, bytes, length, MSG_DONTWAIT) != (ssize_t)length || !conn_count_source(conn))
        return CONN_STEP_CLOSE;
    conn_enter(conn, CONN_PHASE_HANDSHAKE);
    return CONN_STEP_GO_ON;
}

/* All is said. The client may read before the socket goes: a reset would take the last bytes back.
 */
static enum conn_step start_linger(struct conn *conn)
{
    (void)tls_session_flush(conn->session); /* what the socket does not take now is lost */
    tls_session_close(conn->session);
    conn->session = NULL;
    (void)shutdown(conn->fd, SHUT_WR);
    conn_enter(conn, CONN_PHASE_LINGER);
    return CONN_STEP_GO_ON;
}

/* Whether the client has gone. One that will send no more can still read an answer. */
static bool is_reset(int fd)
{
    struct pollfd end = {.fd = fd};
    return poll(&end, 1, 0) > 0 && (end.revents & (POLLERR | POLLHUP)) != 0;
}

static bool may_shake_hands(const struct conn *conn)
{
    struct conn_context *context = conn->context;
    switch (
        admit_handshake(context->limit, conn_settings(context), &conn->member, context->now_ms)) {
    case LIMIT_VERDICT_TAKEN:
        return true;
    case LIMIT_VERDICT_SOURCE_FULL:
        conn_refuse(conn, COUNTERS_SOURCE_HANDSHAKES,
                    "too many handshakes a second from this source");
        break;
    case LIMIT_VERDICT_NETWORK_FULL:
        conn_refuse(conn, COUNTERS_NETWORK_HANDSHAKES,
                    "too many handshakes a second from its network");
        break;
    }
    return false;
}

/* Who shakes hands too often is refused before there is any TLS state. NULL: refused, or out of
 * memory. */
static struct tls_session *open_session(struct conn *conn)
{
    struct conn_context *context = conn->context;
    if (!may_shake_hands(conn))
        return NULL;
    struct tls_session *session = tls_session_open(context->tls, conn->fd, &conn->readable);
    if (session == NULL) {
        conn_refuse(conn, COUNTERS_NO_MEMORY, "out of memory");
    } else if (context->is_noted) {
        conn->begun_us = deadline_now_us();
        tls_session_note(session);
    }
    return session;
}

static enum tls_result shake_hands(struct conn *conn)
{
    struct conn_context *context = conn->context;
    struct tls_view view = {
        .table = context->table,
        .certs = context->caches.certs,
        .challenges = context->caches.challenges,
        .waiter = conn->is_late ? NULL : &conn->waiter,
        .now_ms = context->now_ms,
    };
    int64_t turn_ms =
        context->turn_ms > context->last_turn_ms ? context->turn_ms : context->last_turn_ms;
    struct admit_work work = admit_begin_work(&conn->member, turn_ms);
    enum tls_result result = tls_session_handshake(conn->session, &view);
    admit_end_work(context->limit, conn_settings(context), &conn->member, &work, context->now_ms);
    return result;
}

static void log_reason(struct conn *conn)
{
    char reason[TLS_REASON_MAX];
    tls_session_reason(conn->session, reason, sizeof(reason));
    conn_log_refusal(conn, reason);
    conn_count_handshake(conn, tls_session_failure(conn->session));
}

/* The handshake of a challenge is its answer: no request follows. */
static enum conn_step end_handshake(struct conn *conn)
{
    if (conn->begun_us != 0)
        conn->shaken_us = deadline_now_us();
    conn_count_handshake(conn, tls_session_is_challenge(conn->session) ? COUNTERS_CHALLENGE
                                                                       : COUNTERS_DONE);
    if (tls_session_is_challenge(conn->session)) {
        access_log_challenge(conn_settings(conn->context), &conn->member.source,
                             tls_session_host(conn->session));
        conn_enter(conn, CONN_PHASE_ENDING);
    } else {
        conn_enter(conn, CONN_PHASE_WAITING);
    }
    return CONN_STEP_GO_ON;
}

enum conn_step conn_step_handshake(struct conn *conn)
{
    if (conn->session == NULL)
        conn->session = open_session(conn);
    if (conn->session == NULL)
        return CONN_STEP_CLOSE;
    switch (shake_hands(conn)) {
    case TLS_RESULT_AGAIN:
        return CONN_STEP_WAIT;
    case TLS_RESULT_WAIT:
        return is_reset(conn->fd) ? CONN_STEP_CLOSE : CONN_STEP_WAIT;
    case TLS_RESULT_DONE:
        return end_handshake(conn);
    case TLS_RESULT_FAILED:
        log_reason(conn);
        break; /* the alert shall arrive */
    case TLS_RESULT_FLOODED:
        log_reason(conn);
        return CONN_STEP_CLOSE;
    case TLS_RESULT_END:
        conn_count_handshake(conn, COUNTERS_ABANDONED);
        break;
    }
    return start_linger(conn);
}

/* The pair and libmicrohttpd's connection; where descriptors are out, others give way. */
static bool open_bridge(struct conn *conn, const unsigned char *first, size_t length)
{
    struct conn_context *context = conn->context;
    conn->bridge = bridge_open(context->http, conn->session, first, length);
    if (conn->bridge == NULL && (errno == EMFILE || errno == ENFILE) &&
        conn_free_descriptors(conn, PAIR_DESCRIPTORS))
        conn->bridge = bridge_open(context->http, conn->session, first, length);
    return conn->bridge != NULL;
}

/* Before a request's connection waits for its socket or its pair. */
static enum conn_step wait_in_request(struct conn *conn)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = &conn->pair_source};
    if (tls_session_flush(conn->session) == TLS_RESULT_FAILED)
        return CONN_STEP_CLOSE;
    if (!conn->is_pair_watched &&
        epoll_ctl(conn->context->epoll, EPOLL_CTL_ADD, bridge_wait_fd(conn->bridge), &event) != 0)
        return CONN_STEP_CLOSE;
    conn->is_pair_watched = true;
    return CONN_STEP_WAIT;
}

/* close_notify goes out with the answer's last bytes. */
static enum conn_step end_request(struct conn *conn)
{
    enum tls_result result = tls_session_end(conn->session);
    if (result == TLS_RESULT_AGAIN)
        return CONN_STEP_WAIT;
    conn_drop_bridge(conn, result == TLS_RESULT_DONE && bridge_status(conn->bridge) != 0);
    return start_linger(conn);
}

enum conn_step conn_step_waiting(struct conn *conn)
{
    unsigned char first[BRIDGE_FIRST_MAX];
    size_t length;
    switch (tls_session_read(conn->session, first, sizeof(first), &length)) {
    case TLS_RESULT_AGAIN:
    case TLS_RESULT_WAIT:
        (void)tls_session_flush(
            conn->session); /* TLS 1.2's last flight, where the socket was full */
        conn_idle_enter(conn);
        return CONN_STEP_WAIT;
    case TLS_RESULT_DONE:
        conn_idle_leave(conn);
        conn_enter(conn, CONN_PHASE_REQUEST);
        if (conn->begun_us != 0)
            conn->asked_us = deadline_now_us();
        return open_bridge(conn, first, length) ? CONN_STEP_GO_ON : CONN_STEP_CLOSE;
    case TLS_RESULT_END:
        conn_idle_leave(conn);
        conn_enter(conn, CONN_PHASE_ENDING);
        return CONN_STEP_GO_ON;
    case TLS_RESULT_FLOODED:
    case TLS_RESULT_FAILED: /* some refuse the certificate only now */
        log_reason(conn);
        break;
    }
    return CONN_STEP_CLOSE;
}

enum conn_step conn_step_request(struct conn *conn)
{
    switch (bridge_run(conn->bridge)) {
    case BRIDGE_RESULT_WAIT:
        return wait_in_request(conn);
    case BRIDGE_RESULT_END:
        return end_request(conn);
    case BRIDGE_RESULT_FAILED:
        break;
    }
    return CONN_STEP_CLOSE;
}

enum conn_step conn_step_ending(struct conn *conn)
{
    if (tls_session_end(conn->session) == TLS_RESULT_AGAIN)
        return CONN_STEP_WAIT;
    return start_linger(conn);
}

/* Closing a socket with unread bytes resets it and may take the answer back: read them first. */
enum conn_step conn_step_linger(struct conn *conn)
{
    unsigned char bytes[4096];
    ssize_t got;
    do {
        got = readable_receive(&conn->readable, conn->fd, bytes, sizeof(bytes));
        conn->lingered += got > 0 ? (size_t)got : 0;
    } while (got > 0 && conn->lingered < LINGER_MAX_BYTES);
    return has_nothing_yet(got) ? CONN_STEP_WAIT : CONN_STEP_CLOSE;
}
