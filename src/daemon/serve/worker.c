/* SPDX-License-Identifier: ISC */
/* worker: one thread with its own epoll set, certificates and libmicrohttpd, which accepts and
 * serves until it is told to drain. */
#include "daemon/serve/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/serve/conn.h"
#include "daemon/serve/http.h"
#include "daemon/serve/worker_accept.h"

#define EVENTS_A_TURN   128
#define ACCEPTS_A_TURN  32   /* of one listener: served ones must not wait for ever new ones */
#define ACCEPT_PAUSE_MS 100  /* when the system has no descriptor or memory left to give */
#define CERTIFICATES    1024 /* pairs in the cache of one worker */

/* What the epoll set points to for one listener. */
struct listen_event {
    struct conn_source source;
    struct listener *listener;
};

struct worker {
    struct conn_context context;
    struct conn_source wake_source;
    struct conn_source http_source;
    const struct worker_shared *shared;
    pthread_t thread;
    atomic_uint_fast64_t turns; /* of its loop */
    int wake_fd;
    int spare_fd; /* given up for a moment to refuse a client when descriptors are out */
    struct listener_set *listeners;
    struct listen_event *listen_events; /* one for each of listeners */
    int64_t accept_paused_until_ms;
    bool accepts;
    bool draining;
    int64_t drain_until_ms;

    pthread_mutex_t lock; /* of what follows: the other thread's orders */
    struct site_table *next_table;
    struct listener_set *next_listeners;
    bool must_drain;
    int64_t drain_timeout_ms;
};

static bool wait_for(struct worker *worker, int fd, struct conn_source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};
    return epoll_ctl(worker->context.epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static void stop_listening(struct worker *worker)
{
    for (size_t i = 0; worker->accepts && i < worker->listeners->count; i++)
        (void)epoll_ctl(worker->context.epoll, EPOLL_CTL_DEL, worker->listen_events[i].listener->fd,
                        NULL);
    worker->accepts = false;
}

static void pause_accepting(struct worker *worker, int reason)
{
    log_trouble(LOG_LEVEL_ERROR, "accepting pauses: %s", strerror(reason));
    stop_listening(worker);
    worker->accept_paused_until_ms = deadline_now_ms() + ACCEPT_PAUSE_MS;
}

/* EPOLLEXCLUSIVE: a client wakes one worker, not all. What fails is tried again after a pause. */
static void start_listening(struct worker *worker)
{
    worker->accepts = true;
    for (size_t i = 0; worker->accepts && i < worker->listeners->count; i++)
        if (!wait_for(worker, worker->listen_events[i].listener->fd,
                      &worker->listen_events[i].source, EPOLLIN | EPOLLEXCLUSIVE))
            pause_accepting(worker, errno);
}

/* After a failed accept. Returns whether another try makes sense. */
static bool recover_accept(struct worker *worker, int listen_fd, int reason)
{
    if (reason == EAGAIN || !worker_accept_has_waiting(listen_fd))
        return false;
    if (worker_accept_is_transient(reason))
        return true;
    if (worker_accept_lacks_resource(reason)) {
        if (conn_displace(&worker->context))
            return true;
        if (conn_must_wait(&worker->context))
            return false;
        if (reason == EMFILE && worker_accept_refuse(listen_fd, &worker->spare_fd))
            return true;
    }
    pause_accepting(worker, reason);
    return false;
}

static void accept_clients(struct worker *worker, const struct listener *listener, int most)
{
    for (int i = 0; i < most; i++) {
        if (conn_is_full(&worker->context) && conn_must_wait(&worker->context))
            return;
        struct sockaddr_storage peer = {0};
        socklen_t length = sizeof(peer);
        int fd =
            accept4(listener->fd, (struct sockaddr *)&peer, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            if (!recover_accept(worker, listener->fd, errno))
                return;
            continue;
        }
        conn_accept(&worker->context, fd, (const struct sockaddr *)&peer);
    }
}

/* Before a listener of ours goes for good, what waits on it is taken in; on an inherited one it
 * waits for the next process. */
static void accept_the_last(struct worker *worker, const struct listener *listener)
{
    if (!listener->inherited)
        accept_clients(worker, listener, (int)worker->shared->max_connections);
}

static struct listen_event *make_listen_events(const struct listener_set *listeners)
{
    struct listen_event *listen_events = calloc(listeners->count, sizeof(*listen_events));
    for (size_t i = 0; listen_events != NULL && i < listeners->count; i++)
        listen_events[i] = (struct listen_event){.source = {.kind = CONN_SOURCE_OTHER},
                                                 .listener = listeners->items[i]};
    return listen_events;
}

static void take_listeners(struct worker *worker, struct listener_set *next)
{
    struct listen_event *listen_events = make_listen_events(next);
    if (listen_events == NULL) {
        log_line(LOG_LEVEL_ERROR, "out of memory: the listeners stay as they were");
        listener_set_unref(next);
        return;
    }
    bool accepted = worker->accepts;
    stop_listening(worker);
    for (size_t i = 0; i < worker->listeners->count; i++)
        if (!listener_set_has(next, worker->listeners->items[i]))
            accept_the_last(worker, worker->listeners->items[i]);
    free(worker->listen_events);
    listener_set_unref(worker->listeners);
    worker->listeners = next;
    worker->listen_events = listen_events;
    if (accepted && worker->accept_paused_until_ms == 0)
        start_listening(worker);
}

static void start_drain(struct worker *worker, int64_t timeout_ms)
{
    stop_listening(worker);
    for (size_t i = 0; i < worker->listeners->count; i++)
        accept_the_last(worker, worker->listeners->items[i]);
    listener_set_unref(worker->listeners); /* with the last worker's, the port closes */
    worker->listeners = NULL;
    worker->draining = true;
    worker->drain_until_ms = worker->context.now_ms + timeout_ms;
}

/* At once, even before the turn's later events: who connects after a reload was logged gets the new
 * policy. Sessions that have chosen their site hold the table they chose it from. */
static void take_table(struct worker *worker)
{
    uint64_t ignored;
    (void)!read(worker->wake_fd, &ignored, sizeof(ignored));
    pthread_mutex_lock(&worker->lock);
    struct site_table *table = worker->next_table;
    worker->next_table = NULL;
    pthread_mutex_unlock(&worker->lock);
    if (table != NULL)
        conn_take_table(&worker->context, table);
}

/* Takes the other orders that the other thread left. */
static void take_orders(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    struct listener_set *listeners = worker->next_listeners;
    bool must_drain = worker->must_drain;
    int64_t drain_timeout_ms = worker->drain_timeout_ms;
    worker->next_listeners = NULL;
    worker->must_drain = false;
    pthread_mutex_unlock(&worker->lock);

    if (listeners != NULL)
        take_listeners(worker, listeners);
    if (must_drain)
        start_drain(worker, drain_timeout_ms);
}

static void handle_event(struct worker *worker, const struct epoll_event *event)
{
    struct conn_source *source = event->data.ptr;
    worker->context.turn_ms = deadline_now_ms() - worker->context.now_ms;
    if (source->kind != CONN_SOURCE_OTHER) {
        conn_run(source, event->events);
        return;
    }
    for (size_t i = 0; worker->accepts && i < worker->listeners->count; i++)
        if (source == &worker->listen_events[i].source)
            accept_clients(worker, worker->listen_events[i].listener, ACCEPTS_A_TURN);
}

static int64_t wait_ms(struct worker *worker)
{
    int64_t limit_ms = http_wait_ms(worker->context.http);
    const int64_t own[] = {
        worker->draining ? worker->drain_until_ms : INT64_MAX,
        worker->accept_paused_until_ms > 0 ? worker->accept_paused_until_ms : INT64_MAX,
    };
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        int64_t left_ms = own[i] > worker->context.now_ms ? own[i] - worker->context.now_ms : 0;
        if (own[i] != INT64_MAX && (limit_ms < 0 || left_ms < limit_ms))
            limit_ms = left_ms;
    }
    limit_ms = caches_wait_ms(&worker->context.caches, worker->context.now_ms, limit_ms);
    return conn_queues_wait_ms(&worker->context.queues, worker->context.now_ms, limit_ms);
}

static void turn(struct worker *worker)
{
    struct epoll_event events[EVENTS_A_TURN];
    bool has_orders = false;
    atomic_fetch_add(&worker->turns, 1);
    int64_t now_ms = deadline_now_ms();
    worker->context.last_turn_ms = now_ms - worker->context.now_ms;
    worker->context.now_ms = now_ms;
    int count = epoll_wait(worker->context.epoll, events, EVENTS_A_TURN, (int)wait_ms(worker));
    worker->context.now_ms = deadline_now_ms();

    for (int i = 0; i < count; i++) {
        if (events[i].data.ptr != &worker->wake_source) {
            handle_event(worker, &events[i]);
            continue;
        }
        has_orders = true;
        take_table(worker);
        caches_run(&worker->context.caches, worker->context.now_ms);
    }
    caches_check(&worker->context.caches, worker->context.now_ms);
    conn_resume(&worker->context);
    http_run(worker->context.http);
    conn_expire(&worker->context);
    conn_free_closed(&worker->context);
    if (has_orders) /* last, since it frees what events point to */
        take_orders(worker);
    if (worker->accept_paused_until_ms > 0 &&
        worker->accept_paused_until_ms <= worker->context.now_ms) {
        worker->accept_paused_until_ms = 0;
        if (!worker->draining)
            start_listening(worker);
    }
}

static void *run(void *argument)
{
    struct worker *worker = argument;
    worker->context.now_ms = deadline_now_ms();
    start_listening(worker);
    do
        turn(worker);
    while (!worker->draining ||
           (worker->context.count > 0 && worker->context.now_ms < worker->drain_until_ms));
    conn_close_all(&worker->context);
    conn_free_closed(&worker->context);
    http_run(worker->context.http); /* lets go of the exchanges */
    return NULL;
}

static void free_worker(struct worker *worker)
{
    http_close(worker->context.http);
    caches_close(&worker->context.caches);
    site_table_unref(worker->context.table);
    site_table_unref(worker->next_table);
    listener_set_unref(worker->listeners);
    listener_set_unref(worker->next_listeners);
    free(worker->listen_events);
    if (worker->context.epoll >= 0)
        close(worker->context.epoll);
    if (worker->wake_fd >= 0)
        close(worker->wake_fd);
    if (worker->spare_fd >= 0)
        close(worker->spare_fd);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}

/* A loader lacks a descriptor. */
static bool make_room(void *owner)
{
    struct worker *worker = owner;
    return conn_displace(&worker->context);
}

static int open_parts(struct worker *worker, struct site_table *table, struct error *why)
{
    worker->context.epoll = epoll_create1(EPOLL_CLOEXEC);
    worker->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    worker->spare_fd = worker_accept_spare();
    if (worker->context.epoll < 0 || worker->wake_fd < 0 || worker->spare_fd < 0)
        return error_set(why, "cannot start a worker: %s", strerror(errno));
    worker->listen_events = make_listen_events(worker->listeners);
    if (worker->listen_events == NULL ||
        caches_open(&worker->context.caches, worker->shared->loader, worker->shared->pool,
                    worker->wake_fd, CERTIFICATES, make_room, worker) != 0)
        return error_set(why, "cannot start a worker: out of memory");
    if (http_open(&worker->context.http, why) != 0)
        return -1;
    conn_take_table(&worker->context, site_table_ref(table));
    if (!wait_for(worker, worker->wake_fd, &worker->wake_source, EPOLLIN) ||
        !wait_for(worker, http_wait_fd(worker->context.http), &worker->http_source, EPOLLIN))
        return error_set(why, "cannot start a worker: %s", strerror(errno));
    return 0;
}

int worker_open(struct worker **out, const struct worker_shared *shared, struct site_table *table,
                struct listener_set *listeners, struct error *why)
{
    struct worker *worker = calloc(1, sizeof(*worker));
    if (worker == NULL)
        return error_set(why, "cannot start a worker: out of memory");
    worker->context.epoll = worker->wake_fd = worker->spare_fd = -1;
    pthread_mutex_init(&worker->lock, NULL);
    worker->shared = shared;
    worker->context.tls = shared->tls;
    worker->context.limit = shared->limit;
    worker->context.max_connections = shared->max_connections;
    worker->listeners = listener_set_ref(listeners);
    worker->wake_source.kind = worker->http_source.kind = CONN_SOURCE_OTHER;
    int failed = open_parts(worker, table, why);
    if (failed == 0 && pthread_create(&worker->thread, NULL, run, worker) != 0)
        failed = error_set(why, "cannot start a thread");
    if (failed != 0) {
        free_worker(worker);
        return -1;
    }
    *out = worker;
    return 0;
}

static void wake(struct worker *worker)
{
    uint64_t one = 1;
    (void)!write(worker->wake_fd, &one, sizeof(one));
}

void worker_update(struct worker *worker, struct site_table *table, struct listener_set *listeners)
{
    pthread_mutex_lock(&worker->lock);
    site_table_unref(worker->next_table); /* an order that was not taken yet is replaced */
    listener_set_unref(worker->next_listeners);
    worker->next_table = site_table_ref(table);
    worker->next_listeners = listener_set_ref(listeners);
    pthread_mutex_unlock(&worker->lock);
    wake(worker);
}

uint64_t worker_turns(struct worker *worker)
{
    uint64_t turns = atomic_load(&worker->turns); /* before it can answer */
    wake(worker);
    return turns;
}

struct caches *worker_caches(struct worker *worker)
{
    return &worker->context.caches;
}

void worker_drain(struct worker *worker, int64_t timeout_ms)
{
    pthread_mutex_lock(&worker->lock);
    worker->must_drain = true;
    worker->drain_timeout_ms = timeout_ms;
    pthread_mutex_unlock(&worker->lock);
    wake(worker);
}

void worker_close(struct worker *worker)
{
    if (worker == NULL)
        return;
    pthread_join(worker->thread, NULL);
    free_worker(worker);
}
