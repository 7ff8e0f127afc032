/* SPDX-License-Identifier: ISC */
/* stage_server: a worker's connections, driven by hand. */
#include "stage_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "answers.h"
#include "common/config/config_load.h"
#include "make_cert.h"
#include "memory_files.h"
#include "scarce.h"

#define EVENTS_MAX 16
#define TURNS_MAX  64 /* no connection keeps a worker busy for longer by itself */

static const char *const sources[STAGE_SOURCES] = {"0.0.0.0", "10.0.0.1", "192.0.2.1", "192.0.2.2"};

static const char inis[][512] = {
    "[server]\nlisten = 127.0.0.1:0\nproxy_from = 10.0.0.0/8\nlimit_per_source = 1\n"
    "default_host = mta-sts.alpha.example\n[acme]\naccept_terms = yes\nchallenges = /f\n"
    "[alpha.example]\nmx = " ANSWERS_ALPHA ".example\ncertificate = /f/c.pem\n"
    "[beta.example]\nmx = " ANSWERS_BETA ".example\ncertificate = /f/c.pem\n",
    "[server]\nlisten = 127.0.0.1:0\n"
    "[alpha.example]\nmx = " ANSWERS_ALPHA ".example\nmode = enforce\ncertificate = /f/c.pem\n"
    "[beta.example]\nmx = " ANSWERS_BETA ".example\nmode = enforce\ncertificate = /f/c.pem\n",
};
const char *const stage_hosts[] = {"mta-sts.alpha.example", "mta-sts.beta.example"};
static struct tls *tls;
static struct loader *loader;
static struct site_table *tables[2]; /* made once: the configuration has a fuzzer of its own */

void stage_check(bool holds)
{
    if (!holds)
        abort();
}

static struct site_table *make_table(const char *ini)
{
    struct findings said = {0};
    struct config *config = NULL;
    memory_files_put("/f/main.ini", ini, strlen(ini));
    stage_check(config_load(&config, &(struct config_source){.path = "/f/main.ini"}, &said) == 0 &&
                said.errors == 0);
    struct site_table *table = site_table_build(&config, NULL);
    findings_free(&said);
    stage_check(table != NULL);
    return table;
}

/* Whoever kept one of the tables leaves it to the leak checker. */
static void end(void)
{
    for (size_t i = 0; i < 2; i++)
        site_table_unref(tables[i]);
    memset(tables, 0, sizeof(tables));
}

static void prepare(void)
{
    static char pem[MAKE_CERT_TEXT];
    static const char digest[] = "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ\n";
    const struct make_cert wanted = {
        .key = make_cert_key(MAKE_CERT_P256, 0),
        .names = {stage_hosts[0], stage_hosts[1]},
    };
    struct error why;
    make_cert_append(pem, &wanted);
    make_cert_append_key(pem, wanted.key);
    memory_files_put("/f/c.pem", pem, strlen(pem));
    memory_files_put("/f/mta-sts.alpha.example", digest, sizeof(digest) - 1);
    stage_check(tls_open(&tls, &why) == 0 && loader_open(&loader, LOADER_HANG_MS, &why) == 0);
    for (size_t i = 0; i < 2; i++)
        tables[i] = make_table(inis[i]);
    stage_check(atexit(end) == 0);
}

/* As worker.c has it. */
static bool make_room(void *owner)
{
    struct stage_server *server = owner;
    return conn_displace(&server->context);
}

void stage_server_open(struct stage_server *server, size_t max_connections)
{
    struct error why;
    if (tls == NULL)
        prepare();
    *server = (struct stage_server){.other = site_table_ref(tables[1])};
    server->context = (struct conn_context){
        .epoll = epoll_create1(EPOLL_CLOEXEC),
        .now_ms = 1000,
        .is_noted = true,
        .max_connections = max_connections,
        .tls = tls,
        .limit = limit_open(8),
        .table = site_table_ref(tables[0]),
    };
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    stage_check(server->context.epoll >= 0 && http_open(&server->context.http, &why) == 0);
    http_keep_agents(server->context.http, true);
    stage_check(caches_open(&server->context.caches, loader, NULL, server->wake_fd, 4, make_room,
                            server) == 0);
}

/* Waits for all that is being read. Whether there was something. */
static bool take_files(struct stage_server *server)
{
    struct caches *caches = &server->context.caches;
    bool took = false;
    while (caches_wait_ms(caches, server->context.now_ms, -1) >= 0) {
        uint64_t ignored;
        struct pollfd wake = {.fd = server->wake_fd, .events = POLLIN};
        int woken;
        do
            woken = poll(&wake, 1, 60000);
        while (woken < 0 && errno == EINTR); /* libFuzzer's alarm */
        stage_check(woken == 1);
        (void)!read(server->wake_fd, &ignored, sizeof(ignored));
        caches_run(caches, server->context.now_ms);
        took = true;
    }
    conn_resume(&server->context);
    return took;
}

void stage_server_run(struct stage_server *server)
{
    struct conn_context *context = &server->context;
    struct epoll_event events[EVENTS_MAX];
    int count;
    unsigned turns = 0;
    bool took;
    scarce_begin();
    do {
        count = epoll_wait(context->epoll, events, EVENTS_MAX, 0);
        for (int i = 0; i < count; i++)
            conn_run(events[i].data.ptr, events[i].events);
        took = take_files(server);
        http_run(context->http);
        conn_expire(context);
        conn_free_closed(context);
        stage_check(++turns < TURNS_MAX);
    } while (count > 0 || took);
    scarce_end();
}

struct sockaddr_in stage_server_address(unsigned number)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    stage_check(inet_pton(AF_INET, sources[number], &address.sin_addr) == 1);
    return address;
}

/* Whoever was counted was given back. */
static void check_limit(struct limit *limit)
{
    for (unsigned i = 0; i < STAGE_SOURCES; i++) {
        struct sockaddr_in address = stage_server_address(i);
        struct network_address source = network_address_of((struct sockaddr *)&address);
        stage_check(limit_take(limit, &source, &(struct limit_bounds){{1, 1}}, NULL) ==
                    LIMIT_VERDICT_TAKEN);
        limit_give(limit, &source);
    }
}

void stage_server_close(struct stage_server *server)
{
    struct conn_context *context = &server->context;
    conn_close_all(context);
    conn_free_closed(context);
    http_run(context->http);
    stage_check(context->count == 0 && http_wait_ms(context->http) == -1);
    check_limit(context->limit);
    http_close(context->http);
    caches_close(&context->caches);
    close(server->wake_fd);
    limit_close(context->limit);
    site_table_unref(context->table);
    site_table_unref(server->other);
    close(context->epoll);
}
