/* SPDX-License-Identifier: ISC */
/* watch: waits for signals, and for changes of what the configuration was read from. */
#ifndef DAEMON_WATCH_H
#define DAEMON_WATCH_H

#include <signal.h>

#include "config.h"

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

/* The number of a signal that came, or 0 when files changed since the last load began, and then
 * stayed as they are for a second or went on changing for ten. */
int watch_wait(struct watch *watch);

#endif
