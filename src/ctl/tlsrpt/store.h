/* SPDX-License-Identifier: ISC */
/* store: the file that keeps what reports said, in SQLite: opened, locked, and never half written.
 */
#ifndef CTL_TLSRPT_STORE_H
#define CTL_TLSRPT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"

struct store;

/* Opens the store at path; creates: makes one, of mode 0600, where there is no file. A file that is
 * damaged, empty, of another program or of a newer version is refused and left as it is. Returns 0,
 * or -1 with a sentence that begins with the path. */
int store_open(struct store **out, const char *path, bool creates, struct error *why);

/* NULL may be closed. What was not committed is lost. */
void store_close(struct store *store);

/* Begins to read, or also to write, which waits for others who write, for minutes. What is read
 * until store_end is of one state. Returns 0, or -1 with why. */
int store_begin(struct store *store, bool writes, struct error *why);

/* Ends that; what was written is on disk then, all of it or, at a failure, nothing. Returns 0, or
 * -1 with why. */
int store_end(struct store *store, struct error *why);

/* A number that the store keeps: "keep", "folded", "kept_from". Returns 0, or -1 with why. */
int store_get(struct store *store, const char *name, int64_t *out, struct error *why);
int store_set(struct store *store, const char *name, int64_t value, struct error *why);

#endif
