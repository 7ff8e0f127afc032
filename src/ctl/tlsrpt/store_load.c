/* SPDX-License-Identifier: ISC */
/* store_load: the sums of the store as facts, one domain after another. */
#include "ctl/tlsrpt/store_load.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/series.h"
#include "ctl/tlsrpt/store_db.h"
#include "ctl/tlsrpt/store_text.h"

#define FACTS_MAX 4000000 /* of one domain */

struct loading {
    struct store *store;
    const struct tally_filter *filter;
    struct series series;
    struct tally_facts facts; /* of the domain at hand */
    const char *domain;
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

static void fill(struct tally_fact *fact, const struct series_day *day)
{
    fact->day = day->day;
    fact->days = day->days;
    fact->first_day = series_first(day);
    fact->last_day = series_last(day);
    fact->has_mode = day->has_mode;
    fact->mode = day->mode;
    fact->mode_day = fact->last_day;
    fact->reports = day->reports;
    fact->domain_reports = day->domain_reports;
    fact->kind_reports = day->kind_reports;
    fact->unproven_reports = fact->unproven ? day->reports : 0;
    fact->entries = day->entries;
    fact->successes = day->successes;
    fact->evidence = day->evidence;
    fact->failures = day->failures;
}

static int add_row(struct loading *loading, sqlite3_stmt *row, struct error *why)
{
    struct error reason;
    const struct tally_fact *shape =
        store_texts_shape(loading->store, sqlite3_column_int64(row, 1), why);
    if (shape == NULL)
        return -1;
    if (series_decode(&loading->series, sqlite3_column_blob(row, 2),
                      (size_t)sqlite3_column_bytes(row, 2), &reason) != 0)
        return store_refuse(loading->store, reason.text, why);
    if (make_room(&loading->facts, loading->series.count, why) != 0)
        return -1;
    for (size_t i = 0; i < loading->series.count; i++) {
        struct tally_fact *fact = &loading->facts.items[loading->facts.count];
        *fact = *shape;
        fact->domain = loading->domain;
        fill(fact, &loading->series.items[i]);
        loading->facts.count += tally_passes(fact, loading->filter);
    }
    return 0;
}

static int hand_over(struct loading *loading, store_take_domain *take, void *context,
                     struct error *why)
{
    int result = loading->facts.count > 0 ? take(context, &loading->facts, why) : 0;
    loading->facts.count = 0;
    return result;
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
        if (loading->domain == NULL || add_row(loading, rows, why) != 0)
            return -1;
    }
    return result < 0 ? -1 : hand_over(loading, take, context, why);
}

int store_each_domain(struct store *store, const struct tally_filter *filter,
                      store_take_domain *take, void *context, struct error *why)
{
    struct loading loading = {.store = store, .filter = filter};
    sqlite3_stmt *rows =
        store_statement(store, filter->domain != NULL ? STORE_SERIES_OF : STORE_SERIES_ALL, why);
    if (rows == NULL)
        return -1;
    if (filter->domain != NULL)
        sqlite3_bind_text(rows, 1, filter->domain, -1, SQLITE_STATIC);
    int result = read_rows(&loading, rows, take, context, why);
    sqlite3_reset(rows);
    series_free(&loading.series);
    free(loading.facts.items);
    return result;
}
