/* SPDX-License-Identifier: ISC */
/* pace: limits the rate of orders, and delays hosts after a failure; kept on disk between runs. */
#ifndef CTL_CERTS_PACE_H
#define CTL_CERTS_PACE_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"

#define PACE_WAIT_FIRST_S 600   /* after the first failure; doubled after each further one */
#define PACE_WAIT_MOST_S  86400 /* at most */
#define PACE_AHEAD_S      86400 /* a time further ahead than that comes from a wrong clock */

/* {0} is valid, empty, and cannot be saved. */
struct pace {
    char path[PATH_MAX];
    json_t *root;
    int64_t now;    /* of the load; older orders are forgotten */
    bool corrected; /* the load found orders in the future, and counts them as made now */
    bool damaged;
    struct error damage; /* what is wrong with the file; only if it is damaged */
};

/* Reads directory/pace.json; a missing file is not a failure. If the content is invalid, damaged is
 * set and *out is empty: past orders and delays are lost. Returns 0, or -1 with why; *out is {0}
 * then. */
int pace_load(struct pace *out, const char *directory, int64_t now, struct error *why);
/* Renames a damaged file, and describes that in pace->damage. Returns 0, or -1 with why. */
int pace_put_aside(struct pace *pace, struct error *why);
void pace_free(struct pace *pace);

/* Saves what the load corrected; otherwise each load would move the orders to its own time again,
 * and they would never be an hour old. Returns 0, or -1 with why. */
int pace_keep(const struct pace *pace, struct error *why);

/* How many orders were made in the hour before the load. */
size_t pace_recent(const struct pace *pace);

/* When the order number index of the plan may be made: at most per_hour in any
 * hour. Pure. */
int64_t pace_order_at(const struct pace *pace, unsigned per_hour, int64_t now, size_t index);

/* Until when the host waits after failures, and their number; 0: it does not. not_after is the end
 * of its certificate; 0: it has none. A time beyond the longest wait comes from a wrong clock, and
 * is ignored. */
int64_t pace_next_try(const struct pace *pace, const char *host, int64_t not_after, int64_t now);
unsigned pace_failures(const struct pace *pace, const char *host);

/* Why its last order failed; NULL: it did not. Borrowed. */
const char *pace_reason(const struct pace *pace, const char *host);

/* Whether the last order was for this host and did not reach the CA. */
bool pace_is_away(const struct pace *pace, const char *host);

/* Each notes what happened and writes the file, renamed into place. Returns 0, or -1 with why. An
 * order is noted before it is made, since a CA counts those that fail, too. */
int pace_note_order(struct pace *pace, int64_t now, struct error *why);
int pace_note_failure(struct pace *pace, const char *host, int64_t not_after, int64_t now,
                      const char *reason, struct error *why);
int pace_note_away(struct pace *pace, const char *host, struct error *why);
int pace_note_success(struct pace *pace, const char *host, struct error *why);

#endif
