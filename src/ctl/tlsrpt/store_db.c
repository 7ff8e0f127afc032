/* SPDX-License-Identifier: ISC */
/* store_db: the statements of the store, for its own modules, and what comes of them. */
#include "ctl/tlsrpt/store_db.h"

#include "ctl/tlsrpt/store_schema.h"

static const char *const sql[STORE_STATEMENTS] = {
    [STORE_BEGIN_READ] = "BEGIN",
    [STORE_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [STORE_COMMIT] = "COMMIT",
    [STORE_GET] = "SELECT value FROM setting WHERE name = ?1",
    [STORE_SET] = "UPDATE setting SET value = ?2 WHERE name = ?1",
    [STORE_TEXT_FIND] = "SELECT id FROM text WHERE text = ?1",
    [STORE_TEXT_ADD] = "INSERT INTO text(text) VALUES(?1)",
    [STORE_TEXT_READ] = "SELECT text FROM text WHERE id = ?1",
    [STORE_DOMAIN_FIND] = "SELECT id FROM domain WHERE name = ?1",
    [STORE_DOMAIN_ADD] = "INSERT INTO domain(name) VALUES(?1)",
    [STORE_SHAPE_FIND] =
        "SELECT id FROM shape WHERE kind = ?1 AND flags = ?2 AND organisation = ?3 AND "
        "signer = ?4 AND mx = ?5 AND type = ?6 AND reason = ?7 AND wildcard = ?8 AND ip = ?9 AND "
        "sender_ip = ?10 AND helo = ?11 AND mx_lines = ?12",
    [STORE_SHAPE_ADD] =
        "INSERT INTO shape(kind, flags, organisation, signer, mx, type, reason, wildcard, ip, "
        "sender_ip, helo, mx_lines) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    [STORE_SHAPE_READ] = "SELECT kind, flags, organisation, signer, mx, type, reason, wildcard, "
                         "ip, sender_ip, helo, mx_lines FROM shape WHERE id = ?1",
    [STORE_SERIES_FIND] = "SELECT days FROM series WHERE domain = ?1 AND shape = ?2",
    [STORE_SERIES_PUT] = "INSERT OR REPLACE INTO series VALUES(?1, ?2, ?3)",
    [STORE_SERIES_DROP] = "DELETE FROM series WHERE domain = ?1 AND shape = ?2",
    [STORE_SERIES_NEXT] = "SELECT domain, shape, days FROM series WHERE (domain, shape) > (?1, ?2) "
                          "ORDER BY domain, shape LIMIT 1",
    [STORE_SERIES_ALL] = "SELECT name, shape, days FROM domain CROSS JOIN series ON "
                         "series.domain = domain.id ORDER BY name",
    [STORE_SERIES_OF] =
        "SELECT name, shape, days FROM domain CROSS JOIN series ON series.domain = domain.id "
        "WHERE domain.id IN (SELECT id FROM domain WHERE name = ?1 UNION SELECT host FROM mx_host "
        "WHERE mx_host.domain = (SELECT id FROM domain WHERE name = ?1)) ORDER BY name",
    [STORE_SERIES_ONE] = "SELECT name, shape, days FROM domain CROSS JOIN series ON "
                         "series.domain = domain.id WHERE domain.name = ?1",
    [STORE_REPORT_FIND] = "SELECT keys FROM report WHERE id = ?1",
    [STORE_REPORT_PUT] = "INSERT OR REPLACE INTO report VALUES(?1, ?2)",
    [STORE_REPORT_DROP] = "DELETE FROM report WHERE id < ?1",
    [STORE_REPORT_NEWEST] = "SELECT max(id) FROM report",
    [STORE_HOST_ADD] = "INSERT OR IGNORE INTO mx_host VALUES(?1, ?2)",
    [STORE_FAILURE_PUT] =
        "INSERT INTO failure VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0) ON CONFLICT DO UPDATE SET "
        "run = CASE WHEN ?5 >= last_day + ?7 THEN ?6 ELSE run END, "
        "told = CASE WHEN ?5 >= last_day + ?7 THEN 0 ELSE told END, "
        "last_day = max(last_day, ?5)",
    [STORE_FAILURE_DROP] = "DELETE FROM failure WHERE last_day < ?1",
    [STORE_FAILURE_NEW] =
        "SELECT d.name, f.kind, m.text, t.text, f.run, f.told FROM failure f JOIN domain d ON "
        "d.id = f.domain JOIN text m ON m.id = f.mx JOIN text t ON t.id = f.type "
        "WHERE f.told = 0 OR f.run = ?1 ORDER BY d.name",
    [STORE_FAILURE_TOLD] = "UPDATE failure SET told = 1 WHERE told = 0",
    [STORE_RUN_ADD] = "INSERT INTO run(time, reports) VALUES(?1, 0)",
    [STORE_RUN_PUT] = "UPDATE run SET reports = reports + ?2 WHERE id = ?1",
    [STORE_RUN_LAST] = "SELECT id, time, reports FROM run ORDER BY id DESC LIMIT 2",
    [STORE_RUN_DROP] = "DELETE FROM run WHERE time < ?1",
    [STORE_SHAPE_CLEAN] = "DELETE FROM shape WHERE id NOT IN (SELECT shape FROM series)",
    [STORE_DOMAIN_CLEAN] =
        "DELETE FROM domain WHERE id NOT IN (SELECT domain FROM series UNION SELECT domain FROM "
        "failure UNION SELECT domain FROM mx_host UNION SELECT host FROM mx_host)",
    [STORE_TEXT_CLEAN] =
        "DELETE FROM text WHERE id <> 0 AND id NOT IN (SELECT organisation FROM shape UNION "
        "SELECT signer FROM shape UNION SELECT mx FROM shape UNION SELECT type FROM shape UNION "
        "SELECT reason FROM shape UNION SELECT wildcard FROM shape UNION SELECT ip FROM shape "
        "UNION SELECT sender_ip FROM shape UNION SELECT helo FROM shape UNION SELECT mx_lines FROM "
        "shape UNION SELECT mx FROM "
        "failure UNION SELECT type FROM failure)",
};

int store_refuse(const struct store *store, const char *what, struct error *why)
{
    return error_set(why,
                     "%s: the store is damaged: %s; bring it back from a backup, or move it away "
                     "and take the mails in anew",
                     store->path, what);
}

sqlite3_stmt *store_statement(struct store *store, enum store_statement which, struct error *why)
{
    sqlite3_stmt **statement = &store->statements[which];
    if (*statement != NULL) {
        sqlite3_reset(*statement);
        sqlite3_clear_bindings(*statement);
        return *statement;
    }
    if (sqlite3_prepare_v3(store->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) !=
        SQLITE_OK)
        store_schema_fail(store->db, store->path, why);
    return *statement;
}

int store_step(struct store *store, sqlite3_stmt *statement, struct error *why)
{
    int result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        return 1;
    if (result == SQLITE_DONE)
        return 0;
    store_schema_fail(store->db, store->path, why);
    sqlite3_reset(statement);
    return -1;
}

int store_run(struct store *store, enum store_statement which, const int64_t numbers[],
              size_t count, struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, which, why);
    if (statement == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        sqlite3_bind_int64(statement, (int)i + 1, numbers[i]);
    int result = store_step(store, statement, why);
    sqlite3_reset(statement);
    return result < 0 ? -1 : 0;
}
