/* SPDX-License-Identifier: ISC */
/* outbox: digests on disk that are still to be mailed, or given to the command. */
#ifndef CTL_WATCH_OUTBOX_H
#define CTL_WATCH_OUTBOX_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "common/base/error.h"
#include "ctl/watch/digest.h"

#define OUTBOX_MOST 20 /* digests; an older one is dropped */

/* {0} is valid and empty. */
struct outbox {
    char path[PATH_MAX];
    json_t *root;
};

/* Reads directory/untold.json; a missing or damaged file is an empty one. Returns 0, or -1 with
 * why. */
int outbox_load(struct outbox *out, const char *directory, struct error *why);
void outbox_free(struct outbox *outbox);

/* Adds a digest to be mailed, to be given to the command, or both. Returns 0, or -1 with why. */
int outbox_add(struct outbox *outbox, const struct digest *digest, bool mail, bool command,
               struct error *why);

/* One digest, in the forms that are sent; borrowed. */
struct outbox_item {
    const char *subject, *text, *json;
    bool mail, command; /* still to be done; set to false once it is */
};

/* Returns 0 if all that was to be done is, or -1. */
typedef int outbox_deliver(void *context, struct outbox_item *item);

/* Has each delivered, the oldest first, and removes those that are done. Returns how many are left.
 */
size_t outbox_run(struct outbox *outbox, outbox_deliver *deliver, void *context);

/* Writes the file, or removes it when there is nothing left. Returns 0, or -1 with why. */
int outbox_save(const struct outbox *outbox, struct error *why);

#endif
