/* SPDX-License-Identifier: ISC */
/* store_take: adds the sums of reports to those of the store. */
#include "ctl/tlsrpt/store_take.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/report_mx.h"
#include "ctl/tlsrpt/series.h"
#include "ctl/tlsrpt/store_db.h"
#include "ctl/tlsrpt/store_schema.h"
#include "ctl/tlsrpt/store_shape.h"

int store_take_begin(struct store *store, int64_t now, struct error *why)
{
    if (store_schema_look_through(store->db, store->path, why) != 0 ||
        store_run(store, STORE_RUN_ADD, &now, 1, why) != 0)
        return -1;
    store->run = sqlite3_last_insert_rowid(store->db);
    return 0;
}

/* ---- Ids of names. */

static int find_id(struct store *store, enum store_statement find, enum store_statement add,
                   const char *text, int64_t *id, struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, find, why);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    int result = store_step(store, statement, why);
    if (result > 0)
        *id = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (result != 0)
        return result < 0 ? -1 : 0;
    statement = store_statement(store, add, why);
    if (statement == NULL)
        return -1;
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    result = store_step(store, statement, why);
    *id = sqlite3_last_insert_rowid(store->db);
    sqlite3_reset(statement);
    return result;
}

static int text_id(struct store *store, const char *text, int64_t *id, struct error *why)
{
    *id = 0;
    return text[0] == '\0' ? 0 : find_id(store, STORE_TEXT_FIND, STORE_TEXT_ADD, text, id, why);
}

static int domain_id(struct store *store, const char *name, int64_t *id, struct error *why)
{
    return find_id(store, STORE_DOMAIN_FIND, STORE_DOMAIN_ADD, name, id, why);
}

/* The numbers by which a shape is kept: kind, flags, and the ids of its texts. */
static int number_shape(struct store *store, const struct tally_fact *fact,
                        int64_t numbers[STORE_SHAPE_NUMBERS], struct error *why)
{
    const char *const texts[STORE_SHAPE_TEXTS] = {
        fact->organisation, fact->signer,
        fact->mx,           fact->type,
        fact->reason,       fact->wildcard,
        fact->ip,           fact->sender_ip,
        fact->helo,         fact->mx_lines != NULL ? fact->mx_lines : "",
    };
    numbers[0] = (int64_t)fact->kind;
    numbers[1] =
        (fact->outside ? STORE_SHAPE_OUTSIDE : 0) | (fact->failed ? STORE_SHAPE_FAILED : 0) |
        (fact->unproven ? STORE_SHAPE_UNPROVEN : 0) | (fact->mx_host ? STORE_SHAPE_MX_HOST : 0);
    for (size_t i = 0; i < STORE_SHAPE_TEXTS; i++) {
        if (text_id(store, texts[i], &numbers[2 + i], why) != 0)
            return -1;
    }
    return 0;
}

static int shape_id(struct store *store, const int64_t numbers[STORE_SHAPE_NUMBERS], int64_t *id,
                    struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, STORE_SHAPE_FIND, why);
    if (statement == NULL)
        return -1;
    for (int i = 0; i < STORE_SHAPE_NUMBERS; i++)
        sqlite3_bind_int64(statement, i + 1, numbers[i]);
    int result = store_step(store, statement, why);
    if (result > 0)
        *id = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    if (result != 0)
        return result < 0 ? -1 : 0;
    result = store_run(store, STORE_SHAPE_ADD, numbers, STORE_SHAPE_NUMBERS, why);
    *id = sqlite3_last_insert_rowid(store->db);
    return result;
}

/* ---- Sums. */

static struct series_day day_of(const struct tally_fact *fact)
{
    return (struct series_day){
        .day = fact->first_day,
        .days = 1,
        .has_mode = fact->has_mode,
        .mode = fact->mode,
        .reports = fact->reports,
        .domain_reports = fact->domain_reports,
        .kind_reports = fact->kind_reports,
        .entries = fact->entries,
        .successes = fact->successes,
        .evidence = fact->evidence,
        .failures = fact->failures,
    };
}

static int read_series(struct store *store, int64_t domain, int64_t shape, struct series *out,
                       struct error *why)
{
    struct error reason;
    sqlite3_stmt *statement = store_statement(store, STORE_SERIES_FIND, why);
    out->count = 0;
    if (statement == NULL)
        return -1;
    sqlite3_bind_int64(statement, 1, domain);
    sqlite3_bind_int64(statement, 2, shape);
    int result = store_step(store, statement, why);
    if (result > 0 && series_decode(out, sqlite3_column_blob(statement, 0),
                                    (size_t)sqlite3_column_bytes(statement, 0), &reason) != 0)
        result = store_refuse(store, reason.text, why);
    sqlite3_reset(statement);
    return result < 0 ? -1 : 0;
}

int store_series_write(struct store *store, int64_t domain, int64_t shape,
                       const struct series *series, struct error *why)
{
    unsigned char *bytes;
    size_t length;
    if (series->count == 0)
        return store_run(store, STORE_SERIES_DROP, (int64_t[]){domain, shape}, 2, why);
    if (series_encode(&bytes, &length, series, why) != 0)
        return -1;
    sqlite3_stmt *statement = store_statement(store, STORE_SERIES_PUT, why);
    int result = -1;
    if (statement != NULL) {
        sqlite3_bind_int64(statement, 1, domain);
        sqlite3_bind_int64(statement, 2, shape);
        sqlite3_bind_blob(statement, 3, bytes, (int)length, SQLITE_STATIC);
        result = store_step(store, statement, why);
        sqlite3_reset(statement);
    }
    free(bytes);
    return result;
}

/* Failures with proof alone: others are never told as new. */
static int note_failures(struct store *store, const struct tally_fact *facts, size_t count,
                         int64_t domain, const int64_t numbers[STORE_SHAPE_NUMBERS],
                         struct error *why)
{
    for (size_t i = 0; i < count; i++) {
        if (facts[i].unproven || facts[i].failures <= 0)
            continue;
        if (store_run(store, STORE_FAILURE_PUT,
                      (int64_t[]){domain, numbers[0], numbers[STORE_SHAPE_MX],
                                  numbers[STORE_SHAPE_TYPE], facts[i].last_day, store->run,
                                  STORE_PAUSE_DAYS},
                      7, why) != 0)
            return -1;
    }
    return 0;
}

/* Facts that differ in the day alone. */
static int take_shape(struct store *store, const struct tally_fact *facts, size_t count,
                      int64_t weeks_before, struct series *series, struct error *why)
{
    int64_t domain, shape, numbers[STORE_SHAPE_NUMBERS];
    if (domain_id(store, facts[0].domain, &domain, why) != 0 ||
        number_shape(store, &facts[0], numbers, why) != 0 ||
        shape_id(store, numbers, &shape, why) != 0 ||
        read_series(store, domain, shape, series, why) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct series_day day = day_of(&facts[i]);
        if (series_add(series, &day, (int)weeks_before, why) != 0)
            return -1;
    }
    if (store_series_write(store, domain, shape, series, why) != 0)
        return -1;
    return note_failures(store, facts, count, domain, numbers, why);
}

static bool is_same_shape(const struct tally_fact *a, const struct tally_fact *b)
{
    return a->domain == b->domain && a->kind == b->kind && a->organisation == b->organisation &&
           a->signer == b->signer && a->unproven == b->unproven && a->mx == b->mx &&
           a->type == b->type && a->reason == b->reason && a->outside == b->outside &&
           a->ip == b->ip && a->sender_ip == b->sender_ip && a->failed == b->failed &&
           a->wildcard == b->wildcard && a->helo == b->helo && a->mx_lines == b->mx_lines &&
           a->mx_host == b->mx_host;
}

int store_take_facts(struct store *store, const struct tally_facts *facts, size_t reports,
                     struct error *why)
{
    int64_t weeks_before;
    struct series series = {0};
    int result = store_get(store, "folded", &weeks_before, why);
    for (size_t start = 0, end; result == 0 && start < facts->count; start = end) {
        end = start + 1;
        while (end < facts->count && is_same_shape(&facts->items[start], &facts->items[end]))
            end++;
        result = take_shape(store, facts->items + start, end - start, weeks_before, &series, why);
    }
    series_free(&series);
    if (result == 0)
        result = store_run(store, STORE_RUN_PUT, (int64_t[]){store->run, (int64_t)reports}, 2, why);
    return result;
}

/* ---- MX hosts. */

int store_take_hosts(struct store *store, const struct report *report, struct error *why)
{
    int64_t host, domain;
    for (size_t i = 0; i < report->count; i++) {
        const struct report_policy *entry = &report->policies[i];
        if (entry->mx_of[0] == '\0')
            continue;
        if (domain_id(store, entry->domain, &host, why) != 0)
            return -1;
        for (size_t j = 0; j < report->count; j++) {
            const char *name = report->policies[j].domain;
            if (!report_is_mx_of(report, entry, name))
                continue;
            if (domain_id(store, name, &domain, why) != 0 ||
                store_run(store, STORE_HOST_ADD, (int64_t[]){domain, host}, 2, why) != 0)
                return -1;
        }
    }
    return 0;
}
