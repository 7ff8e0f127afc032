/* SPDX-License-Identifier: ISC */
/* watch: waits for signals, and for changes of what the configuration was read from. */
#ifndef DAEMON_LIFE_WATCH_H
#define DAEMON_LIFE_WATCH_H

#include <signal.h>
#include <stdint.h>
#include <sys/signalfd.h>

#include "common/config/config.h"

struct watch;

/* Waits for these signals, which must be blocked in each thread, and for no file yet. NULL when the
 * system refuses. */
struct watch *watch_open(const sigset_t *signals);
void watch_close(struct watch *watch);

/* Around each load: what changes in between is noticed afterwards. config is what was loaded, or
 * NULL where the whole was refused; it says whether files are looked at, and which. Borrowed for
 * the call. */
void watch_begin_load(struct watch *watch);
void watch_end_load(struct watch *watch, const struct config *config);

enum watch_end {
    WATCH_SIGNAL,
    WATCH_CHANGE, /* since the last load began; then all stayed as it is for a second, or went on
                   * changing for ten */
    WATCH_TIME,
};

/* Waits for a signal, which *received then describes, for a change, or until a time of the
 * monotonic clock. */
enum watch_end watch_wait(struct watch *watch, int64_t until_ms, struct signalfd_siginfo *received);

#endif
