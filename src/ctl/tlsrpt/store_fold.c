/* SPDX-License-Identifier: ISC */
/* store_fold: makes sums of weeks of the store's old days, and drops what is too old. */
#include "ctl/tlsrpt/store_fold.h"

#include "ctl/tlsrpt/series.h"
#include "ctl/tlsrpt/store_db.h"
#include "ctl/tlsrpt/store_report.h"
#include "ctl/tlsrpt/store_shape.h"

#define DAY_S INT64_C(86400)
#define WEEK  7

struct bounds {
    int weeks_before; /* days before are summed */
    int kept_from;    /* what ends before goes */
};

static int fold_row(struct store *store, const sqlite3_stmt *row, int64_t place[2],
                    struct series *series, const struct bounds *bounds, struct error *why)
{
    struct error reason;
    sqlite3_stmt *columns = (sqlite3_stmt *)(uintptr_t)row;
    place[0] = sqlite3_column_int64(columns, 0);
    place[1] = sqlite3_column_int64(columns, 1);
    if (series_decode(series, sqlite3_column_blob(columns, 2),
                      (size_t)sqlite3_column_bytes(columns, 2), &reason) != 0)
        return store_refuse(store, reason.text, why);
    sqlite3_reset(columns);
    if (!series_fold(series, bounds->weeks_before, bounds->kept_from))
        return 0;
    return store_series_write(store, place[0], place[1], series, why);
}

static int fold_rows(struct store *store, const struct bounds *bounds, struct error *why)
{
    int64_t place[2] = {INT64_MIN, INT64_MIN};
    struct series series = {0};
    int result = 1;
    while (result > 0) {
        sqlite3_stmt *row = store_statement(store, STORE_SERIES_NEXT, why);
        if (row == NULL)
            break;
        sqlite3_bind_int64(row, 1, place[0]);
        sqlite3_bind_int64(row, 2, place[1]);
        result = store_step(store, row, why);
        if (result > 0 && fold_row(store, row, place, &series, bounds, why) != 0)
            result = -1;
    }
    series_free(&series);
    return result == 0 ? 0 : -1;
}

/* What nothing refers to any more. */
static int clean(struct store *store, const struct bounds *bounds, struct error *why)
{
    int64_t day = bounds->kept_from;
    if (store_report_drop(store, bounds->kept_from, why) != 0 ||
        store_run(store, STORE_FAILURE_DROP, &day, 1, why) != 0 ||
        store_run(store, STORE_RUN_DROP, (int64_t[]){day * DAY_S}, 1, why) != 0 ||
        store_run(store, STORE_SHAPE_CLEAN, NULL, 0, why) != 0 ||
        store_run(store, STORE_DOMAIN_CLEAN, NULL, 0, why) != 0)
        return -1;
    return store_run(store, STORE_TEXT_CLEAN, NULL, 0, why);
}

/* Sets what changes; changed: whether anything does. */
static int find_bounds(struct store *store, int today, int keep, struct bounds *out,
                       bool *is_changed, struct error *why)
{
    int64_t kept, folded, kept_from;
    if (keep > 0 && store_set(store, "keep", keep, why) != 0)
        return -1;
    if (store_get(store, "keep", &kept, why) != 0 ||
        store_get(store, "folded", &folded, why) != 0 ||
        store_get(store, "kept_from", &kept_from, why) != 0)
        return -1;
    if (kept < 1 || kept > STORE_KEEP_MOST || folded < 0 || folded > SERIES_DAY_MAX ||
        kept_from < 0 || kept_from > SERIES_DAY_MAX)
        return store_refuse(store, "a setting cannot be right", why);
    out->weeks_before = series_week(today - STORE_DAYS);
    out->kept_from = today - (int)kept;
    if (kept > STORE_DAYS + WEEK) /* so that all rows need a look once a week, not daily */
        out->kept_from = series_week(out->kept_from);
    if (out->weeks_before < folded)
        out->weeks_before = (int)folded;
    if (out->kept_from < kept_from && keep == 0)
        out->kept_from = (int)kept_from;
    if (out->kept_from < 0)
        out->kept_from = 0;
    *is_changed = out->weeks_before != folded || out->kept_from != kept_from;
    return 0;
}

static int find_newest(struct store *store, int *out, struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, STORE_REPORT_NEWEST, why);
    if (statement == NULL)
        return -1;
    int result = store_step(store, statement, why);
    *out = result > 0 ? (int)(sqlite3_column_int64(statement, 0) >> 9) : 0;
    sqlite3_reset(statement);
    return result < 0 ? -1 : 0;
}

int store_fold(struct store *store, int today, int keep, struct error *why)
{
    struct bounds bounds;
    int newest;
    bool is_changed = false;
    if (find_newest(store, &newest, why) != 0)
        return -1;
    if (today > newest + 1)
        today = newest + 1;
    if (newest < SERIES_DAY_MIN)
        return keep > 0 ? store_set(store, "keep", keep, why) : 0;
    if (find_bounds(store, today, keep, &bounds, &is_changed, why) != 0)
        return -1;
    if (!is_changed)
        return 0;
    if (fold_rows(store, &bounds, why) != 0 || clean(store, &bounds, why) != 0)
        return -1;
    return store_set(store, "folded", bounds.weeks_before, why) != 0 ||
                   store_set(store, "kept_from", bounds.kept_from, why) != 0
               ? -1
               : 0;
}
