/* SPDX-License-Identifier: ISC */
/* conn: the connections of one worker: accepts, runs and expires them. */
#include "daemon/serve/conn.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/serve/admit.h"
#include "daemon/serve/conn_life.h"
#include "daemon/serve/conn_steps.h"

static enum conn_step (*const steps[])(struct conn *conn) = {
    [CONN_PHASE_SILENT] = conn_step_silent,       [CONN_PHASE_PROXY] = conn_step_proxy,
    [CONN_PHASE_HANDSHAKE] = conn_step_handshake, [CONN_PHASE_WAITING] = conn_step_waiting,
    [CONN_PHASE_REQUEST] = conn_step_request,     [CONN_PHASE_ENDING] = conn_step_ending,
    [CONN_PHASE_LINGER] = conn_step_linger,
};

void conn_take_table(struct conn_context *context, struct site_table *table)
{
    site_table_unref(context->table);
    context->table = table;
    const struct config_server *settings = conn_settings(context);
    context->counters = settings->metrics.endpoint.length > 0 ? context->caches.counters : NULL;
    context->caches.lookup.counters = context->counters;
    context->is_noted = settings->access_log != CONFIG_ACCESS_LOG_OFF || context->counters != NULL;
    http_keep_agents(context->http, context->is_noted);
    http_take_table(context->http, table);
}

void conn_free_closed(struct conn_context *context)
{
    while (context->closed != NULL) {
        struct conn *conn = context->closed;
        context->closed = conn->next_closed;
        free(conn);
    }
}

bool conn_is_full(const struct conn_context *context)
{
    return context->count >= context->max_connections;
}

bool conn_must_wait(const struct conn_context *context)
{
    static const struct conn_member unknown = {.weight = 0};
    return conn_queues_displaced(&context->queues, &unknown, context->now_ms) == NULL &&
           conn_queues_displaced(&context->queues, &unknown, context->now_ms + 1) != NULL;
}

void conn_accept(struct conn_context *context, int fd, const struct sockaddr *peer)
{
    struct conn *conn = malloc(sizeof(*conn)); /* glibc's calloc passes over its fast lists */
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
    if (context->counters != NULL)
        counters_add(&context->counters->accepted, 1);
    conn_count_open(context);
    conn->has_proxy = admit_is_listed(&conn_settings(context)->proxy_from, &conn->member.source);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = &conn->socket_source};
    if ((!conn->has_proxy && !conn_count_source(conn)) || !conn_has_slot(conn) ||
        epoll_ctl(context->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        conn_end(conn);
    else
        conn_enter(conn, CONN_PHASE_SILENT);
}

static void run(struct conn *conn)
{
    struct conn_context *context = conn->context;
    if (conn->phase == CONN_PHASE_CLOSED)
        return;
    enum conn_step step;
    context->running = conn;
    do
        step = steps[conn->phase](conn);
    while (step == CONN_STEP_GO_ON);
    context->running = NULL;
    if (step == CONN_STEP_CLOSE)
        conn_end(conn);
}

void conn_run(const struct conn_source *source, uint32_t events)
{
    struct conn *conn = source->conn;
    if (source->kind == CONN_SOURCE_SOCKET)
        readable_note(&conn->readable, events);
    else if (conn->bridge != NULL)
        bridge_note(conn->bridge, events);
    run(conn);
}

void conn_resume(struct conn_context *context)
{
    struct lookup_waiter *waiter;
    while ((waiter = lookup_take(&context->caches.ready)) != NULL)
        run((struct conn *)(void *)((char *)waiter - offsetof(struct conn, waiter)));
}

void conn_expire(struct conn_context *context)
{
    struct conn_member *due;
    while ((due = conn_queues_due(&context->queues, context->now_ms)) != NULL) {
        struct conn *conn = conn_of(due);
        if (!lookup_is_waiting(&conn->waiter)) {
            conn_end(conn);
            continue;
        }
        lookup_leave(&conn->waiter);
        conn->is_late = true;
        run(conn);
    }
}

void conn_close_all(struct conn_context *context)
{
    struct conn_member *any;
    while ((any = conn_queues_any(&context->queues)) != NULL)
        conn_end(conn_of(any));
}
