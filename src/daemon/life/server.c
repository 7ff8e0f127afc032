/* SPDX-License-Identifier: ISC */
/* server: runs the daemon: start, reload, drain and stop. */
#include "daemon/life/server.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/config/config.h"
#include "daemon/base/capacity.h"
#include "daemon/base/deadline.h"
#include "daemon/base/loader.h"
#include "daemon/base/log.h"
#include "daemon/base/notify.h"
#include "daemon/crypto/crypto.h"
#include "daemon/hosts/certpool.h"
#include "daemon/hosts/site.h"
#include "daemon/life/configload.h"
#include "daemon/life/heartbeat.h"
#include "daemon/life/load.h"
#include "daemon/life/logmark.h"
#include "daemon/life/metrics.h"
#include "daemon/life/privilege.h"
#include "daemon/life/reload.h"
#include "daemon/life/removal.h"
#include "daemon/life/startup.h"
#include "daemon/life/status.h"
#include "daemon/life/watch.h"
#include "daemon/sandbox/sandbox.h"
#include "daemon/serve/limit.h"
#include "daemon/serve/listener.h"
#include "daemon/serve/tls.h"
#include "daemon/serve/worker.h"

#define POOL_PAIRS 1024 /* of certificates that all workers share, as many as one keeps */

struct server {
    const char *config_path;
    struct watch *watch;
    struct status *status; /* NULL: not started */
    struct metrics *metrics;
    struct listener_inherited inherited;
    struct site_table *table;
    struct listener_set *listeners;
    struct worker_shared shared;
    struct worker **workers;
    size_t worker_count;
    struct configload *load;     /* a reload under way, or NULL */
    struct reload_askers askers; /* who asked for it */
    size_t broken;               /* domains of the current configuration that an error took out */
    struct logmark mark;
};

static bool is_same_user(const struct config_server *old, const struct config_server *new)
{
    return (old->user == NULL) == (new->user == NULL) &&
           (old->user == NULL || strcmp(old->user, new->user) == 0);
}

/* What was fixed when the process started and cannot follow a reload. */
static void note_fixed_settings(const struct config_server *old, const struct config_server *new)
{
    if (!is_same_user(old, new) || old->workers != new->workers ||
        old->max_connections != new->max_connections)
        log_line(LOG_LEVEL_NOTICE,
                 "user, workers and max_connections take effect at the next start");
}

/* What a reload cannot tell the name of keeps nothing. */
static void log_broken(const struct config *config, bool is_start)
{
    size_t lost = is_start ? config->broken_count : config->nameless_count;
    size_t kept = config->broken_count - lost;
    if (kept > 0)
        log_line(LOG_LEVEL_WARNING, "%zu domain%s errors: what %s served before stays", kept,
                 kept == 1 ? " has" : "s have", kept == 1 ? "it" : "they");
    if (lost > 0)
        log_line(LOG_LEVEL_WARNING, "%zu domain%s not served, because of the errors above", lost,
                 lost == 1 ? " is" : "s are");
}

static void log_serving(struct server *server, bool is_start)
{
    char addresses[1024];
    size_t count = site_table_count(server->table);
    listener_set_text(server->listeners, addresses, sizeof(addresses));
    log_line(LOG_LEVEL_NOTICE, "%s: %zu domain%s, listening on %s", is_start ? "ready" : "reloaded",
             count, count == 1 ? "" : "s", addresses);
    logmark_serve(&server->mark, server->table, is_start);
    metrics_loaded(server->metrics, site_table_server(server->table), count, server->broken);
    status_serve(server->status, server->table, server->broken);
}

/* Builds the next state whole, then swaps it in. Returns NULL, or why the old state serves on. */
static const char *swap_state(struct server *server, struct config **config)
{
    size_t broken = (*config)->broken_count;
    struct site_table *table = site_table_build(config, server->table);
    if (table == NULL)
        return "out of memory";

    const struct config_server *settings = site_table_server(table);
    struct listener_set *listeners = NULL;
    const char *refusal = removal_refuse(server->table, table);
    /* Once found is enough: what adds an account puts another file in the place of /etc/passwd,
     * which the sandbox keeps from being read. */
    if (!is_same_user(site_table_server(server->table), settings) &&
        !load_accepts_user(server->config_path, settings, privilege_check_account))
        refusal = "the next start would fail because of its user";
    if (refusal == NULL &&
        (listeners = load_listeners(settings, server->listeners, &server->inherited)) == NULL)
        refusal = "the server cannot listen as a `listen` line says";
    if (refusal != NULL) {
        site_table_unref(table);
        return refusal;
    }
    note_fixed_settings(site_table_server(server->table), settings);
    for (size_t i = 0; i < server->worker_count; i++)
        worker_update(server->workers[i], table, listeners);
    site_table_unref(server->table);
    listener_set_unref(server->listeners);
    server->table = table;
    server->listeners = listeners;
    server->broken = broken;
    return NULL;
}

/* What comes of a load; NULL, or why the old state serves on. */
static const char *take_load(struct server *server, struct configload_result *loaded)
{
    if (loaded->config == NULL)
        return "the configuration has errors";
    if (!loaded->is_denied)
        return swap_state(server, &loaded->config);
    log_line(LOG_LEVEL_ERROR, "%s", loaded->denial.text);
    return "a path is outside the sandbox";
}

static void say_reload(struct server *server, const char *refusal)
{
    if (refusal == NULL) {
        log_serving(server, false);
        log_broken(site_table_config(server->table), false);
    } else {
        log_line(LOG_LEVEL_ERROR,
                 "reload refused: %s; the configuration loaded before stays in use", refusal);
        status_refuse(server->status, refusal);
        metrics_refused(server->metrics);
    }
    reload_answer(&server->askers, refusal);
    server->askers = (struct reload_askers){0};
}

static void begin_reload(struct server *server, const struct reload_askers *askers)
{
    notify_reloading();
    server->askers = *askers;
    server->load = configload_begin(server->watch, server->config_path, server->table);
    if (server->load == NULL)
        say_reload(server, "out of memory, or of threads");
}

/* Goes on with one that is under way, if it has ended, or if there is no end to it. */
static void go_on_with_reload(struct server *server)
{
    if (server->load == NULL)
        return;
    bool is_done = configload_is_done(server->load);
    if (!is_done && !configload_hangs(server->load))
        return;
    struct configload_result loaded = configload_end(server->load);
    server->load = NULL;
    say_reload(server, is_done ? take_load(server, &loaded)
                               : "the file system of one of its files does not answer");
    config_free(loaded.config);
}

static size_t judge_connections(const struct server *server, const struct config_server *settings)
{
    struct findings said = {0};
    size_t most = capacity_judge_connections(settings, server->config_path, &said);
    load_say(&said);
    return most;
}

static int start_workers(struct server *server)
{
    const struct config_server *settings = site_table_server(server->table);
    struct error why;
    if (loader_open(&server->shared.loader, LOADER_HANG_MS, &why) != 0 ||
        watch_use_loader(server->watch, server->shared.loader) != 0) {
        log_line(LOG_LEVEL_ERROR, "cannot prepare to read files: %s", strerror(errno));
        return -1;
    }
    server->status = status_open(watch_port(server->watch));
    size_t count = capacity_workers(settings), most = judge_connections(server, settings);
    server->shared.max_connections = (most + count - 1) / count;
    server->shared.limit = limit_open(server->shared.max_connections * count);
    if (count > 1)
        server->shared.pool = certpool_open(POOL_PAIRS);
    server->workers = calloc(count, sizeof(struct worker *));
    if (server->workers == NULL || server->shared.limit == NULL || server->status == NULL) {
        log_line(LOG_LEVEL_ERROR, "out of memory");
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        if (worker_open(&server->workers[i], &server->shared, server->table, server->listeners,
                        &why) != 0) {
            log_line(LOG_LEVEL_ERROR, "%s", why.text);
            return -1;
        }
        server->worker_count++;
    }
    server->metrics = metrics_open(server->workers, server->worker_count);
    if (server->metrics == NULL) {
        log_line(LOG_LEVEL_ERROR, "out of memory");
        return -1;
    }
    return 0;
}

/* Opens all that has to be there before root is given up, loads as the user, and starts the
 * threads. Returns the exit status of a start that failed, or 0. */
static int start(struct server *server)
{
    struct error why;
    if (server->watch == NULL) {
        log_line(LOG_LEVEL_ERROR, "cannot wait for signals: %s", strerror(errno));
        return EXIT_FAILURE;
    }
    if (notify_open() != 0)
        log_line(LOG_LEVEL_WARNING, "cannot notify the service manager: NOTIFY_SOCKET: %s",
                 strerror(errno));
    if (reload_open() != 0) {
        log_line(LOG_LEVEL_ERROR, "cannot open the socket for --reload: %s", strerror(errno));
        return EXIT_FAILURE;
    }
    struct startup startup = {.watch = server->watch, .inherited = &server->inherited};
    int status = startup_run(&startup, server->config_path);
    server->listeners = startup.listeners;
    if (status != 0)
        return status;
    server->broken = startup.config->broken_count;
    server->table = site_table_build(&startup.config, NULL);
    if (server->table == NULL) {
        config_free(startup.config);
        log_line(LOG_LEVEL_ERROR, "out of memory");
        return EXIT_FAILURE;
    }
    if (tls_open(&server->shared.tls, &why) != 0 ||
        sandbox_enter(site_table_config(server->table), &why) != 0) {
        log_line(LOG_LEVEL_ERROR, "%s", why.text);
        return EXIT_FAILURE;
    }
    if (crypto_start(&why) != 0)
        log_line(LOG_LEVEL_WARNING, "accelerated cryptography is not active, mbedTLS does all: %s",
                 why.text);
    return start_workers(server) == 0 ? 0 : EXIT_FAILURE;
}

static void stop(struct server *server)
{
    int64_t timeout_ms = 0;
    if (server->table != NULL)
        timeout_ms = site_table_server(server->table)->drain_timeout_s * INT64_C(1000);
    for (size_t i = 0; i < server->worker_count; i++)
        worker_drain(server->workers[i], timeout_ms);
    metrics_close(server->metrics);
    listener_set_unref(server->listeners); /* else the port would stay open and unserved */
    for (size_t i = 0; i < server->worker_count; i++)
        worker_close(server->workers[i]);
    free(server->workers);
    status_close(server->status);
    watch_close(server->watch);
    loader_close(server->shared.loader);
    certpool_close(server->shared.pool);
    limit_close(server->shared.limit);
    tls_close(server->shared.tls);
    site_table_unref(server->table);
    reload_close();
}

/* The signals that the main thread waits for; blocked before any thread starts, so in all. */
static void block_signals(sigset_t *awaited)
{
    sigemptyset(awaited);
    sigaddset(awaited, SIGHUP);
    sigaddset(awaited, SIGTERM);
    sigaddset(awaited, SIGINT);
    sigprocmask(SIG_BLOCK, awaited, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a log that is as long as it may be */
}

/* Until a signal asks for the end. */
static void serve(struct server *server)
{
    struct heartbeat heartbeat = heartbeat_start(server->worker_count);
    struct signalfd_siginfo received = {0};
    bool serves = true;
    while (serves) {
        struct reload_askers askers = {0};
        int64_t count_ms = status_due_ms(server->status);
        int64_t until_ms = heartbeat.due_ms < count_ms ? heartbeat.due_ms : count_ms;
        if (server->mark.due_ms < until_ms)
            until_ms = server->mark.due_ms;
        switch (watch_wait(server->watch, until_ms, &received)) {
        case WATCH_SIGNAL:
            serves = received.ssi_signo == SIGHUP;
            reload_take_askers(&askers);
            if (serves)
                begin_reload(server, &askers);
            break;
        case WATCH_CHANGE:
            begin_reload(server, &askers);
            break;
        case WATCH_TIME:
            go_on_with_reload(server);
            break;
        }
        if (deadline_now_ms() >= status_due_ms(server->status))
            status_count(server->status);
        if (deadline_now_ms() >= server->mark.due_ms)
            logmark_hour(&server->mark, server->table);
        heartbeat_beat(&heartbeat, server->workers, server->worker_count);
    }
    heartbeat_stop(&heartbeat);
    if (server->load == NULL)
        return;
    config_free(configload_end(server->load).config);
    reload_answer(&server->askers, "the server was told to stop");
}

int server_run(const char *config_path)
{
    struct server server = {.config_path = config_path};
    sigset_t awaited;
    block_signals(&awaited);
    server.watch = watch_open(&awaited);
    server.inherited = listener_inherit();
    int status = start(&server);
    if (status != 0) {
        stop(&server);
        return status;
    }
    log_serving(&server, true);
    log_broken(site_table_config(server.table), true);
    log_never_wait();
    serve(&server);
    log_line(LOG_LEVEL_NOTICE, "stopping: open connections may end within %u seconds",
             site_table_server(server.table)->drain_timeout_s);
    notify_send("STOPPING=1");
    struct site_table *last = site_table_ref(server.table);
    stop(&server);
    logmark_stop(&server.mark, last);
    site_table_unref(last);
    log_line(LOG_LEVEL_NOTICE, "stopped");
    return 0;
}
