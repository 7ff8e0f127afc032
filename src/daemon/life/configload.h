/* SPDX-License-Identifier: ISC */
/* configload: reads the configuration, at the start on the calling thread, and later on a loader
 * thread while the caller goes on. */
#ifndef DAEMON_LIFE_CONFIGLOAD_H
#define DAEMON_LIFE_CONFIGLOAD_H

#include <stdbool.h>

#include "common/base/error.h"
#include "common/base/finding.h"
#include "common/config/config_load.h"
#include "daemon/hosts/site.h"
#include "daemon/life/watch.h"

/* What came of one load. */
struct configload_result {
    struct config *config; /* NULL: the whole was refused; else the caller's */
    bool lacked_memory;
    bool is_denied; /* it names what the sandbox keeps from being read */
    struct error denial;
};

/* Reads it, logs what it has to say, and has its files watched from then on. May block. */
struct configload_result configload_now(struct watch *watch, const struct config_source *source);

/* One that is under way. */
struct configload;

/* Begins one; path is lent until its end, before is what serves. watch holds further signals and
 * changes back meanwhile. NULL: out of memory, or of threads. */
struct configload *configload_begin(struct watch *watch, const char *path,
                                    struct site_table *before);

bool configload_is_done(const struct configload *load);

/* Whether it waits for a file that does not answer. Has that told in the log. */
bool configload_hangs(const struct configload *load);

/* Ends it: what came of it where it is done, logged as configload_now does; else it is given up,
 * and what was watched is watched on. */
struct configload_result configload_end(struct configload *load);

#endif
