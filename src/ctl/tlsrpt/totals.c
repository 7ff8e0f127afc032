/* SPDX-License-Identifier: ISC */
/* totals: the lists and the advice that are shown of reports, the same in each format. */
#include "ctl/tlsrpt/totals.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/store_load.h"

#define BY_FAILURE (TALLY_BY_TYPE | TALLY_BY_FAILURE)

const struct totals_view totals_views[TOTALS_LISTS] = {
    [TOTALS_POLICIES] = {"policies", TALLY_BY_DOMAIN | TALLY_BY_KIND, false},
    [TOTALS_ORGANISATIONS] = {"organisations", TALLY_BY_ORGANISATION, false},
    [TOTALS_MX] = {"mx", TALLY_BY_MX, true},
    [TOTALS_TYPES] = {"failure_types", TALLY_BY_TYPE, true},
    [TOTALS_KINDS] = {"reasons", BY_FAILURE, true},
    [TOTALS_FAILURES] = {"failures",
                         TALLY_BY_DOMAIN | TALLY_BY_KIND | TALLY_BY_ORGANISATION | TALLY_BY_MX |
                             BY_FAILURE,
                         true},
    [TOTALS_DAYS] = {"days", TALLY_BY_DAY, false},
};

static int each_of_tally(const struct tally_facts *facts, totals_take *take, void *context,
                         struct error *why)
{
    for (size_t start = 0, end = 0; start < facts->count; start = end) {
        const char *domain = facts->items[start].domain;
        while (end < facts->count && strcmp(facts->items[end].domain, domain) == 0)
            end++;
        struct tally_facts part = {.items = facts->items + start, .count = end - start};
        if (take(context, &part, why) != 0)
            return -1;
    }
    return 0;
}

int totals_each_domain(const struct totals *totals, totals_take *take, void *context,
                       struct error *why)
{
    if (totals->store == NULL)
        return each_of_tally(&totals->tally->facts, take, context, why);
    if (store_begin(totals->store, false, why) != 0 ||
        store_each_domain(totals->store, totals->filter, take, context, why) != 0)
        return -1;
    return store_end(totals->store, why);
}

/* ---- Sums. */

struct summing {
    struct totals_sums *sums;
    const struct totals *totals;
    const struct totals_reading *reading;
    struct tally_facts failed; /* of the domain at hand */
    bool has_facts;
};

static void count(struct totals_sums *sums, const struct tally_facts *facts)
{
    for (size_t i = 0; i < facts->count; i++) {
        sums->reports = tally_add_up(sums->reports, facts->items[i].reports);
        sums->unproven = tally_add_up(sums->unproven, facts->items[i].unproven_reports);
        sums->failures = tally_add_up(sums->failures, facts->items[i].failures);
    }
}

static int select_failed(struct tally_facts *out, const struct tally_facts *facts,
                         struct error *why)
{
    out->count = 0;
    if (facts->count > out->room) {
        struct tally_fact *items = reallocarray(out->items, facts->count, sizeof(*items));
        if (items == NULL)
            return error_set(why, "out of memory");
        out->items = items;
        out->room = facts->count;
    }
    for (size_t i = 0; i < facts->count; i++) {
        if (facts->items[i].failed)
            out->items[out->count++] = facts->items[i];
    }
    return 0;
}

static int add_to_list(struct summing *summing, enum totals_list list,
                       const struct tally_facts *facts, struct error *why)
{
    const struct totals_view *view = &totals_views[list];
    const struct tally_facts *from = view->failed ? &summing->failed : facts;
    struct tally_facts rows;
    int result = tally_sum(&rows, from->items, from->count, view->keys, why);
    for (size_t i = 0; result == 0 && i < rows.count; i++)
        result = tally_facts_keep(&summing->sums->lists[list], &rows.items[i], why);
    free(rows.items);
    return result;
}

static int tell_advice(const struct summing *summing, const struct tally_facts *facts,
                       struct error *why)
{
    struct advice advice;
    const char *domain = facts->items[0].domain;
    if (summing->reading->tell == NULL || domain[0] == '\0') /* for nobody to act on */
        return 0;
    int result = advice_make(&advice, facts->items, facts->count, summing->totals->today, why);
    if (result == 0 && summing->reading->tell(summing->reading->context, domain, &advice) != 0)
        result = error_set(why, "out of memory");
    advice_free(&advice);
    return result;
}

static int take_domain(void *context, struct tally_facts *facts, struct error *why)
{
    struct summing *summing = context;
    const struct totals_reading *reading = summing->reading;
    count(summing->sums, facts);
    summing->has_facts = true;
    if (tell_advice(summing, facts, why) != 0 || select_failed(&summing->failed, facts, why) != 0)
        return -1;
    for (size_t i = 0; i < reading->list_count; i++) {
        if (add_to_list(summing, reading->lists[i], facts, why) != 0)
            return -1;
    }
    return 0;
}

int totals_read(struct totals_sums *out, const struct totals *totals,
                const struct totals_reading *reading, struct error *why)
{
    *out = (struct totals_sums){0};
    struct summing summing = {.sums = out, .totals = totals, .reading = reading};
    int result = totals_each_domain(totals, take_domain, &summing, why);
    for (size_t i = 0; i < TOTALS_LISTS; i++)
        tally_facts_finish(&out->lists[i]);
    free(summing.failed.items);
    if (result == 0 && totals->store != NULL && !summing.has_facts)
        result = error_set(why, "tlsrpt: the store has no report that passes; see its domains and "
                                "days without --domain, --org, --mx, --since and --days");
    return result;
}

void totals_free(struct totals_sums *sums)
{
    for (size_t i = 0; i < TOTALS_LISTS; i++)
        free(sums->lists[i].items);
    *sums = (struct totals_sums){0};
}

int totals_sum(struct tally_facts *out, const struct totals *totals, enum totals_list list,
               struct error *why)
{
    struct totals_sums sums;
    int result =
        totals_read(&sums, totals, &(struct totals_reading){.lists = &list, .list_count = 1}, why);
    *out = (struct tally_facts){0};
    if (result == 0) {
        *out = sums.lists[list];
        sums.lists[list] = (struct tally_facts){0};
    }
    totals_free(&sums);
    return result;
}

static int gather_domain(void *context, struct tally_facts *facts, struct error *why)
{
    struct tally *tally = context;
    for (size_t i = 0; i < facts->count; i++) {
        tally->counts.reports += (size_t)facts->items[i].reports;
        tally->counts.unproven += (size_t)facts->items[i].unproven_reports;
        if (tally_facts_keep(&tally->facts, &facts->items[i], why) != 0)
            return -1;
    }
    return 0;
}

int totals_gather(struct tally *out, const struct totals *totals, struct error *why)
{
    *out = (struct tally){.counts = totals->tally->counts};
    out->counts.reports = out->counts.unproven = 0;
    int result = totals_each_domain(totals, gather_domain, out, why);
    tally_finish(out);
    return result;
}
