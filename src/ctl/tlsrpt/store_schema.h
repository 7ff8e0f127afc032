/* SPDX-License-Identifier: ISC */
/* store_schema: the tables of the store, by version: a new file, and the check of an old one. */
#ifndef CTL_TLSRPT_STORE_SCHEMA_H
#define CTL_TLSRPT_STORE_SCHEMA_H

#include <sqlite3.h>
#include <stddef.h>

#include "common/base/error.h"

#define STORE_SCHEMA_VERSION 1   /* what this program writes, and reads */
#define STORE_KEEP_DAYS      400 /* of a new store */

/* The bytes of a new, empty store; free with sqlite3_free. Returns NULL with why on failure. */
unsigned char *store_schema_new(size_t *length, struct error *why);

/* Refuses what is no store of this program, one with other tables than its version has, and one of
 * a newer version. path: for messages. Returns 0, or -1 with why. */
int store_schema_check(sqlite3 *db, const char *path, struct error *why);

/* Looks at every page, which takes time with the file's size: before anything is written to it.
 * Returns 0, or -1 with why. */
int store_schema_look_through(sqlite3 *db, const char *path, struct error *why);

/* Says what the last call of SQLite came to. Returns -1. */
int store_schema_fail(sqlite3 *db, const char *path, struct error *why);

#endif
