/* SPDX-License-Identifier: ISC */
/* logmark: the lines of the access log that say from when to when it is whole. */
#ifndef DAEMON_LIFE_LOGMARK_H
#define DAEMON_LIFE_LOGMARK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/policy/policyid.h"
#include "daemon/hosts/site.h"

struct logmark {
    char policies[POLICYID_LENGTH + 1]; /* the id of all that are served; empty: unknown */
    int64_t due_ms; /* of the next hourly line, by the monotonic clock; INT64_MAX: none */
};

/* After a start or a reload, with what is served from now on. */
void logmark_serve(struct logmark *out, const struct site_table *table, bool is_start);

/* To be called at due_ms: so that a log without fetches is told from one that ended. */
void logmark_hour(struct logmark *mark, const struct site_table *table);

/* The last line: no fetch follows. */
void logmark_stop(const struct logmark *mark, const struct site_table *table);

#endif
