/* SPDX-License-Identifier: ISC */
/* store_new: failures that the last run brought, and those that were not told yet. */
#include "ctl/tlsrpt/store_new.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "ctl/tlsrpt/store_db.h"
#include "ctl/tlsrpt/store_text.h"

/* Sets the last run's id, 0 where there is none, and when the one before it was. */
static int find_runs(struct store *store, int64_t *last, int64_t *since, struct error *why)
{
    sqlite3_stmt *runs = store_statement(store, STORE_RUN_LAST, why);
    *last = *since = 0;
    if (runs == NULL)
        return -1;
    int result = store_step(store, runs, why);
    if (result > 0) {
        *last = sqlite3_column_int64(runs, 0);
        result = store_step(store, runs, why);
    }
    if (result > 0)
        *since = sqlite3_column_int64(runs, 1);
    sqlite3_reset(runs);
    return result < 0 ? -1 : 0;
}

static int read_one(struct store_news *out, struct store *store, sqlite3_stmt *row, int64_t last,
                    const struct tally_filter *filter, struct error *why)
{
    struct store_new *items = array_grow(out->items, out->count, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    out->items = items;
    struct store_new *item = &items[out->count];
    int64_t kind = sqlite3_column_int64(row, 1);
    if (kind < 0 || kind > REPORT_OTHER_KIND)
        return store_refuse(store, "a failure cannot be read", why);
    *item = (struct store_new){
        .domain = store_texts_copy(store, (const char *)sqlite3_column_text(row, 0), why),
        .mx = store_texts_copy(store, (const char *)sqlite3_column_text(row, 2), why),
        .type = store_texts_copy(store, (const char *)sqlite3_column_text(row, 3), why),
        .kind = (enum report_kind)kind,
        .is_of_last_run = sqlite3_column_int64(row, 4) == last,
        .is_told = sqlite3_column_int64(row, 5) != 0,
    };
    if (item->domain == NULL || item->mx == NULL || item->type == NULL)
        return -1;
    bool passes = (filter->domain == NULL || strcmp(item->domain, filter->domain) == 0) &&
                  (filter->mx == NULL || strcasecmp(item->mx, filter->mx) == 0);
    out->untold += passes && !item->is_told;
    out->count += passes;
    return 0;
}

static int read_all(struct store_news *out, struct store *store, const struct tally_filter *filter,
                    struct error *why)
{
    int64_t last;
    int result;
    if (find_runs(store, &last, &out->since, why) != 0)
        return -1;
    sqlite3_stmt *rows = store_statement(store, STORE_FAILURE_NEW, why);
    if (rows == NULL)
        return -1;
    sqlite3_bind_int64(rows, 1, last);
    while ((result = store_step(store, rows, why)) > 0) {
        if (read_one(out, store, rows, last, filter, why) != 0)
            return -1;
    }
    sqlite3_reset(rows);
    return result;
}

int store_news_read(struct store_news *out, struct store *store, const struct tally_filter *filter,
                    struct error *why)
{
    *out = (struct store_news){0};
    if (store_begin(store, false, why) != 0 || read_all(out, store, filter, why) != 0)
        return -1;
    return store_end(store, why);
}

void store_news_free(struct store_news *news)
{
    free(news->items);
    *news = (struct store_news){0};
}

int store_news_tell(struct store *store, struct error *why)
{
    if (store_begin(store, true, why) != 0 ||
        store_run(store, STORE_FAILURE_TOLD, NULL, 0, why) != 0)
        return -1;
    return store_end(store, why);
}
