/* SPDX-License-Identifier: ISC */
/* told: which hosts are in trouble, since when, and when that was said; kept on disk, so that an
 * hourly run does not fill the log with what is known. */
#ifndef CTL_CERTS_TOLD_H
#define CTL_CERTS_TOLD_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/cert/due.h"

#define TOLD_NEW_S 86400 /* so long it is said in each run */
#define TOLD_AGAIN_S                                                                               \
    82800 /* then after that time: once a day, as a timer with a random part goes */

/* {0} is empty, and can be neither noted in nor saved. */
struct told {
    char path[PATH_MAX];
    json_t *root;
};

/* Reads directory/told.json. One that is not there, or not what was written, is empty. Returns 0,
 * or -1 with why when out of memory. */
int told_load(struct told *out, const char *directory, struct error *why);
void told_free(struct told *told);

/* Notes that the host is in trouble, and its certificate at this stage of its end. Returns whether
 * that is to be said: for a day always, then once a day, and when the stage is worse than it was.
 */
bool told_note(struct told *told, const char *host, enum due_stage stage, int64_t now);

/* Whether the host has been in trouble for more than a day. */
bool told_is_old(const struct told *told, const char *host, int64_t now);

/* It is out of it. */
void told_end(struct told *told, const char *host);

/* Forgets hosts that were in no trouble for two days, and writes the file. Returns 0, or -1 with
 * why. */
int told_save(struct told *told, int64_t now, struct error *why);

#endif
