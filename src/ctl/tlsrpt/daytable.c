/* SPDX-License-Identifier: ISC */
/* daytable: sums by day of any number of facts, each found at once. */
#include "ctl/tlsrpt/daytable.h"

#include <stdlib.h>

#include "ctl/tlsrpt/series.h"

#define FIRST (SERIES_DAY_MIN - 7)
#define COUNT (SERIES_DAY_MAX - FIRST + 1)

int daytable_add(struct daytable *table, const struct tally_fact *fact, struct error *why)
{
    if (table->items == NULL)
        table->items = calloc(COUNT, sizeof(*table->items));
    if (table->items == NULL)
        return error_set(why, "out of memory");
    if (fact->day < FIRST || fact->day > SERIES_DAY_MAX || fact->days == 0)
        return 0;
    struct tally_fact *item = &table->items[fact->day - FIRST];
    if (item->days != 0) {
        tally_join(item, fact);
        return 0;
    }
    *item = *fact;
    item->domain = item->organisation = item->signer = item->mx = item->type = item->reason = "";
    item->wildcard = item->ip = item->sender_ip = item->helo = "";
    item->kind = REPORT_STS;
    item->outside = item->failed = item->unproven = false;
    return 0;
}

int daytable_list(struct tally_facts *out, const struct daytable *table, struct error *why)
{
    const struct tally_fact *items = table->items;
    *out = (struct tally_facts){0};
    if (items == NULL)
        return 0;
    for (size_t i = 0; i < COUNT; i++)
        out->count += items[i].days != 0;
    out->room = out->count;
    if (out->count == 0)
        return 0;
    out->items = calloc(out->count, sizeof(*out->items));
    if (out->items == NULL) {
        *out = (struct tally_facts){0};
        return error_set(why, "out of memory");
    }
    size_t kept = 0;
    for (size_t i = 0; i < COUNT; i++) {
        if (items[i].days != 0)
            out->items[kept++] = items[i];
    }
    return 0;
}

void daytable_free(struct daytable *table)
{
    free(table->items);
    *table = (struct daytable){0};
}
