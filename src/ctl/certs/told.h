/* SPDX-License-Identifier: ISC */
/* told: remembers which hosts are in trouble, since when, and when that was last printed; kept on
 * disk, so that hourly runs do not fill the log. */
#ifndef CTL_CERTS_TOLD_H
#define CTL_CERTS_TOLD_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/cert/due.h"

#define TOLD_NEW_S   86400 /* printed in each run for so long */
#define TOLD_AGAIN_S 82800 /* then once a day, allowing for a timer's random delay */

/* {0} is empty, and can be neither noted in nor saved. */
struct told {
    char path[PATH_MAX];
    json_t *root;
};

/* Reads directory/told.json. A missing or damaged file counts as empty. Returns 0,
 * or -1 with why when out of memory. */
int told_load(struct told *out, const char *directory, struct error *why);
void told_free(struct told *told);

/* Records that the host is in trouble, with its certificate at this stage. Returns whether to print
 * it: always during the first day, then once a day, and when the stage gets worse.
 */
bool told_note(struct told *told, const char *host, enum due_stage stage, int64_t now);

/* Whether the host has been in trouble for more than a day. */
bool told_is_old(const struct told *told, const char *host, int64_t now);

/* The host is no longer in trouble. */
void told_end(struct told *told, const char *host);

/* Removes hosts without trouble for two days, and writes the file. Returns 0, or -1 with
 * why. */
int told_save(struct told *told, int64_t now, struct error *why);

#endif
