/* SPDX-License-Identifier: ISC */
/* fuzz_connection: a worker's connections, driven by hand, and two clients that a script leads: the
 * first bytes say who they are, each further one what is done next. Nobody gets two final answers,
 * or a policy of another host, and nothing is left at the end. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answers.h"
#include "client.h"
#include "daemon/serve/conn.h"
#include "make_cert.h"
#include "memory_files.h"

#define EVENTS_MAX 16
#define TURNS_MAX  64 /* no connection keeps a worker busy for longer by itself */
#define ROUNDS_MAX 24
#define SNI_MAX    64
#define DAY_MS     INT64_C(86400000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *bytes;
    size_t left;
};

struct server {
    struct conn_context context;
    int wake_fd;
    struct site_table *other; /* what a reload swaps in */
};

static const char inis[][512] = {
    "[server]\nlisten = 127.0.0.1:0\nproxy_from = 10.0.0.0/8\nlimit_per_source = 1\n"
    "default_host = mta-sts.alpha.example\n[acme]\naccept_terms = yes\nchallenges = /f\n"
    "[alpha.example]\nmx = " ANSWERS_ALPHA ".example\ncertificate = /f/c.pem\n"
    "[beta.example]\nmx = " ANSWERS_BETA ".example\ncertificate = /f/c.pem\n",
    "[server]\nlisten = 127.0.0.1:0\n"
    "[alpha.example]\nmx = " ANSWERS_ALPHA ".example\nmode = enforce\ncertificate = /f/c.pem\n"
    "[beta.example]\nmx = " ANSWERS_BETA ".example\nmode = enforce\ncertificate = /f/c.pem\n",
};
static const char *const hosts[] = {"mta-sts.alpha.example", "mta-sts.beta.example"};
static const char *const marks[] = {ANSWERS_ALPHA, ANSWERS_BETA};
static struct tls *tls;
static struct loader *loader;
static struct site_table *tables[2]; /* made once: the configuration has a fuzzer of its own */
static struct client clients[2] = {{.fd = -1}, {.fd = -1}};

static void check_that(bool holds)
{
    if (!holds)
        abort();
}

static uint8_t take(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->bytes++;
}

/* ---- The server. */

static struct site_table *make_table(const char *ini)
{
    struct findings said = {0};
    struct config *config = NULL;
    memory_files_put("/f/main.ini", ini, strlen(ini));
    check_that(config_load(&config, "/f/main.ini", &said) == 0 && said.errors == 0);
    struct site_table *table = site_table_build(&config, NULL);
    findings_free(&said);
    check_that(table != NULL);
    return table;
}

/* Whoever kept one of the tables leaves it to the leak checker. */
static void end(void)
{
    for (size_t i = 0; i < 2; i++)
        site_table_unref(tables[i]);
    memset(tables, 0, sizeof(tables));
}

static void begin(void)
{
    static char pem[MAKE_CERT_TEXT];
    static const char digest[] = "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\n";
    const struct make_cert wanted = {
        .key = make_cert_key(MAKE_CERT_P256, 0),
        .names = {hosts[0], hosts[1]},
    };
    struct error why;
    make_cert_append(pem, &wanted);
    make_cert_append_key(pem, wanted.key);
    memory_files_put("/f/c.pem", pem, strlen(pem));
    memory_files_put("/f/mta-sts.alpha.example", digest, sizeof(digest) - 1);
    check_that(tls_open(&tls, &why) == 0 && loader_open(&loader, LOADER_HANG_MS, &why) == 0);
    for (size_t i = 0; i < 2; i++)
        tables[i] = make_table(inis[i]);
    check_that(atexit(end) == 0);
}

static void open_server(struct server *server)
{
    struct error why;
    *server = (struct server){.other = site_table_ref(tables[1])};
    server->context = (struct conn_context){
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .now_ms = 1000,
        .max_connections = 8,
        .tls = tls,
        .limit = limit_open(8),
        .table = site_table_ref(tables[0]),
    };
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    check_that(server->context.epoll >= 0 && http_open(&server->context.http, &why) == 0);
    check_that(caches_open(&server->context.caches, loader, NULL, server->wake_fd, 4, NULL, NULL) ==
               0);
}

/* Waits for all that is being read. Whether there was something. */
static bool take_files(struct server *server)
{
    struct caches *caches = &server->context.caches;
    bool took = false;
    while (caches_wait_ms(caches, server->context.now_ms, -1) >= 0) {
        uint64_t ignored;
        struct pollfd wake = {.fd = server->wake_fd, .events = POLLIN};
        check_that(poll(&wake, 1, 60000) == 1);
        (void)!read(server->wake_fd, &ignored, sizeof(ignored));
        caches_run(caches, server->context.now_ms);
        took = true;
    }
    conn_resume(&server->context);
    return took;
}

/* Runs the worker's turns, as worker.c has them, until nothing is left to do. */
static void run_server(struct server *server)
{
    struct conn_context *context = &server->context;
    struct epoll_event events[EVENTS_MAX];
    int count;
    unsigned turns = 0;
    bool took;
    do {
        count = epoll_wait(context->epoll, events, EVENTS_MAX, 0);
        for (int i = 0; i < count; i++)
            conn_run(((struct conn_source *)events[i].data.ptr)->conn);
        took = take_files(server);
        http_run(context->http);
        conn_expire(context);
        conn_free_closed(context);
        check_that(++turns < TURNS_MAX);
    } while (count > 0 || took);
}

static void close_server(struct server *server)
{
    static const struct network_address source = {{0}};
    struct conn_context *context = &server->context;
    conn_close_all(context);
    conn_free_closed(context);
    http_run(context->http);
    check_that(context->count == 0 && http_wait_ms(context->http) == -1);
    /* Whoever was counted was given back. */
    check_that(limit_take(context->limit, &source, &(struct limit_bounds){{1, 1}}, NULL) ==
               LIMIT_VERDICT_TAKEN);
    limit_give(context->limit, &source);
    http_close(context->http);
    caches_close(&context->caches);
    close(server->wake_fd);
    limit_close(context->limit);
    site_table_unref(context->table);
    site_table_unref(server->other);
    close(context->epoll);
}

/* ---- The clients. */

/* Two bytes say who comes: name, protocols, version, source. */
static void come(struct server *server, struct client *client, struct input *input)
{
    static const char *const http_only[] = {"http/1.1", NULL};
    static const char *const both[] = {"h2", "http/1.1", NULL};
    static const char *const challenge[] = {"acme-tls/1", NULL};
    static const char *const *const protocols[] = {NULL, http_only, both, challenge};
    static const char *const sources[] = {"0.0.0.0", "10.0.0.1", "192.0.2.1", "192.0.2.2"};
    char text[SNI_MAX] = "";
    unsigned who = take(input), how = take(input);
    struct sockaddr_in peer = {.sin_family = AF_INET};
    struct client_wish wish = {
        .protocols = protocols[who >> 2 & 3], .is_1_2 = (how & 1) != 0, .mark = marks[0]};
    int pair[2];
    if ((who & 3) == 3) { /* any bytes as the name */
        size_t length = take(input) % (SNI_MAX - 1);
        for (size_t i = 0; i < length; i++)
            text[i] = (char)take(input);
        wish.name = text;
        wish.mark = strcasecmp(text, hosts[0]) == 0   ? marks[0]
                    : strcasecmp(text, hosts[1]) == 0 ? marks[1]
                                                      : NULL;
    } else if ((who & 3) < 2) {
        wish.name = hosts[who & 3];
        wish.mark = marks[who & 3];
    }
    (void)inet_pton(AF_INET, sources[how >> 1 & 3], &peer.sin_addr);
    check_that(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
    client_close(client);
    client_open(client, pair[0], &wish);
    conn_accept(&server->context, pair[1], (const struct sockaddr *)&peer);
}

static void say_request(struct client *client, unsigned which)
{
    static const char *const requests[] = {
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.alpha.example\r\n\r\n",
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.beta.example\r\n\r\n",
        "HEAD /.well-known/mta-sts.txt HTTP/1.0\r\n\r\n",
        "POST /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.alpha.example\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n",
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mta-sts.alpha.example\r\n"
        "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n",
        "GET http://mta-sts.beta.example/.well-known/mta-sts.txt HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    const char *text = requests[which % (sizeof(requests) / sizeof(requests[0]))];
    client_say(client, (const unsigned char *)text, strlen(text));
}

static void say_any(struct client *client, struct input *input, bool is_raw)
{
    size_t length = take(input);
    if (length > input->left)
        length = input->left;
    if (is_raw)
        client_send_raw(client, input->bytes, length);
    else
        client_say(client, input->bytes, length);
    input->bytes += length;
    input->left -= length;
}

/* All goes as it should, as long as something moves. */
static void go_on(struct server *server, struct client *client)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++) {
        client_run(client);
        if (client->queued == 0 && round > 0)
            break;
        client_send(client, client->queued);
        run_server(server);
    }
    client_run(client);
}

static void reload(struct server *server)
{
    struct site_table *table = server->context.table;
    server->context.table = server->other;
    server->other = table;
}

static void send_proxy_header(struct client *client)
{
    static const char header[] = "PROXY TCP4 192.0.2.7 192.0.2.8 4000 443\r\n";
    client_send_raw(client, (const unsigned char *)header, sizeof(header) - 1);
}

/* ---- The script: what one byte may do. argument is what the byte has left. */

struct play {
    struct server *server;
    struct client *client;
    struct input *input;
    unsigned argument;
};

static void do_go_on(struct play *play)
{
    go_on(play->server, play->client);
}
static void do_turn(struct play *play)
{
    run_server(play->server);
}
static void do_run(struct play *play)
{
    client_run(play->client);
}
static void do_send_record(struct play *play)
{
    client_send(play->client, client_first(play->client));
}
static void do_send_bytes(struct play *play)
{
    client_send(play->client, take(play->input));
}
static void do_drop(struct play *play)
{
    client_drop(play->client);
}
static void do_repeat(struct play *play)
{
    client_repeat(play->client);
}
static void do_swap(struct play *play)
{
    client_swap(play->client);
}
static void do_mangle(struct play *play)
{
    size_t place = ((size_t)take(play->input) << 4) + play->argument;
    client_mangle(play->client, place, take(play->input));
}
static void do_raw(struct play *play)
{
    say_any(play->client, play->input, true);
}
static void do_say(struct play *play)
{
    say_any(play->client, play->input, false);
}
static void do_request(struct play *play)
{
    say_request(play->client, play->argument);
}
static void do_say_end(struct play *play)
{
    client_say_end(play->client);
}
static void do_shut(struct play *play)
{
    client_shut(play->client);
}
static void do_reset(struct play *play)
{
    client_close(play->client);
}
static void do_later(struct play *play)
{
    play->server->context.now_ms += (int64_t)take(play->input) * 250;
}
static void do_reload(struct play *play)
{
    reload(play->server);
}
static void do_proxy(struct play *play)
{
    send_proxy_header(play->client);
}
static void do_come(struct play *play)
{
    come(play->server, play->client, play->input);
}

static void step(struct server *server, struct input *input)
{
    static void (*const steps[])(struct play *) = {
        do_go_on, do_turn,   do_run,    do_send_record, do_send_bytes, do_drop,    do_repeat,
        do_swap,  do_mangle, do_raw,    do_say,         do_request,    do_say_end, do_shut,
        do_reset, do_later,  do_reload, do_proxy,       do_come,
    };
    const unsigned count = sizeof(steps) / sizeof(steps[0]);
    unsigned byte = take(input), more = byte / count;
    struct play play = {server, &clients[more & 1], input, more >> 1};
    steps[byte % count](&play);
}

/* A client of which nothing is changed gets its policy, else all inputs would end too early. */
static void check_that_it_serves(uint8_t is_1_2)
{
    const uint8_t alpha_from_afar[] = {4, 4 | is_1_2};
    struct input input = {alpha_from_afar, sizeof(alpha_from_afar)};
    struct server server;
    struct client *client = &clients[0];
    open_server(&server);
    come(&server, client, &input);
    go_on(&server, client);
    say_request(client, 0);
    go_on(&server, client);
    check_that(memmem(client->answer, client->answered, marks[0], strlen(marks[0])) != NULL);
    client_close(client);
    close_server(&server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct server server;
    if (tls == NULL) {
        begin();
        check_that_it_serves(0);
        check_that_it_serves(1);
    }
    open_server(&server);
    come(&server, &clients[0], &input);
    come(&server, &clients[1], &input);
    while (input.left > 0)
        step(&server, &input);
    for (size_t i = 0; i < 2; i++)
        go_on(&server, &clients[i]);
    server.context.now_ms += DAY_MS; /* everybody's time is up */
    run_server(&server);
    check_that(server.context.count == 0);
    for (size_t i = 0; i < 2; i++)
        client_close(&clients[i]);
    close_server(&server);
    return 0;
}
