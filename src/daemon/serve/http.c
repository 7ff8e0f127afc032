/* SPDX-License-Identifier: ISC */
/* http: one worker's libmicrohttpd, connected by a socketpair for each request. */
#include "daemon/serve/http.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/serve/answer.h"
#include "daemon/serve/responses.h"

#define REQUEST_MEMORY  8192     /* bytes of libmicrohttpd's pool for a request's line and fields */
#define PAIR_BUFFER     8192     /* bytes of a large answer in flight in a socketpair */
#define MAX_CONNECTIONS 1000000U /* ours is the bound; libmicrohttpd's default is 1,020 */

struct http {
    struct MHD_Daemon *daemon;
    struct http_exchange *starting; /* during MHD_add_connection only */
    bool keeps_agents;
    size_t running; /* exchanges that libmicrohttpd has not let go */
    struct responses responses;
};

struct http_exchange {
    bool let_go_by_bridge;
    bool let_go_by_daemon;
    bool whole;
    bool keeps_agent;
    size_t body_bytes;
    struct answer_request request;
    struct hostname host;
    const struct site *site;
    struct site_table *table; /* held */
    char agent[HTTP_AGENT_MAX];
};

static void free_when_let_go(struct http_exchange *exchange)
{
    if (!exchange->let_go_by_bridge || !exchange->let_go_by_daemon)
        return;
    site_table_unref(exchange->table);
    free(exchange);
}

static struct http_exchange *exchange_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http *http = cls;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        assert(http->starting != NULL);
        *socket_context = http->starting;
        http->running++;
        return;
    }
    struct http_exchange *exchange = *socket_context;
    http->running--;
    exchange->let_go_by_daemon = true;
    free_when_let_go(exchange);
}

/* The only place that sees the target as it stood in the request line. Its result is the handler's
 * request context: NULL marks the first call. */
static void *on_target(void *cls, const char *uri, struct MHD_Connection *connection)
{
    (void)cls;
    struct http_exchange *exchange = exchange_of(connection);
    answer_read_target(&exchange->request, uri);
    return NULL;
}

/* Nothing is unescaped: the target is judged raw. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

static void keep_agent(struct http_exchange *exchange, const char *value, size_t length)
{
    size_t kept = length < HTTP_AGENT_MAX - 1 ? length : HTTP_AGENT_MAX - 1;
    for (size_t i = 0; i < kept; i++) {
        char byte = value[i];
        bool is_clean = byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';
        exchange->agent[i] = is_clean ? byte : '?';
    }
    exchange->agent[kept] = '\0';
}

static enum MHD_Result on_field(void *cls, enum MHD_ValueKind kind, const char *name,
                                size_t name_length, const char *value, size_t value_length)
{
    (void)kind;
    struct http_exchange *exchange = cls;
    answer_read_field(&exchange->request, name, name_length, value, value_length);
    if (exchange->keeps_agent && strcasecmp(name, MHD_HTTP_HEADER_USER_AGENT) == 0 && value != NULL)
        keep_agent(exchange, value, value_length);
    return MHD_YES;
}

static enum MHD_Result on_trailer(void *cls, enum MHD_ValueKind kind, const char *name,
                                  size_t name_length, const char *value, size_t value_length)
{
    (void)kind;
    struct http_exchange *exchange = cls;
    answer_read_trailer(&exchange->request, name, name_length, value, value_length);
    return MHD_YES;
}

/* The first call for a request: its fields are known, its body is not read. An answer given here
 * ends the connection with the body unread. */
static enum MHD_Result begin_request(struct http *http, struct http_exchange *exchange,
                                     struct MHD_Connection *connection, const char *version)
{
    exchange->request.http_1_0 = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_field, exchange);
    unsigned status = answer_early_status(&exchange->request);
    if (status == 0)
        return MHD_YES;
    struct answer answer;
    answer_make_status(&answer, status);
    exchange->whole = true;
    return responses_queue(&http->responses, exchange->table, connection, &answer);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    struct http *http = cls;
    (void)url;
    (void)upload;
    struct http_exchange *exchange = exchange_of(connection);
    if (*context == NULL) {
        *context = exchange;
        return begin_request(http, exchange, connection, version);
    }
    if (*upload_size > 0) {
        exchange->body_bytes += *upload_size;
        *upload_size = 0;
        /* A chunked body shows its length too late for an answer. */
        return exchange->body_bytes <= ANSWER_BODY_MAX ? MHD_YES : MHD_NO;
    }
    struct answer answer;
    MHD_get_connection_values_n(connection, MHD_FOOTER_KIND, on_trailer, exchange);
    if (exchange->request.malformed)
        answer_make_status(&answer, 400);
    else
        answer_make(&answer, &exchange->request, method, &exchange->host, exchange->site);
    exchange->whole = true;
    return responses_queue(&http->responses, exchange->table, connection, &answer);
}

/* libmicrohttpd logs clients' faulty requests and TCP options that a socketpair lacks: nothing
 * that an operator could act on. */
static void drop_log(void *cls, const char *format, va_list arguments)
{
    (void)cls;
    (void)format;
    (void)arguments;
}

int http_open(struct http **out, struct error *why)
{
    struct http *http = calloc(1, sizeof(*http));
    if (http == NULL)
        return error_set(why, "HTTP: out of memory");
    unsigned flags =
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_NO_THREAD_SAFETY | MHD_USE_ERROR_LOG;
    http->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, drop_log, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_URI_LOG_CALLBACK, on_target,
        http, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT,
        MAX_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1, MHD_OPTION_END);
    if (http->daemon == NULL) {
        free(http);
        return error_set(why, "HTTP: cannot start libmicrohttpd: %s", strerror(errno));
    }
    *out = http;
    return 0;
}

void http_close(struct http *http)
{
    if (http == NULL)
        return;
    MHD_stop_daemon(http->daemon);
    responses_take_table(&http->responses, NULL);
    free(http);
}

void http_take_table(struct http *http, struct site_table *table)
{
    responses_take_table(&http->responses, table);
}

void http_keep_agents(struct http *http, bool keeps)
{
    http->keeps_agents = keeps;
}

int http_wait_fd(const struct http *http)
{
    return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void http_run(struct http *http)
{
    if (http->running > 0)
        (void)MHD_run(http->daemon);
}

int64_t http_wait_ms(const struct http *http)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    if (http->running == 0 || MHD_get_timeout(http->daemon, &wait_ms) != MHD_YES)
        return -1;
    return wait_ms < INT_MAX ? (int64_t)wait_ms : INT_MAX;
}

/* What goes to libmicrohttpd is bounded by wire. What comes from it is the policy,
 * which few make so large that it should not lie in the pair whole. */
static int open_pair(const struct site *site, int pair[2])
{
    int bytes = PAIR_BUFFER;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    if (site->policy->length > PAIR_BUFFER)
        (void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    return 0;
}

int http_exchange_open(struct http *http, const struct hostname *host, const struct site *site,
                       struct site_table *table, int *fd, struct http_exchange **out)
{
    static const struct sockaddr_un nobody = {.sun_family = AF_UNIX};
    int pair[2];
    struct http_exchange *exchange = malloc(sizeof(*exchange));
    if (exchange == NULL)
        return -1;
    *exchange = (struct http_exchange){.host = *host, .site = site};
    if (open_pair(site, pair) != 0) {
        int reason = errno;
        free(exchange);
        errno = reason;
        return -1;
    }
    exchange->keeps_agent = http->keeps_agents;
    exchange->table = site_table_ref(table);

    http->starting = exchange;
    enum MHD_Result added =
        MHD_add_connection(http->daemon, pair[1], (const struct sockaddr *)&nobody, sizeof(nobody));
    http->starting = NULL;
    if (added != MHD_YES) { /* it has closed pair[1] */
        int reason = errno;
        close(pair[0]);
        exchange->let_go_by_daemon = true; /* also where it never took it */
        http_exchange_close(exchange);
        errno = reason;
        return -1;
    }
    *fd = pair[0];
    *out = exchange;
    return 0;
}

void http_exchange_close(struct http_exchange *exchange)
{
    exchange->let_go_by_bridge = true;
    free_when_let_go(exchange);
}

bool http_exchange_is_whole(const struct http_exchange *exchange)
{
    return exchange->whole;
}

bool http_exchange_is_over(const struct http_exchange *exchange)
{
    return exchange->let_go_by_daemon;
}

const char *http_exchange_agent(const struct http_exchange *exchange)
{
    return exchange->agent;
}
