/* SPDX-License-Identifier: ISC */
/* watch: waits for signals, and for changes of what the configuration was read from. */
#include "daemon/life/watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/deadline.h"
#include "daemon/base/log.h"
#include "daemon/life/watch_places.h"

#define SETTLE_MS      500   /* without an event before a look; two equal looks are needed */
#define UNREST_MOST_MS 10000 /* after which what goes on changing is loaded all the same */
#define BLIND_MS       5000  /* between looks where the kernel does not tell of all changes */
#define SEEING_MS      60000 /* where it does, but for those of network file systems */

struct watch {
    int signals; /* signalfd */
    bool is_on;
    bool is_refused; /* the last load */
    bool has_told;   /* that not all is watched */
    struct watch_places places;
    struct watch_stamp loaded;
    struct watch_stamp seen; /* at the last look */
    int64_t load_began_ns;   /* by the clock of the files */
    int64_t unrest_since_ms; /* 0: there is none */
    int64_t look_at_ms;
};

struct watch *watch_open(const sigset_t *signals)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL)
        return NULL;
    watch->places.events = -1;
    watch->signals = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (watch->signals >= 0)
        return watch;
    free(watch);
    return NULL;
}

void watch_close(struct watch *watch)
{
    if (watch == NULL)
        return;
    close(watch->signals);
    watch_places_free(&watch->places);
    free(watch);
}

/* ---- Around a load. */

void watch_begin_load(struct watch *watch)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME_COARSE, &now); /* as fine as what the kernel gives to files */
    watch->load_began_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void tell_once(struct watch *watch)
{
    if (watch->places.fault == 0 || watch->has_told)
        return;
    watch->has_told = true;
    log_line(LOG_LEVEL_WARNING,
             "watch: the system does not tell of all changes (%s); every %d seconds the files are "
             "looked at",
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

void watch_end_load(struct watch *watch, const struct config *config)
{
    watch->is_refused = config == NULL;
    if (config != NULL) {
        watch->is_on = config->server.watch;
        watch_places_set(&watch->places, config->files, config->file_count);
    }
    if (!watch->is_on) {
        watch_places_free(&watch->places);
        return;
    }
    uint64_t before = watch->loaded.sum;
    watch_places_renew(&watch->places);
    tell_once(watch);
    /* Once refused, a file that was not found may appear beside those that were. */
    watch->loaded = watch_places_look(&watch->places, watch->is_refused);
    watch->seen = watch->loaded;
    look_later(watch);
    if (watch->loaded.newest_ns >= watch->load_began_ns && watch->loaded.sum != before) {
        watch->loaded.sum = ~watch->loaded.sum; /* perhaps not what was read: load it again */
        note_unrest(watch);
    }
}

/* ---- Waiting. */

/* The kernel's queue says no more than that a look is due, and so does its overflow. */
static void drain_events(const struct watch *watch)
{
    char events[4096];
    while (read(watch->places.events, events, sizeof(events)) > 0)
        ;
}

/* Whether there is something to load. */
static bool look(struct watch *watch)
{
    watch_places_renew(&watch->places); /* a directory may have come back, or be another now */
    tell_once(watch);
    struct watch_stamp stamp = watch_places_look(&watch->places, watch->is_refused);
    bool has_settled = stamp.sum == watch->seen.sum;
    watch->seen = stamp;
    if (stamp.sum == watch->loaded.sum) {
        look_later(watch);
        return false;
    }
    if (has_settled || (watch->unrest_since_ms != 0 &&
                        deadline_now_ms() >= watch->unrest_since_ms + UNREST_MOST_MS))
        return true;
    note_unrest(watch);
    return false;
}

static int timeout_ms(const struct watch *watch, int64_t until_ms)
{
    if (watch->is_on && watch->look_at_ms < until_ms)
        until_ms = watch->look_at_ms;
    int64_t left = until_ms - deadline_now_ms();
    if (left <= 0)
        return 0;
    return left > INT_MAX ? -1 : (int)left;
}

enum watch_end watch_wait(struct watch *watch, int64_t until_ms, struct signalfd_siginfo *received)
{
    for (;;) {
        struct pollfd sources[] = {{.fd = watch->signals, .events = POLLIN},
                                   {.fd = watch->places.events, .events = POLLIN}};
        if (poll(sources, 2, timeout_ms(watch, until_ms)) < 0 && errno != EINTR)
            log_line(LOG_LEVEL_ERROR, "poll: %s", strerror(errno));
        if (read(watch->signals, received, sizeof(*received)) == (ssize_t)sizeof(*received))
            return WATCH_SIGNAL;
        if (sources[1].revents != 0) {
            drain_events(watch);
            note_unrest(watch);
        }
        if (watch->is_on && deadline_now_ms() >= watch->look_at_ms && look(watch))
            return WATCH_CHANGE;
        if (deadline_now_ms() >= until_ms)
            return WATCH_TIME;
    }
}
