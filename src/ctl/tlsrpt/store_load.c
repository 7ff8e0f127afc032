/* SPDX-License-Identifier: ISC */
/* store_load: the sums of the store as facts, one domain after another. */
#include "ctl/tlsrpt/store_load.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "ctl/tlsrpt/store_days.h"
#include "ctl/tlsrpt/store_db.h"
#include "ctl/tlsrpt/store_text.h"

#define FACTS_MAX 4000000 /* of one domain */

/* The rows of the domain at hand, as they were read. */
struct row {
    const struct tally_fact *shape;
    struct series series;
};

struct loading {
    struct store *store;
    const struct store_view *view;
    struct row *rows;
    size_t count, room;       /* of rows; series beyond count have memory to use again */
    struct tally_facts facts; /* of the domain */
    struct store_days seen;
    const char *domain;
    bool has_failures;
};

static int make_room(struct tally_facts *facts, size_t more, struct error *why)
{
    if (facts->count + more > FACTS_MAX)
        return error_set(why, "more than %d different sums of one domain; name a --since",
                         FACTS_MAX);
    if (facts->count + more <= facts->room)
        return 0;
    size_t room = 2 * (facts->count + more);
    struct tally_fact *items = reallocarray(facts->items, room, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    facts->items = items;
    facts->room = room;
    return 0;
}

static struct row *next_row(struct loading *loading)
{
    if (loading->count < loading->room)
        return &loading->rows[loading->count];
    struct row *rows = array_grow(loading->rows, loading->room, sizeof(*rows));
    if (rows == NULL)
        return NULL;
    loading->rows = rows;
    rows[loading->room] = (struct row){0};
    return &rows[loading->room++];
}

static int read_row(struct loading *loading, sqlite3_stmt *statement, struct error *why)
{
    struct error reason;
    struct row *row = next_row(loading);
    if (row == NULL)
        return error_set(why, "out of memory");
    row->shape = store_texts_shape(loading->store, sqlite3_column_int64(statement, 1), why);
    if (row->shape == NULL)
        return -1;
    if (!tally_passes_but_days(row->shape, loading->view->filter))
        return 0;
    if (series_decode(&row->series, sqlite3_column_blob(statement, 2),
                      (size_t)sqlite3_column_bytes(statement, 2), &reason) != 0)
        return store_refuse(loading->store, reason.text, why);
    loading->has_failures = loading->has_failures || row->shape->failed;
    loading->count++;
    return 0;
}

/* ---- From rows to facts. */

static int add_days(struct loading *loading, const struct row *row, const struct tally_fact *like,
                    bool is_whole, struct error *why)
{
    const struct store_view *view = loading->view;
    struct tally_fact *old = NULL;
    if (make_room(&loading->facts, row->series.count + 1, why) != 0)
        return -1;
    for (size_t i = 0; i < row->series.count; i++) {
        const struct series_day *day = &row->series.items[i];
        struct tally_fact *fact = &loading->facts.items[loading->facts.count];
        if (series_last(day) < view->filter->since)
            continue;
        if (is_whole || view->days != NULL || !store_days_is_old(day, view->today)) {
            *fact = *like;
            store_days_fill(fact, day, view->today);
        }
        if (view->days != NULL && daytable_add(view->days, fact, why) != 0)
            return -1;
        if (is_whole || !store_days_is_old(day, view->today)) {
            loading->facts.count++;
            continue;
        }
        if (old == NULL) {
            old = fact;
            *old = *like;
            store_days_begin(old, day);
            loading->facts.count++;
        }
        store_days_add(&loading->seen, old, day, view->today);
    }
    return 0;
}

static int hand_over(struct loading *loading, store_take_domain *take, void *context,
                     struct error *why)
{
    bool is_whole = loading->view->is_whole || loading->has_failures;
    loading->facts.count = 0;
    store_days_next(&loading->seen);
    for (size_t i = 0; i < loading->count; i++) {
        struct tally_fact like = *loading->rows[i].shape;
        like.domain = loading->domain;
        if (add_days(loading, &loading->rows[i], &like, is_whole, why) != 0)
            return -1;
    }
    loading->count = 0;
    loading->has_failures = false;
    return loading->facts.count > 0 ? take(context, &loading->facts, why) : 0;
}

static int read_rows(struct loading *loading, sqlite3_stmt *rows, store_take_domain *take,
                     void *context, struct error *why)
{
    int result;
    while ((result = store_step(loading->store, rows, why)) > 0) {
        const char *domain = (const char *)sqlite3_column_text(rows, 0);
        if (loading->domain == NULL || domain == NULL || strcmp(domain, loading->domain) != 0) {
            if (hand_over(loading, take, context, why) != 0)
                return -1;
            loading->domain = store_texts_copy(loading->store, domain, why);
        }
        if (loading->domain == NULL || read_row(loading, rows, why) != 0)
            return -1;
    }
    return result < 0 ? -1 : hand_over(loading, take, context, why);
}

int store_each_domain(struct store *store, const struct store_view *view, store_take_domain *take,
                      void *context, struct error *why)
{
    struct loading loading = {.store = store, .view = view};
    const char *domain = view->domain != NULL ? view->domain : view->filter->domain;
    sqlite3_stmt *rows = store_statement(store,
                                         view->domain != NULL ? STORE_SERIES_ONE
                                         : domain != NULL     ? STORE_SERIES_OF
                                                              : STORE_SERIES_ALL,
                                         why);
    if (rows == NULL || store_days_open(&loading.seen, why) != 0)
        return -1;
    if (domain != NULL)
        sqlite3_bind_text(rows, 1, domain, -1, SQLITE_STATIC);
    int result = read_rows(&loading, rows, take, context, why);
    sqlite3_reset(rows);
    for (size_t i = 0; i < loading.room; i++)
        series_free(&loading.rows[i].series);
    free(loading.rows);
    free(loading.facts.items);
    store_days_close(&loading.seen);
    return result;
}
