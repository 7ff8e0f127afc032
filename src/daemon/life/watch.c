/* SPDX-License-Identifier: ISC */
/* watch: waits for signals, loader jobs, and changes of the configuration's files. */
#include "daemon/life/watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/deadline.h"
#include "daemon/base/log.h"
#include "daemon/life/reload.h"

#define SETTLE_MS      500   /* without an event before a look; two equal looks are needed */
#define UNREST_MOST_MS 10000 /* after which what goes on changing is loaded all the same */
#define BLIND_MS       5000  /* between looks where the kernel does not tell of all changes */
#define SEEING_MS      60000 /* where it does, but for those of network file systems */
#define CHECK_MS       500   /* between the questions whether a job hangs */

/* A look at the files by a loader thread. */
struct look {
    struct loader_job job;
    struct watch *watch; /* for the watching thread */
    bool loosely;
    struct watch_places places;
    struct filesum sum;
};

#define OWN_SOURCES 4 /* of what is waited for */
#define SOURCES     (OWN_SOURCES + RELOAD_POLLED_MAX)

struct watch {
    int ends;    /* signalfd of those signals that ask for the end */
    int reloads; /* of those that ask for a reload */
    int wake_fd; /* eventfd of the port; -1: there is none */
    struct loader_port *port;
    struct look *look; /* under way, or NULL */
    bool has_looked;   /* a look has ended, of which nothing was made yet */
    bool is_held;
    bool is_on;
    bool is_refused; /* the last load */
    bool has_told;   /* that not all is watched */
    struct watch_places places;
    struct filesum loaded;
    struct filesum seen;     /* at the last look */
    struct filesum before;   /* at the one before it */
    int64_t unrest_since_ms; /* 0: there is none */
    int64_t look_at_ms;
};

static int open_signals(const sigset_t *signals, bool is_reload)
{
    sigset_t chosen = *signals;
    if (is_reload) {
        sigemptyset(&chosen);
        sigaddset(&chosen, SIGHUP);
    } else {
        sigdelset(&chosen, SIGHUP);
    }
    return signalfd(-1, &chosen, SFD_CLOEXEC | SFD_NONBLOCK);
}

struct watch *watch_open(const sigset_t *signals)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL)
        return NULL;
    watch->places.events = watch->wake_fd = -1;
    watch->ends = open_signals(signals, false);
    watch->reloads = open_signals(signals, true);
    if (watch->ends >= 0 && watch->reloads >= 0)
        return watch;
    watch_close(watch);
    return NULL;
}

int watch_use_loader(struct watch *watch, struct loader *loader)
{
    watch->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch->wake_fd < 0)
        return -1;
    watch->port = loader_port_open(loader, watch->wake_fd);
    return watch->port != NULL ? 0 : -1;
}

struct loader_port *watch_port(const struct watch *watch)
{
    return watch->port;
}

static void close_if_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

void watch_close(struct watch *watch)
{
    if (watch == NULL)
        return;
    loader_port_close(watch->port);
    close_if_open(watch->wake_fd);
    close_if_open(watch->ends);
    close_if_open(watch->reloads);
    watch_places_free(&watch->places);
    free(watch);
}

/* ---- When to look. */

static void tell_once(struct watch *watch)
{
    if (watch->places.fault == 0 || watch->has_told)
        return;
    watch->has_told = true;
    log_line(LOG_LEVEL_WARNING,
             "watch: the system does not report all changes (%s); the files are checked every %d "
             "seconds",
             strerror(watch->places.fault), BLIND_MS / 1000);
}

static void look_later(struct watch *watch)
{
    watch->unrest_since_ms = 0;
    watch->look_at_ms = deadline_now_ms() + (watch->places.complete ? SEEING_MS : BLIND_MS);
}

static void note_unrest(struct watch *watch)
{
    int64_t now = deadline_now_ms();
    if (watch->unrest_since_ms == 0)
        watch->unrest_since_ms = now;
    watch->look_at_ms = now + SETTLE_MS;
    if (watch->look_at_ms > watch->unrest_since_ms + UNREST_MOST_MS)
        watch->look_at_ms = watch->unrest_since_ms + UNREST_MOST_MS;
}

/* Takes over what is watched. */
static void take_places(struct watch *watch, struct watch_places *places)
{
    watch_places_free(&watch->places);
    watch->places = *places;
    *places = (struct watch_places){.events = -1};
    tell_once(watch);
}

/* ---- Around a load. */

void watch_begin_load(const struct watch *watch, struct watch_load *load)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME_COARSE, &now); /* as fine as what the kernel gives to files */
    *load = (struct watch_load){
        .is_on = watch->is_on,
        .began_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec,
    };
    watch_places_copy(&load->places, &watch->places);
    watch_places_begin(&load->places);
}

void watch_enter(void *load, const char *directory)
{
    watch_places_enter(&((struct watch_load *)load)->places, directory);
}

void watch_look_at_load(struct watch_load *load, const struct config *config)
{
    load->is_refused = config == NULL;
    if (config != NULL) {
        load->is_on = config->server.watch;
        watch_places_set(&load->places, config->files);
    }
    if (!load->is_on)
        return;
    /* Once refused, a file that was not found may appear beside those that were. */
    load->sum = load->is_refused ? watch_places_look(&load->places, true)
                                 : watch_places_of_load(&load->places);
}

void watch_free_load(struct watch_load *load)
{
    watch_places_free(&load->places);
}

void watch_end_load(struct watch *watch, struct watch_load *load)
{
    uint64_t before = watch->loaded.sum;
    watch->is_refused = load->is_refused;
    watch->is_on = load->is_on;
    watch->has_looked = false;
    if (watch->look != NULL)
        loader_forget(&watch->look->job); /* it looks at what was loaded before */
    watch->look = NULL;
    if (!watch->is_on)
        watch_places_free(&load->places);
    take_places(watch, &load->places);
    if (!watch->is_on)
        return;
    watch->loaded = watch->seen = load->sum;
    look_later(watch);
    if (watch->loaded.newest_ns >= load->began_ns && watch->loaded.sum != before) {
        watch->loaded.sum = ~watch->loaded.sum; /* perhaps not what was read: load it again */
        note_unrest(watch);
    }
}

void watch_give_up_load(struct watch *watch)
{
    if (watch->is_on)
        note_unrest(watch);
}

void watch_hold(struct watch *watch, bool is_held)
{
    watch->is_held = is_held;
}

/* ---- Looks. */

static struct look *look_of(struct loader_job *job)
{
    return (struct look *)(void *)job; /* its first member */
}

static void run_look(struct loader_job *job)
{
    struct look *look = look_of(job);
    look->sum = watch_places_look(&look->places, look->loosely);
}

static void finish_look(struct loader_job *job, int64_t now_ms)
{
    struct look *look = look_of(job);
    struct watch *watch = look->watch;
    (void)now_ms;
    watch->look = NULL;
    watch->has_looked = true;
    watch->before = watch->seen;
    watch->seen = look->sum;
    take_places(watch, &look->places);
}

static void free_look(struct loader_job *job)
{
    struct look *look = look_of(job);
    watch_places_free(&look->places);
    free(look);
}

static void begin_look(struct watch *watch)
{
    struct look *look = calloc(1, sizeof(*look));
    if (look != NULL) {
        look->job = (struct loader_job){
            .run = run_look, .finish = finish_look, .free = free_look, .key = WATCH_JOB_KEY};
        look->watch = watch;
        look->loosely = watch->is_refused;
        watch_places_copy(&look->places, &watch->places);
        watch->look = loader_submit(watch->port, &look->job) ? look : NULL;
    }
    if (watch->look != NULL)
        return;
    look_later(watch);
    if (look != NULL)
        free_look(&look->job);
}

/* Whether there is something to load, by the look that has ended. */
static bool judge_look(struct watch *watch)
{
    watch->has_looked = false;
    if (watch->seen.sum == watch->loaded.sum) {
        look_later(watch);
        return false;
    }
    if (watch->seen.sum == watch->before.sum ||
        (watch->unrest_since_ms != 0 &&
         deadline_now_ms() >= watch->unrest_since_ms + UNREST_MOST_MS))
        return true;
    note_unrest(watch);
    return false;
}

/* ---- Waiting. */

/* The kernel's queue says no more than that a look is due, and so does its overflow. */
static void drain_events(const struct watch *watch)
{
    char events[4096];
    while (read(watch->places.events, events, sizeof(events)) > 0)
        ;
}

static bool may_look(const struct watch *watch)
{
    return watch->is_on && !watch->is_held && watch->look == NULL && watch->port != NULL;
}

static int timeout_ms(const struct watch *watch, int64_t until_ms)
{
    int64_t now = deadline_now_ms();
    if (may_look(watch) && watch->look_at_ms < until_ms)
        until_ms = watch->look_at_ms;
    if ((watch->look != NULL || watch->is_held) && now + CHECK_MS < until_ms)
        until_ms = now + CHECK_MS;
    int64_t left = until_ms - now;
    if (left <= 0)
        return 0;
    return left > INT_MAX ? -1 : (int)left;
}

static bool read_signal(int fd, struct signalfd_siginfo *received)
{
    return read(fd, received, sizeof(*received)) == (ssize_t)sizeof(*received);
}

/* Until something happens, which sources then tell. Returns whether reload_admit has work. */
static bool await(const struct watch *watch, int64_t until_ms, struct pollfd sources[SOURCES])
{
    const int fds[OWN_SOURCES] = {watch->ends, watch->is_held ? -1 : watch->reloads,
                                  watch->places.events, watch->wake_fd};
    for (size_t i = 0; i < OWN_SOURCES; i++)
        sources[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    size_t count = OWN_SOURCES + reload_poll(sources + OWN_SOURCES);
    if (poll(sources, count, timeout_ms(watch, until_ms)) < 0 && errno != EINTR)
        log_line(LOG_LEVEL_ERROR, "poll: %s", strerror(errno));
    bool has_askers = false;
    for (size_t i = OWN_SOURCES; i < count; i++)
        has_askers = has_askers || sources[i].revents != 0;
    return has_askers;
}

static void run_jobs(const struct watch *watch)
{
    uint64_t ignored;
    (void)!read(watch->wake_fd, &ignored, sizeof(ignored));
    loader_port_run(watch->port, deadline_now_ms());
}

enum watch_end watch_wait(struct watch *watch, int64_t until_ms, struct signalfd_siginfo *received)
{
    for (;;) {
        struct pollfd sources[SOURCES];
        bool has_askers = await(watch, until_ms, sources);
        if (read_signal(watch->ends, received) ||
            (!watch->is_held && read_signal(watch->reloads, received)))
            return WATCH_SIGNAL;
        if (has_askers)
            reload_admit();
        if (sources[2].revents != 0) {
            drain_events(watch);
            note_unrest(watch);
        }
        if (sources[3].revents != 0)
            run_jobs(watch);
        if (watch->look != NULL)
            loader_tell_hanging(loader_of(watch->port));
        if (watch->has_looked && !watch->is_held && judge_look(watch))
            return WATCH_CHANGE;
        if (may_look(watch) && deadline_now_ms() >= watch->look_at_ms)
            begin_look(watch);
        if (watch->is_held || deadline_now_ms() >= until_ms)
            return WATCH_TIME;
    }
}
