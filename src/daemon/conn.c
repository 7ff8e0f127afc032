/* SPDX-License-Identifier: ISC */
/* conn: one client's connection and its phases: silent, PROXY header, handshake, waiting, request,
 * lingering; what it holds grows and shrinks with them. */
#include "conn.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access.h"
#include "admit.h"
#include "bridge.h"
#include "proxy.h"

#define LINGER_MS        2000
#define LINGER_MAX_BYTES 262144 /* a client that sends on and on is not waited for */

enum phase {
    PHASE_SILENT,
    PHASE_PROXY,
    PHASE_HANDSHAKE,
    PHASE_WAITING,
    PHASE_REQUEST,
    PHASE_ENDING, /* the answer is out, close_notify is not yet */
    PHASE_LINGER,
    PHASE_CLOSED,
};

struct conn {
    struct crowd_member member;
    struct conn_source socket_source;
    struct conn_source pair_source;
    struct conn_context *context;
    enum phase phase;
    int fd;
    bool has_proxy;              /* a PROXY header must come first */
    struct tls_session *session; /* from the first byte to the linger */
    struct lookup_waiter waiter; /* for the files of its certificate */
    struct bridge *bridge;       /* from the request's first byte to the answer's last */
    size_t lingered;
    struct conn *next_buried;
};

static const struct config_server *settings(const struct conn_context *context)
{
    return site_table_server(context->table);
}

static void enter(struct conn *conn, enum phase phase, enum crowd_queue queue, int64_t timeout_ms)
{
    conn->phase = phase;
    crowd_enter(&conn->context->crowd, &conn->member, queue, conn->context->now_ms, timeout_ms);
}

static void log_fetch(struct conn *conn, bool is_complete)
{
    struct access_entry entry = {
        .host = tls_session_host(conn->session),
        .client = &conn->member.source,
        .status = bridge_status(conn->bridge),
        .tls_version = tls_session_version(conn->session),
        .agent = bridge_agent(conn->bridge),
        .is_complete = is_complete,
    };
    access_log(settings(conn->context)->access_log, &entry);
}

static void drop_bridge(struct conn *conn, bool is_complete)
{
    if (conn->bridge == NULL)
        return;
    log_fetch(conn, is_complete);
    bridge_close(conn->bridge);
    conn->bridge = NULL;
}

static void conn_close(struct conn *conn)
{
    struct conn_context *context = conn->context;
    if (conn->phase == PHASE_CLOSED)
        return;
    conn->phase = PHASE_CLOSED;
    drop_bridge(conn, false);
    lookup_leave(&conn->waiter);
    tls_session_close(conn->session);
    conn->session = NULL;
    close(conn->fd);
    if (conn->member.counted)
        limit_give(context->limit, &conn->member.source);
    crowd_leave(&conn->member);
    conn->next_buried = context->buried;
    context->buried = conn;
    context->count--;
}

void conn_bury(struct conn_context *context)
{
    while (context->buried != NULL) {
        struct conn *conn = context->buried;
        context->buried = conn->next_buried;
        free(conn);
    }
}

static struct conn *conn_of(struct crowd_member *member)
{
    return (struct conn *)(void *)((char *)member - offsetof(struct conn, member));
}

bool conn_only_new_are_idle(const struct conn_context *context)
{
    const struct crowd_member *oldest = crowd_oldest_idle(&context->crowd);
    return oldest != NULL && oldest->since_ms == context->now_ms;
}

bool conn_evict(struct conn_context *context)
{
    struct crowd_member *oldest = crowd_oldest_idle(&context->crowd);
    if (oldest != NULL)
        conn_close(conn_of(oldest));
    return oldest != NULL;
}

/* Closes the oldest idle connection of the newcomer's full network, this worker's at least. */
static bool evict_neighbour(struct conn *newcomer, enum limit_width width)
{
    struct crowd_member *other =
        crowd_oldest_neighbour(&newcomer->context->crowd, &newcomer->member, width);
    if (other == NULL)
        return false;
    access_log_refusal(&other->source, width == LIMIT_WIDTH_SOURCE
                                           ? "idle, while its source had too many connections"
                                           : "idle, while its network had too many connections");
    conn_close(conn_of(other));
    return true;
}

/* Counts the connection under its source. Returns false when the source has too many, or its
 * network has. */
static bool count_source(struct conn *conn)
{
    struct conn_context *context = conn->context;
    const struct config_server *server = settings(context);
    enum limit_verdict verdict = admit_connection(context->limit, server, &conn->member);
    if (verdict != LIMIT_VERDICT_TAKEN &&
        evict_neighbour(conn, verdict == LIMIT_VERDICT_SOURCE_FULL ? LIMIT_WIDTH_SOURCE
                                                                   : LIMIT_WIDTH_NETWORK))
        verdict = admit_connection(context->limit, server, &conn->member);
    if (verdict != LIMIT_VERDICT_TAKEN)
        access_log_refusal(&conn->member.source, verdict == LIMIT_VERDICT_SOURCE_FULL
                                                     ? "too many connections from this source"
                                                     : "too many connections from its network");
    return verdict == LIMIT_VERDICT_TAKEN;
}

void conn_accept(struct conn_context *context, int fd, const struct sockaddr *peer)
{
    struct conn *conn = calloc(1, sizeof(*conn));
    if (conn == NULL) {
        close(fd);
        return;
    }
    *conn = (struct conn){
        .context = context,
        .fd = fd,
        .member = {.source = network_address_of(peer)},
        .socket_source = {.kind = CONN_SOURCE_SOCKET, .conn = conn},
        .pair_source = {.kind = CONN_SOURCE_PAIR, .conn = conn},
    };
    context->count++;
    conn->has_proxy = admit_is_listed(&settings(context)->proxy_from, &conn->member.source);
    enter(conn, PHASE_SILENT, CROWD_QUEUE_SILENT,
          settings(context)->idle_timeout_s * INT64_C(1000));

    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = &conn->socket_source};
    if ((!conn->has_proxy && !count_source(conn)) ||
        epoll_ctl(context->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        conn_close(conn);
}

/* Each step returns whether the next phase may go on at once. */

static bool run_silent(struct conn *conn)
{
    char byte;
    ssize_t got = recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0) {
        conn_close(conn);
        return false;
    }
    enter(conn, conn->has_proxy ? PHASE_PROXY : PHASE_HANDSHAKE, CROWD_QUEUE_HANDSHAKE,
          settings(conn->context)->handshake_timeout_s * INT64_C(1000));
    return true;
}

/* Whether the client will send no more; peeking at what it did send does not tell. */
static bool has_ended(int fd)
{
    struct pollfd end = {.fd = fd, .events = POLLRDHUP};
    return poll(&end, 1, 0) > 0;
}

static bool run_proxy(struct conn *conn)
{
    unsigned char bytes[PROXY_HEADER_MAX];
    size_t length = 0;
    ssize_t got = recv(conn->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    enum proxy_result result =
        got <= 0 ? PROXY_RESULT_BAD : proxy_read(bytes, (size_t)got, &conn->member.source, &length);
    if (result == PROXY_RESULT_MORE && !has_ended(conn->fd))
        return false;
    if (result != PROXY_RESULT_WHOLE) {
        access_log_refusal(&conn->member.source, "no PROXY header, which proxy_from requires");
        conn_close(conn);
        return false;
    }
    if (recv(conn->fd, bytes, length, MSG_DONTWAIT) != (ssize_t)length || !count_source(conn)) {
        conn_close(conn);
        return false;
    }
    conn->phase = PHASE_HANDSHAKE; /* the same deadline */
    return true;
}

/* All is said. The client may read before the socket goes: a reset would take the last bytes back.
 */
static bool start_linger(struct conn *conn)
{
    tls_session_flush(conn->session);
    tls_session_close(conn->session);
    conn->session = NULL;
    (void)shutdown(conn->fd, SHUT_WR);
    enter(conn, PHASE_LINGER, CROWD_QUEUE_LINGER, LINGER_MS);
    return true;
}

/* Its certificate may have to be read: where descriptors are out, an idle connection makes room. */
static void keep_descriptor(struct conn_context *context)
{
    int fd = dup(context->epoll);
    if (fd >= 0)
        close(fd);
    else if (errno == EMFILE || errno == ENFILE)
        conn_evict(context);
}

/* Whether the client has gone; not whether it will send no more, since an answer can be read then.
 */
static bool is_reset(int fd)
{
    struct pollfd end = {.fd = fd};
    return poll(&end, 1, 0) > 0 && (end.revents & (POLLERR | POLLHUP)) != 0;
}

/* Who shakes hands too often is refused before there is any TLS state. NULL: refused, or out of
 * memory. */
static struct tls_session *open_session(struct conn *conn)
{
    struct conn_context *context = conn->context;
    if (!admit_handshake(context->limit, settings(context), &conn->member, context->now_ms))
        return NULL;
    keep_descriptor(context);
    return tls_session_open(context->tls, conn->fd);
}

static enum tls_result shake_hands(struct conn *conn, struct lookup_waiter *waiter)
{
    struct conn_context *context = conn->context;
    struct tls_view view = {
        .table = context->table,
        .certs = context->caches.certs,
        .challenges = context->caches.challenges,
        .waiter = waiter,
        .now_ms = context->now_ms,
    };
    int64_t turn_ms =
        context->turn_ms > context->last_turn_ms ? context->turn_ms : context->last_turn_ms;
    int64_t begun_ns = admit_work_ns();
    enum tls_result result = tls_session_handshake(conn->session, &view);
    admit_charge(context->limit, settings(context), &conn->member, admit_work_ns() - begun_ns,
                 turn_ms, context->now_ms);
    return result;
}

static bool go_on_with_handshake(struct conn *conn, struct lookup_waiter *waiter)
{
    char reason[HOSTNAME_MAX + 64];
    struct conn_context *context = conn->context;
    if (conn->session == NULL)
        conn->session = open_session(conn);
    if (conn->session == NULL) {
        conn_close(conn);
        return false;
    }
    switch (shake_hands(conn, waiter)) {
    case TLS_RESULT_AGAIN:
        return false;
    case TLS_RESULT_WAIT:
        if (is_reset(conn->fd))
            conn_close(conn);
        return false;
    case TLS_RESULT_DONE:
        if (tls_session_is_challenge(conn->session)) {
            access_log_challenge(&conn->member.source, tls_session_host(conn->session));
            conn->phase = PHASE_ENDING;
            return true;
        }
        enter(conn, PHASE_WAITING, CROWD_QUEUE_WAITING,
              settings(context)->idle_timeout_s * INT64_C(1000));
        return true;
    case TLS_RESULT_FAILED:
        tls_session_reason(conn->session, reason, sizeof(reason));
        access_log_refusal(&conn->member.source, reason);
        break;
    case TLS_RESULT_END:
        break;
    }
    return start_linger(conn);
}

static bool run_handshake(struct conn *conn)
{
    return go_on_with_handshake(conn, &conn->waiter);
}

/* The pair and libmicrohttpd's connection; descriptors may be out, then an idle one makes room. */
static bool open_bridge(struct conn *conn, const unsigned char *first, size_t length)
{
    struct conn_context *context = conn->context;
    conn->bridge = bridge_open(context->http, conn->session, first, length);
    if (conn->bridge == NULL && (errno == EMFILE || errno == ENFILE) && conn_evict(context))
        conn->bridge = bridge_open(context->http, conn->session, first, length);
    if (conn->bridge == NULL)
        return false;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = &conn->pair_source};
    return epoll_ctl(context->epoll, EPOLL_CTL_ADD, bridge_wait_fd(conn->bridge), &event) == 0;
}

static bool run_waiting(struct conn *conn)
{
    unsigned char first[BRIDGE_FIRST_MAX];
    size_t length;
    switch (tls_session_read(conn->session, first, sizeof(first), &length)) {
    case TLS_RESULT_AGAIN:
    case TLS_RESULT_WAIT:
        return false;
    case TLS_RESULT_DONE:
        enter(conn, PHASE_REQUEST, CROWD_QUEUE_REQUEST,
              settings(conn->context)->request_timeout_s * INT64_C(1000));
        if (open_bridge(conn, first, length))
            return true;
        conn_close(conn);
        return false;
    case TLS_RESULT_END:
        conn->phase = PHASE_ENDING;
        return true;
    case TLS_RESULT_FAILED:
        break;
    }
    conn_close(conn);
    return false;
}

static bool run_request(struct conn *conn)
{
    switch (bridge_run(conn->bridge)) {
    case BRIDGE_RESULT_WAIT:
        tls_session_flush(conn->session);
        return false;
    case BRIDGE_RESULT_END:
        drop_bridge(conn, bridge_status(conn->bridge) != 0);
        conn->phase = PHASE_ENDING; /* the same deadline */
        return true;
    case BRIDGE_RESULT_FAILED:
        break;
    }
    conn_close(conn);
    return false;
}

static bool run_ending(struct conn *conn)
{
    if (tls_session_end(conn->session) == TLS_RESULT_AGAIN)
        return false;
    return start_linger(conn);
}

/* Closing a socket with unread bytes resets it and may take the answer back: read them first. */
static bool run_linger(struct conn *conn)
{
    unsigned char bytes[4096];
    ssize_t got;
    do {
        got = recv(conn->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        conn->lingered += got > 0 ? (size_t)got : 0;
    } while (got > 0 && conn->lingered < LINGER_MAX_BYTES);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    conn_close(conn);
    return false;
}

void conn_run(struct conn *conn)
{
    static bool (*const steps[])(struct conn *) = {
        [PHASE_SILENT] = run_silent,       [PHASE_PROXY] = run_proxy,
        [PHASE_HANDSHAKE] = run_handshake, [PHASE_WAITING] = run_waiting,
        [PHASE_REQUEST] = run_request,     [PHASE_ENDING] = run_ending,
        [PHASE_LINGER] = run_linger,
    };
    while (conn->phase != PHASE_CLOSED && steps[conn->phase](conn))
        continue;
}

void conn_resume(struct conn_context *context)
{
    struct lookup_waiter *waiter;
    while ((waiter = lookup_take(&context->caches.ready)) != NULL)
        conn_run((struct conn *)(void *)((char *)waiter - offsetof(struct conn, waiter)));
}

void conn_expire(struct conn_context *context)
{
    struct crowd_member *due;
    while ((due = crowd_due(&context->crowd, context->now_ms)) != NULL) {
        struct conn *conn = conn_of(due);
        if (lookup_is_waiting(&conn->waiter)) {
            lookup_leave(&conn->waiter);
            if (go_on_with_handshake(conn, NULL))
                conn_run(conn);
        } else {
            conn_close(conn);
        }
    }
}

void conn_close_all(struct conn_context *context)
{
    struct crowd_member *any;
    while ((any = crowd_any(&context->crowd)) != NULL)
        conn_close(conn_of(any));
}
