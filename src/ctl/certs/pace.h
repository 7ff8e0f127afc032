/* SPDX-License-Identifier: ISC */
/* pace: how fast certificates may be ordered, and which hosts wait after a failure; kept on disk,
 * so that a run goes on where another ended. */
#ifndef CTL_CERTS_PACE_H
#define CTL_CERTS_PACE_H

#include <jansson.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

#define PACE_WAIT_FIRST_S 600   /* after the first failure; doubled after each further one */
#define PACE_WAIT_MOST_S  86400 /* at most */

/* {0} is valid, empty, and cannot be saved. */
struct pace {
    char path[PATH_MAX];
    json_t *root;
    int64_t now; /* of the load; older orders are forgotten */
};

/* Reads directory/pace.json; that it is not there is no failure. Returns 0, or -1 with why; *out is
 * {0} then. */
int pace_load(struct pace *out, const char *directory, int64_t now, struct error *why);
void pace_free(struct pace *pace);

/* How many orders were made in the hour before the load. */
size_t pace_recent(const struct pace *pace);

/* When the order may be made that has index others before it in the plan: at most per_hour in any
 * hour. Pure. */
int64_t pace_order_at(const struct pace *pace, unsigned per_hour, int64_t now, size_t index);

/* Until when the host waits after failures, and their number; 0: it does not. */
int64_t pace_next_try(const struct pace *pace, const char *host);
unsigned pace_failures(const struct pace *pace, const char *host);

/* How long a host waits after so many failures in a row, in seconds. Pure. */
int64_t pace_wait_s(unsigned failures);

/* Each notes what happened and writes the file, renamed into place. Returns 0, or -1 with why. An
 * order is noted before it is made, since a CA counts those that fail, too. */
int pace_note_order(struct pace *pace, int64_t now, struct error *why);
int pace_note_failure(struct pace *pace, const char *host, int64_t now, const char *reason,
                      struct error *why);
int pace_note_success(struct pace *pace, const char *host, struct error *why);

#endif
