/* SPDX-License-Identifier: ISC */
/* conn_life: how a connection enters its phases, ends, and is displaced by others. */
#include "daemon/serve/conn_life.h"

#include <assert.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "daemon/base/capacity.h"
#include "daemon/serve/access.h"
#include "daemon/serve/admit.h"
#include "daemon/serve/tls_facts.h"

#define NEXT_TURN 1 /* ms: what has come from it was looked at */
#define A_SECOND  1000
#define FILES     CAPACITY_CONNECTION_FILES

/* The phases of a connection, which go down the table, or end.
 *
 * queue              where it waits, and with that its time-out; phases that share a queue share
 *                    one time-out and one age, counted from the entry into the queue
 * descriptors        the most that it holds; displacing it frees so many
 * displaced_from_ms  the age from which another may displace it when slots or descriptors are
 *                    out; conn_queues says what it changes that a network holds much */
static const struct {
    const char *name; /* for the log */
    enum conn_queue queue;
    unsigned descriptors;
    int64_t displaced_from_ms;
} phases[] = {
    /* clang-format off */
    [CONN_PHASE_SILENT]    = {"silent",       CONN_QUEUE_SILENT,    1,     NEXT_TURN},
    [CONN_PHASE_PROXY]     = {"PROXY header", CONN_QUEUE_PROXY,     1,     NEXT_TURN},
    [CONN_PHASE_HANDSHAKE] = {"handshake",    CONN_QUEUE_HANDSHAKE, 1,     NEXT_TURN},
    [CONN_PHASE_WAITING]   = {"no request",   CONN_QUEUE_WAITING,   1,     NEXT_TURN},
    [CONN_PHASE_REQUEST]   = {"request",      CONN_QUEUE_REQUEST,   FILES, A_SECOND},
    [CONN_PHASE_ENDING]    = {"close_notify", CONN_QUEUE_REQUEST,   1,     A_SECOND},
    [CONN_PHASE_LINGER]    = {"linger",       CONN_QUEUE_LINGER,    1,     NEXT_TURN},
    /* clang-format on */
    /* CONN_PHASE_CLOSED has no row: it holds nothing, stands in no queue. */
};

#define LINGER_MS 2000

const struct config_server *conn_settings(const struct conn_context *context)
{
    return site_table_server(context->table);
}

static int64_t timeout_ms(const struct conn_context *context, enum conn_queue queue)
{
    const struct config_server *server = conn_settings(context);
    switch (queue) {
    case CONN_QUEUE_SILENT:
    case CONN_QUEUE_WAITING:
        return server->idle_timeout_s * INT64_C(1000);
    case CONN_QUEUE_PROXY:
    case CONN_QUEUE_HANDSHAKE:
        return server->handshake_timeout_s * INT64_C(1000);
    case CONN_QUEUE_REQUEST:
        return server->request_timeout_s * INT64_C(1000);
    case CONN_QUEUE_LINGER:
    case CONN_QUEUE_COUNT:
        break;
    }
    return LINGER_MS;
}

void conn_enter(struct conn *conn, enum conn_phase phase)
{
    struct conn_context *context = conn->context;
    struct conn_member *member = &conn->member;
    enum conn_queue queue = phases[phase].queue;
    assert(conn->phase != CONN_PHASE_CLOSED && phase < CONN_PHASE_CLOSED);
    bool is_same_queue = member->deadline.queue != NULL && member->queue == queue;
    conn->phase = phase;
    member->displaced_from_ms = phases[phase].displaced_from_ms;
    if (!is_same_queue)
        conn_queues_enter(&context->queues, member, queue, context->now_ms,
                          timeout_ms(context, queue));
}

static void note_fetch(const struct conn *conn, bool is_complete)
{
    struct access_entry entry = {
        .host = tls_session_host(conn->session),
        .client = &conn->member.source,
        .policy = tls_session_site(conn->session)->policy,
        .status = bridge_status(conn->bridge),
        .bytes = bridge_bytes(conn->bridge),
        .tls_version = tls_session_version(conn->session),
        .group = tls_session_group(conn->session),
        .signature = tls_session_signature(conn->session),
        .agent = bridge_agent(conn->bridge),
        .handshake_us = conn->begun_us != 0 ? conn->shaken_us - conn->begun_us : -1,
        .answer_us = conn->asked_us != 0 ? deadline_now_us() - conn->asked_us : -1,
        .is_complete = is_complete,
    };
    struct counters *counters = conn->context->counters;
    if (counters != NULL)
        counters_add(&counters->fetches[counters_status_index(entry.status)]
                                       [sender_agent_family(entry.agent)],
                     1);
    access_log(conn_settings(conn->context), &entry);
}

void conn_refuse(const struct conn *conn, enum counters_refusal cause, const char *reason)
{
    if (conn->context->counters != NULL)
        counters_add(&conn->context->counters->refusals[cause], 1);
    conn_log_refusal(conn, reason);
}

void conn_count_handshake(struct conn *conn, enum counters_handshake outcome)
{
    struct counters *counters = conn->context->counters;
    if (counters == NULL || conn->begun_us == 0 || conn->is_counted)
        return;
    conn->is_counted = true;
    counters_add(&counters->handshakes[tls_session_version_index(conn->session)][outcome], 1);
    if (outcome == COUNTERS_DONE)
        counters_time(counters, conn->shaken_us - conn->begun_us);
}

void conn_log_refusal(const struct conn *conn, const char *reason)
{
    const struct hostname *host = conn->session != NULL ? tls_session_host(conn->session) : NULL;
    access_log_refusal(conn_settings(conn->context), &conn->member.source, host, reason);
}

void conn_drop_bridge(struct conn *conn, bool is_complete)
{
    if (conn->bridge == NULL)
        return;
    if (conn->context->is_noted)
        note_fetch(conn, is_complete);
    bridge_close(conn->bridge);
    conn->bridge = NULL;
}

void conn_count_open(struct conn_context *context)
{
    if (context->counters != NULL)
        atomic_store_explicit(&context->counters->connections, context->count,
                              memory_order_relaxed);
}

/* The one end of every connection: gives back all that it had, once. */
void conn_end(struct conn *conn)
{
    struct conn_context *context = conn->context;
    assert(conn->phase != CONN_PHASE_CLOSED && conn != context->running);
    conn->phase = CONN_PHASE_CLOSED;
    conn_queues_leave(&conn->member);
    conn_idle_leave(conn);
    lookup_leave(&conn->waiter);
    conn_drop_bridge(conn, false);
    if (conn->begun_us != 0 && conn->session != NULL)
        conn_count_handshake(conn, COUNTERS_ABANDONED);
    tls_session_close(conn->session);
    conn->session = NULL;
    close(conn->fd);
    conn->fd = -1;
    if (conn->member.counted)
        limit_give(context->limit, &conn->member.source);
    conn->member.counted = false;
    conn->next_closed = context->closed;
    context->closed = conn;
    context->count--;
    conn_count_open(context);
}

struct conn *conn_of(struct conn_member *member)
{
    return (struct conn *)(void *)((char *)member - offsetof(struct conn, member));
}

/* Ends whom newcomer may displace at a moment; lack says what is out. Returns how many descriptors
 * that frees; 0: there is nobody. */
static unsigned displace(struct conn_context *context, const struct conn_member *newcomer,
                         int64_t at_ms, const char *lack)
{
    struct conn_member *other = conn_queues_displaced(&context->queues, newcomer, at_ms);
    if (other == NULL)
        return 0;
    struct conn *conn = conn_of(other);
    char reason[96];
    unsigned freed = phases[conn->phase].descriptors;
    (void)snprintf(reason, sizeof(reason), "displaced (%s), %s", phases[conn->phase].name, lack);
    if (context->counters != NULL)
        counters_add(&context->counters->displaced, 1);
    conn_log_refusal(conn, reason);
    conn_end(conn);
    return freed;
}

/* For one of whom nothing is known yet, or for the one that runs, which must not go. */
bool conn_displace(struct conn_context *context)
{
    static const struct conn_member unknown = {.weight = 0};
    const struct conn_member *whom =
        context->running != NULL ? &context->running->member : &unknown;
    return displace(context, whom, context->now_ms, "out of descriptors or memory") > 0;
}

/* It cannot wait for the next turn, so one of this turn goes, too. */
bool conn_free_descriptors(struct conn *conn, unsigned wanted)
{
    struct conn_context *context = conn->context;
    unsigned freed = 0, more = 1;
    while (freed < wanted && more > 0) {
        more = displace(context, &conn->member, context->now_ms + 1, "out of descriptors");
        freed += more;
    }
    return freed >= wanted;
}

/* Ends the oldest idle connection of the newcomer's full network, this worker's at least. */
static bool displace_neighbour(struct conn *newcomer, enum limit_width width)
{
    struct conn_member *other =
        conn_queues_neighbour(&newcomer->context->queues, &newcomer->member, width);
    if (other == NULL)
        return false;
    if (newcomer->context->counters != NULL)
        counters_add(&newcomer->context->counters->displaced, 1);
    conn_log_refusal(conn_of(other), width == LIMIT_WIDTH_SOURCE
                                         ? "idle, while its source had too many connections"
                                         : "idle, while its network had too many connections");
    conn_end(conn_of(other));
    return true;
}

static void refuse_connection(const struct conn *conn, enum limit_verdict verdict)
{
    if (verdict == LIMIT_VERDICT_SOURCE_FULL)
        conn_refuse(conn, COUNTERS_SOURCE_CONNECTIONS, "too many connections from this source");
    else
        conn_refuse(conn, COUNTERS_NETWORK_CONNECTIONS, "too many connections from its network");
}

bool conn_count_source(struct conn *conn)
{
    struct conn_context *context = conn->context;
    const struct config_server *server = conn_settings(context);
    struct conn_member *member = &conn->member;
    unsigned held;
    assert(!member->counted);
    enum limit_verdict verdict = admit_connection(context->limit, server, member, &held);
    if (verdict != LIMIT_VERDICT_TAKEN &&
        displace_neighbour(conn, verdict == LIMIT_VERDICT_SOURCE_FULL ? LIMIT_WIDTH_SOURCE
                                                                      : LIMIT_WIDTH_NETWORK))
        verdict = admit_connection(context->limit, server, member, &held);
    if (verdict != LIMIT_VERDICT_TAKEN)
        refuse_connection(conn, verdict);
    member->weight = conn_queues_weight(held, context->max_connections);
    return verdict == LIMIT_VERDICT_TAKEN;
}

/* A slot for the newcomer, which is counted already; if need be, of one that gives way. */
bool conn_has_slot(struct conn *newcomer)
{
    struct conn_context *context = newcomer->context;
    if (context->count <= context->max_connections ||
        displace(context, &newcomer->member, context->now_ms, "all connections in use") > 0)
        return true;
    conn_refuse(newcomer, COUNTERS_FULL, "all connections are in use");
    return false;
}
