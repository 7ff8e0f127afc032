/* SPDX-License-Identifier: ISC */
/* store: the file that keeps what reports said, in SQLite: opened, locked, and never half written.
 */
#include "ctl/tlsrpt/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "ctl/base/place.h"
#include "ctl/base/replace.h"
#include "ctl/tlsrpt/store_db.h"
#include "ctl/tlsrpt/store_schema.h"
#include "ctl/tlsrpt/store_text.h"

#define WAIT_MS     50
#define WAITS_MOST  12000 /* ten minutes */
#define LENGTH_MOST 4194304

int store_begin(struct store *store, bool writes, struct error *why)
{
    return store_run(store, writes ? STORE_BEGIN_WRITE : STORE_BEGIN_READ, NULL, 0, why);
}

int store_end(struct store *store, struct error *why)
{
    for (size_t i = 0; i < STORE_STATEMENTS; i++)
        sqlite3_reset(store->statements[i]);
    return store_run(store, STORE_COMMIT, NULL, 0, why);
}

int store_get(struct store *store, const char *name, int64_t *out, struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, STORE_GET, why);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    int result = store_step(store, statement, why);
    if (result > 0)
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return result > 0 ? 0 : result < 0 ? -1 : store_refuse(store, "a setting is missing", why);
}

int store_set(struct store *store, const char *name, int64_t value, struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, STORE_SET, why);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, value);
    int result = store_step(store, statement, why);
    sqlite3_reset(statement);
    return result;
}

/* ---- Opening and closing. */

static int wait_for_others(void *context, int times)
{
    (void)context;
    nanosleep(&(struct timespec){.tv_nsec = WAIT_MS * 1000000L}, NULL);
    return times < WAITS_MOST;
}

/* What the file holds is believed as little as what comes by mail. */
static int set_up(struct store *store, struct error *why)
{
    sqlite3_busy_handler(store->db, wait_for_others, NULL);
    sqlite3_extended_result_codes(store->db, 0);
    sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, LENGTH_MOST);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    if (sqlite3_exec(store->db,
                     "PRAGMA cell_size_check = 1; PRAGMA temp_store = 2; "
                     "PRAGMA synchronous = 2; PRAGMA cache_size = -65536",
                     NULL, NULL, NULL) != SQLITE_OK)
        return store_schema_fail(store->db, store->path, why);
    return store_schema_check(store->db, store->path, why);
}

static int read_secret(struct store *store, struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, STORE_GET, why);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 1, "secret", -1, SQLITE_STATIC);
    int result = store_step(store, statement, why);
    bool is_right = result > 0 && sqlite3_column_type(statement, 0) == SQLITE_BLOB &&
                    sqlite3_column_bytes(statement, 0) == STORE_SECRET_BYTES;
    if (is_right)
        memcpy(store->secret, sqlite3_column_blob(statement, 0), STORE_SECRET_BYTES);
    sqlite3_reset(statement);
    return result < 0 ? -1 : is_right ? 0 : store_refuse(store, "a setting is missing", why);
}

/* Whole under its name, or not at all; where another run was faster, its store is the one. */
static int make(const struct place *place, struct error *why)
{
    struct stat state;
    size_t length;
    unsigned char *bytes = store_schema_new(&length, why);
    if (bytes == NULL)
        return -1;
    struct replace_part part = {bytes, length};
    static const struct file_stamp nothing;
    struct replace_params params = {.mode = 0600, .expected = &nothing};
    int result = replace_in(place, &part, 1, &params, why);
    if (result != 0 && fstatat(place->directory, place->name, &state, 0) == 0)
        result = 0;
    sqlite3_free(bytes);
    return result;
}

/* Only what can be a store is opened by SQLite, for which an empty file would be one. */
static int look(const char *path, bool creates, struct error *why)
{
    struct place place;
    struct stat state;
    int result = 0;
    if (place_open(&place, path, &(struct place_params){0}, why) != 0)
        return -1;
    if (fstatat(place.directory, place.name, &state, 0) == 0) {
        if (!S_ISREG(state.st_mode))
            result = error_set(why, "%s: not a file, so it cannot be a store", path);
        else if (state.st_size == 0)
            result = error_set(why,
                               "%s: the store is damaged: the file is empty; bring it back from a "
                               "backup, or remove it and take the mails in anew",
                               path);
    } else if (errno != ENOENT) {
        result = error_set(why, "%s: %s", path, strerror(errno));
    } else if (creates) {
        result = make(&place, why);
    } else {
        result = error_set(why,
                           "%s: there is no store yet; take mails in first: mta-stsctl tlsrpt "
                           "--store FILE MAILDIR",
                           path);
    }
    place_close(&place);
    return result;
}

int store_open(struct store **out, const char *path, bool creates, struct error *why)
{
    char *name = NULL; /* not to be taken for a URI */
    *out = NULL;
    struct store *store = calloc(1, sizeof(*store));
    if (store == NULL || asprintf(&name, "%s%s", path[0] == '/' ? "" : "./", path) < 0 ||
        (store->path = strdup(path)) == NULL || (store->texts = store_texts_new()) == NULL) {
        error_set(why, "out of memory");
        goto failed;
    }
    if (look(path, creates, why) != 0)
        goto failed;
    if (sqlite3_open_v2(name, &store->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
        store_schema_fail(store->db, path, why);
        goto failed;
    }
    if (set_up(store, why) != 0 || read_secret(store, why) != 0)
        goto failed;
    free(name);
    *out = store;
    return 0;
failed:
    free(name);
    store_close(store);
    return -1;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < STORE_STATEMENTS; i++)
        sqlite3_finalize(store->statements[i]);
    sqlite3_close(store->db);
    store_texts_free(store->texts);
    free(store->path);
    free(store);
}
