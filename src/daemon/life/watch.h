/* SPDX-License-Identifier: ISC */
/* watch: waits for signals, loader jobs, and changes of the configuration's files. */
#ifndef DAEMON_LIFE_WATCH_H
#define DAEMON_LIFE_WATCH_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/signalfd.h>

#include "common/config/config.h"
#include "daemon/base/loader.h"
#include "daemon/life/watch_places.h"

struct watch;

/* Waits for these signals, which must be blocked in each thread, and for no file yet. NULL when the
 * system refuses. */
struct watch *watch_open(const sigset_t *signals);
void watch_close(struct watch *watch);

/* From now on loader threads look at the files. Returns 0, or -1 when the system refuses. */
int watch_use_loader(struct watch *watch, struct loader *loader);

/* Where jobs of the watching thread go; watch_wait calls their finish. Each of them has this key:
 * one reads the configuration's files at a time. NULL without a loader. */
#define WATCH_JOB_KEY 1
struct loader_port *watch_port(const struct watch *watch);

/* A load of the configuration, as watching sees it. */
struct watch_load {
    bool is_on;       /* files are looked at */
    bool is_refused;  /* the whole */
    int64_t began_ns; /* by the clock of the files */
    struct watch_places places;
    struct filesum sum;
};

/* Around each load, so that what changes in between is noticed afterwards. watch_begin_load and
 * watch_end_load are called by the watching thread, watch_look_at_load by the one that has loaded:
 * config is what was loaded, or NULL where the whole was refused; it says whether files are looked
 * at, and which. watch_free_load is for a load that does not come to its end. */
void watch_begin_load(const struct watch *watch, struct watch_load *load);
void watch_look_at_load(struct watch_load *load, const struct config *config);
void watch_end_load(struct watch *watch, struct watch_load *load);
void watch_free_load(struct watch_load *load);

/* What the load calls, with it as the context, before it reads the names in a directory: from then
 * on a change there is noticed. */
void watch_enter(void *load, const char *directory);

/* A load whose files do not answer was given up. They are looked at as soon as they do. */
void watch_give_up_load(struct watch *watch);

/* While a load is under way: signals that ask for another wait, and so do changes. */
void watch_hold(struct watch *watch, bool is_held);

enum watch_end {
    WATCH_SIGNAL,
    WATCH_CHANGE, /* files changed after the last load began, and were then stable for 1 s, or
                   * unstable for 10 s */
    WATCH_TIME,   /* or something else that is worth a look, such as a job that ended */
};

/* Waits for a signal, which *received then describes, for a change, or until a time of the
 * monotonic clock. */
enum watch_end watch_wait(struct watch *watch, int64_t until_ms, struct signalfd_siginfo *received);

#endif
