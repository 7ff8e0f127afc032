/* SPDX-License-Identifier: ISC */
/* metrics: serves /metrics and /healthz by plain HTTP, on a thread and an address of its own. */
#include "daemon/life/metrics.h"

#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/deadline.h"
#include "daemon/base/log.h"
#include "daemon/life/exposition.h"

#define CONNECTIONS_MAX                                                                            \
    16                      /* at once: who attacks the listener keeps out only its other clients  \
                             */
#define FROM_ONE_MAX   8    /* of one address */
#define TIMEOUT_S      5    /* of a silent client */
#define REQUEST_MEMORY 4096 /* bytes of a request, and of the answer's fields */
#define TURN_MS        5000 /* of the thread, at most, while there are clients */
#define BACKLOG        16
#define PATIENCE_MS    1000 /* for all workers to say what they hold */

struct metrics {
    struct worker *const *workers;
    size_t count;
    const struct counters **counters;
    struct MHD_Daemon *daemon; /* NULL: it listens nowhere; else it is the thread's */
    pthread_t thread;
    bool is_running; /* the thread */
    int stop_fd;     /* readable: the thread is to end */
    struct network_endpoint endpoint;
    int64_t started;
    atomic_uint_fast64_t domains; /* these are written by the main thread */
    atomic_uint_fast64_t broken;
    atomic_uint_fast64_t reloads;
    atomic_uint_fast64_t refused_reloads;
    atomic_int_fast64_t last_reload;
    atomic_bool is_last_good;
    bool was_loaded;
};

/* Asks all workers, then waits for each. Returns whether all answered. */
static bool gather(const struct metrics *metrics, struct certreport *all)
{
    bool is_whole = true;
    int64_t until_ms = deadline_now_ms() + PATIENCE_MS;
    for (size_t i = 0; i < metrics->count; i++)
        caches_ask(worker_caches(metrics->workers[i]));
    for (size_t i = 0; i < metrics->count; i++) {
        struct certreport one;
        is_whole =
            certreport_await(&worker_caches(metrics->workers[i])->desk, until_ms, &one) && is_whole;
        if (!certreport_add(all, &one))
            certreport_free(&one);
    }
    certreport_merge(all);
    return is_whole;
}

/* The text, to be freed; NULL: out of memory. */
static char *make_text(struct metrics *metrics, size_t *length)
{
    char *text = NULL;
    struct certreport certificates = {0};
    FILE *out = open_memstream(&text, length);
    if (out == NULL)
        return NULL;
    (void)gather(metrics, &certificates);
    const struct exposition what = {
        .workers = metrics->counters,
        .worker_count = metrics->count,
        .certificates = &certificates,
        .log = log_counts(),
        .now = time(NULL),
        .started = metrics->started,
        .domains = atomic_load(&metrics->domains),
        .broken = atomic_load(&metrics->broken),
        .reloads = atomic_load(&metrics->reloads),
        .refused_reloads = atomic_load(&metrics->refused_reloads),
        .last_reload = atomic_load(&metrics->last_reload),
        .is_last_good = atomic_load(&metrics->is_last_good),
    };
    exposition_write(out, &what);
    certreport_free(&certificates);
    bool has_failed = ferror(out) != 0;
    if (fclose(out) != 0 || has_failed) {
        free(text);
        return NULL;
    }
    return text;
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned status,
                                 struct MHD_Response *response, const char *type)
{
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_NO;
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") == MHD_YES)
        result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_words(struct MHD_Connection *connection, unsigned status,
                                  const char *words)
{
    return send_text(connection, status,
                     MHD_create_response_from_buffer_static(strlen(words), words), "text/plain");
}

static enum MHD_Result send_metrics(struct metrics *metrics, struct MHD_Connection *connection)
{
    size_t length;
    char *text = make_text(metrics, &length);
    if (text == NULL)
        return send_words(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
    return send_text(connection, MHD_HTTP_OK,
                     MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE),
                     "text/plain; version=0.0.4; charset=utf-8");
}

static enum MHD_Result send_health(const struct metrics *metrics, struct MHD_Connection *connection)
{
    struct certreport ignored = {0};
    bool is_well = gather(metrics, &ignored);
    certreport_free(&ignored);
    return is_well
               ? send_words(connection, MHD_HTTP_OK, "ok\n")
               : send_words(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "a worker does not answer\n");
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    static int seen;
    (void)version;
    (void)upload;
    if (*context == NULL) { /* the fields are known, a body is not read yet */
        *context = &seen;
        return MHD_YES;
    }
    if (*upload_size > 0)
        return MHD_NO;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return send_words(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "method not allowed\n");
    if (strcmp(url, "/metrics") == 0)
        return send_metrics(cls, connection);
    if (strcmp(url, "/healthz") == 0)
        return send_health(cls, connection);
    return send_words(connection, MHD_HTTP_NOT_FOUND, "not found\n");
}

static void drop_log(void *cls, const char *format, va_list arguments)
{
    (void)cls;
    (void)format;
    (void)arguments;
}

/* -1 with errno. */
static int open_socket(const struct network_endpoint *endpoint)
{
    int on = 1;
    int family = endpoint->address.any.sa_family;
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(fd, &endpoint->address.any, endpoint->length) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
}

static void say_listening(int fd)
{
    char text[NETWORK_TEXT_MAX];
    struct network_endpoint bound = {.length = sizeof(bound.address)};
    if (getsockname(fd, &bound.address.any, &bound.length) != 0)
        return;
    network_endpoint_text(&bound, text);
    log_line(LOG_LEVEL_NOTICE, "metrics: listening on %s", text);
}

/* libmicrohttpd's own threads name themselves, which the sandbox does not allow. */
static void *run(void *argument)
{
    struct metrics *metrics = argument;
    struct pollfd waits[] = {
        {.fd = MHD_get_daemon_info(metrics->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
         .events = POLLIN},
        {.fd = metrics->stop_fd, .events = POLLIN},
    };
    while (waits[1].revents == 0) {
        MHD_UNSIGNED_LONG_LONG left_ms;
        bool is_due = MHD_get_timeout(metrics->daemon, &left_ms) == MHD_YES;
        int wait_ms = !is_due ? -1 : left_ms < TURN_MS ? (int)left_ms : TURN_MS;
        if (poll(waits, 2, wait_ms) >= 0)
            (void)MHD_run(metrics->daemon);
    }
    return NULL;
}

/* Ends what is open of it. */
static void stop_listening(struct metrics *metrics)
{
    uint64_t one = 1;
    if (metrics->is_running) {
        (void)!write(metrics->stop_fd, &one, sizeof(one));
        pthread_join(metrics->thread, NULL);
    }
    metrics->is_running = false;
    if (metrics->daemon != NULL)
        MHD_stop_daemon(metrics->daemon);
    metrics->daemon = NULL;
    if (metrics->stop_fd >= 0)
        close(metrics->stop_fd);
    metrics->stop_fd = -1;
    metrics->endpoint.length = 0;
}

/* On the socket, which is owned from here on. Returns 0, or -1 with errno. */
static int start_thread(struct metrics *metrics, int fd)
{
    metrics->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (metrics->stop_fd >= 0)
        metrics->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_USE_NO_THREAD_SAFETY | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request,
            metrics, MHD_OPTION_EXTERNAL_LOGGER, drop_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
            MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)FROM_ONE_MAX,
            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
            (size_t)REQUEST_MEMORY, MHD_OPTION_END);
    if (metrics->daemon == NULL) {
        int reason = errno;
        close(fd);
        stop_listening(metrics);
        errno = reason;
        return -1;
    }
    int failed = pthread_create(&metrics->thread, NULL, run, metrics);
    metrics->is_running = failed == 0;
    if (failed == 0)
        return 0;
    stop_listening(metrics);
    errno = failed;
    return -1;
}

static void start_listening(struct metrics *metrics, const struct config_metrics *wanted)
{
    int fd = open_socket(&wanted->endpoint);
    if (fd >= 0 && start_thread(metrics, fd) == 0) {
        metrics->endpoint = wanted->endpoint;
        say_listening(fd);
        return;
    }
    log_line(LOG_LEVEL_ERROR,
             "%s:%u: metrics: cannot listen on %s: %s; policies are served without, and the next "
             "reload tries again",
             wanted->place.file, wanted->place.line, wanted->text, strerror(errno));
}

struct metrics *metrics_open(struct worker *const *workers, size_t count)
{
    struct metrics *metrics = calloc(1, sizeof(*metrics));
    if (metrics == NULL)
        return NULL;
    metrics->counters = calloc(count, sizeof(*metrics->counters));
    if (metrics->counters == NULL) {
        free(metrics);
        return NULL;
    }
    metrics->workers = workers;
    metrics->stop_fd = -1;
    metrics->count = count;
    metrics->started = time(NULL);
    for (size_t i = 0; i < count; i++)
        metrics->counters[i] = worker_caches(workers[i])->counters;
    return metrics;
}

void metrics_close(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    stop_listening(metrics);
    free(metrics->counters);
    free(metrics);
}

void metrics_loaded(struct metrics *metrics, const struct config_server *settings, size_t domains,
                    size_t broken)
{
    const struct config_metrics *wanted = &settings->metrics;
    atomic_store(&metrics->domains, domains);
    atomic_store(&metrics->broken, broken);
    if (metrics->was_loaded)
        atomic_fetch_add(&metrics->reloads, 1);
    metrics->was_loaded = true;
    atomic_store(&metrics->last_reload, time(NULL));
    atomic_store(&metrics->is_last_good, true);
    if (metrics->daemon != NULL && wanted->endpoint.length > 0 &&
        network_endpoint_equal(&metrics->endpoint, &wanted->endpoint))
        return;
    stop_listening(metrics);
    if (wanted->endpoint.length > 0)
        start_listening(metrics, wanted);
}

void metrics_refused(struct metrics *metrics)
{
    atomic_fetch_add(&metrics->refused_reloads, 1);
    atomic_store(&metrics->is_last_good, false);
}
