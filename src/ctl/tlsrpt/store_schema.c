/* SPDX-License-Identifier: ISC */
/* store_schema: the tables of the store, by version: a new file, and the check of an old one. */
#include "ctl/tlsrpt/store_schema.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* "TLSR"; see https://www.sqlite.org/fileformat.html, section 1.3. */
#define APPLICATION 0x544c5352

#define AS_TEXT(number)  #number
#define AS_NUMBER(macro) AS_TEXT(macro)

/* Numbers are days since the epoch, seconds of it, or ids. Texts are printable ASCII, as a report's
 * are once it is read. All tables, in the order of their names, each as SQLite keeps it. */
static const char *const tables[] = {
    /* Whose reports there are, and who is an MX host. */
    "CREATE TABLE domain(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    /* Failures with proof: the run that brought it, and whether tlsrpt --new has told it. */
    "CREATE TABLE failure(domain INTEGER NOT NULL, kind INTEGER NOT NULL, mx INTEGER NOT NULL, "
    "type INTEGER NOT NULL, last_day INTEGER NOT NULL, run INTEGER NOT NULL, "
    "told INTEGER NOT NULL, PRIMARY KEY(domain, kind, mx, type)) WITHOUT ROWID",
    "CREATE TABLE mx_host(domain INTEGER NOT NULL, host INTEGER NOT NULL, "
    "PRIMARY KEY(domain, host)) WITHOUT ROWID",
    /* Which reports were taken in: eight bytes of each, sorted; the id: see store_report. */
    "CREATE TABLE report(id INTEGER PRIMARY KEY, keys BLOB NOT NULL)",
    "CREATE TABLE run(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, reports INTEGER NOT NULL)",
    "CREATE TABLE schema_version(version INTEGER NOT NULL)",
    /* The days on which there were sessions of that shape, as bytes: see series. */
    "CREATE TABLE series(domain INTEGER NOT NULL, shape INTEGER NOT NULL, days BLOB NOT NULL, "
    "PRIMARY KEY(domain, shape)) WITHOUT ROWID",
    "CREATE TABLE setting(name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
    /* All that sessions have in common, but the domain and the day; the texts by their ids. */
    "CREATE TABLE shape(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, flags INTEGER NOT NULL, "
    "organisation INTEGER NOT NULL, signer INTEGER NOT NULL, mx INTEGER NOT NULL, "
    "type INTEGER NOT NULL, reason INTEGER NOT NULL, wildcard INTEGER NOT NULL, "
    "ip INTEGER NOT NULL, sender_ip INTEGER NOT NULL, helo INTEGER NOT NULL, "
    "mx_lines INTEGER NOT NULL, UNIQUE(kind, flags, organisation, signer, mx, type, reason, "
    "wildcard, ip, sender_ip, helo, mx_lines))",
    "CREATE TABLE text(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
};

static const char first_rows[] = "INSERT INTO schema_version VALUES(" AS_NUMBER(
    STORE_SCHEMA_VERSION) ");"
                          "INSERT INTO setting VALUES('folded', 0), ('keep', " AS_NUMBER(
                              STORE_KEEP_DAYS) "),"
                                               "('kept_from', 0), ('secret', randomblob(32));"
                                               "INSERT INTO text VALUES(0, '')";

int store_schema_fail(sqlite3 *db, const char *path, struct error *why)
{
    switch (sqlite3_errcode(db)) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(why,
                         "%s: the store is damaged (%s); bring it back from a backup, or move it "
                         "away and take the mails in anew",
                         path, sqlite3_errmsg(db));
    case SQLITE_BUSY:
        return error_set(why, "%s: another process uses the store and does not end", path);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return error_set(why,
                         "%s: cannot be opened or written; it takes its owner or root, and a "
                         "directory in which the owner may write",
                         path);
    case SQLITE_FULL:
        return error_set(why, "%s: no space is left for the store", path);
    case SQLITE_NOMEM:
        return error_set(why, "out of memory");
    default:
        return error_set(why, "%s: %s", path, sqlite3_errmsg(db));
    }
}

static int fill(sqlite3 *db)
{
    char pragmas[96];
    snprintf(pragmas, sizeof(pragmas),
             "PRAGMA page_size = 16384; PRAGMA application_id = %d; BEGIN", APPLICATION);
    int result = sqlite3_exec(db, pragmas, NULL, NULL, NULL);
    for (size_t i = 0; result == SQLITE_OK && i < sizeof(tables) / sizeof(tables[0]); i++)
        result = sqlite3_exec(db, tables[i], NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, first_rows, NULL, NULL, NULL);
    return result == SQLITE_OK ? sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) : result;
}

unsigned char *store_schema_new(size_t *length, struct error *why)
{
    sqlite3 *db = NULL;
    unsigned char *bytes = NULL;
    sqlite3_int64 size = 0;
    if (sqlite3_open(":memory:", &db) == SQLITE_OK && fill(db) == SQLITE_OK)
        bytes = sqlite3_serialize(db, "main", &size, 0);
    if (bytes == NULL)
        error_set(why, "no new store can be made: %s", sqlite3_errmsg(db));
    *length = (size_t)size;
    sqlite3_close(db);
    return bytes;
}

/* ---- The check. */

/* The first number of the first row. Returns 0, 1 where there is none, or -1 where SQLite fails. */
static int ask(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        *out = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return result == SQLITE_ROW ? 0 : result == SQLITE_DONE ? 1 : -1;
}

static int refuse(const char *path, struct error *why)
{
    return error_set(why,
                     "%s: this is no store of mta-stsctl tlsrpt, or a damaged one; name another "
                     "file, or bring it back from a backup",
                     path);
}

static int compare_tables(sqlite3 *db, const char *path, struct error *why)
{
    sqlite3_stmt *statement = NULL;
    size_t count = sizeof(tables) / sizeof(tables[0]), found = 0;
    bool is_same = true;
    int result =
        sqlite3_prepare_v2(db, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
                           -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    while (result == SQLITE_ROW && is_same) {
        const char *sql = (const char *)sqlite3_column_text(statement, 0);
        is_same = found < count && sql != NULL && strcmp(sql, tables[found]) == 0;
        found++;
        result = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    if (is_same && result != SQLITE_DONE)
        return store_schema_fail(db, path, why);
    return is_same && found == count ? 0 : refuse(path, why);
}

int store_schema_check(sqlite3 *db, const char *path, struct error *why)
{
    int64_t application = 0, version = 0;
    if (ask(db, "PRAGMA application_id", &application) < 0)
        return store_schema_fail(db, path, why);
    if (application != APPLICATION)
        return refuse(path, why);
    int result = ask(db, "SELECT max(version) FROM schema_version", &version);
    if (result < 0 && sqlite3_errcode(db) != SQLITE_ERROR)
        return store_schema_fail(db, path, why);
    if (result != 0 || version < 1)
        return refuse(path, why);
    if (version > STORE_SCHEMA_VERSION)
        return error_set(why,
                         "%s: the store is of version %lld, and this program knows up to %d; a "
                         "newer mta-stsctl wrote it: use that one",
                         path, (long long)version, STORE_SCHEMA_VERSION);
    return compare_tables(db, path, why);
}

int store_schema_look_through(sqlite3 *db, const char *path, struct error *why)
{
    sqlite3_stmt *statement = NULL;
    bool is_whole = false;
    int result = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 0);
        is_whole = text != NULL && strcmp(text, "ok") == 0;
    }
    sqlite3_finalize(statement);
    if (result != SQLITE_ROW)
        return store_schema_fail(db, path, why);
    return is_whole ? 0 : refuse(path, why);
}
