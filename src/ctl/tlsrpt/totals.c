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
    [TOTALS_DETAILS] = {"details",
                        TALLY_BY_DOMAIN | TALLY_BY_ORGANISATION | TALLY_BY_MX | BY_FAILURE |
                            TALLY_BY_ADDRESS,
                        true},
    [TOTALS_IPS] = {"addresses", TALLY_BY_MX | TALLY_BY_ADDRESS, true},
    [TOTALS_DAYS] = {"days", TALLY_BY_DAY, false},
};

/* The facts of a tally are in the order of domains. */
static int each_of_tally(const struct totals *totals, totals_take *take, void *context,
                         struct error *why)
{
    const struct tally_facts *facts = &totals->tally->facts;
    for (size_t start = 0, end = 0; start < facts->count; start = end) {
        const char *domain = facts->items[start].domain;
        for (; end < facts->count && strcmp(facts->items[end].domain, domain) == 0; end++) {
            struct tally_fact *fact = &facts->items[end];
            fact->trend = (struct tally_trend){0};
            tally_add_trend(&fact->trend, fact->last_day, totals->today, fact->successes,
                            fact->failures);
        }
        struct tally_facts part = {.items = facts->items + start, .count = end - start};
        if (take(context, &part, why) != 0)
            return -1;
    }
    return 0;
}

int totals_each_domain(const struct totals *totals, totals_take *take, void *context,
                       struct error *why)
{
    const struct store_view view = {
        .filter = totals->filter, .today = totals->today, .is_whole = true};
    if (totals->store == NULL)
        return each_of_tally(totals, take, context, why);
    if (store_begin(totals->store, false, why) != 0 ||
        store_each_domain(totals->store, &view, take, context, why) != 0)
        return -1;
    return store_end(totals->store, why);
}

static int compare_domain(const void *key, const void *item)
{
    return strcmp(key, ((const struct tally_fact *)item)->domain);
}

int totals_one_domain(const struct totals *totals, const char *domain, totals_take *take,
                      void *context, struct error *why)
{
    const struct store_view view = {
        .filter = totals->filter, .domain = domain, .today = totals->today, .is_whole = true};
    if (totals->store != NULL)
        return store_each_domain(totals->store, &view, take, context, why);
    const struct tally_facts *facts = &totals->tally->facts;
    struct tally_facts part = {0};
    struct tally_fact *end = facts->items + facts->count;
    struct tally_fact *found = facts->count == 0 ? NULL
                                                 : bsearch(domain, facts->items, facts->count,
                                                           sizeof(*found), compare_domain);
    if (found == NULL)
        return 0;
    while (found > facts->items && strcmp(found[-1].domain, domain) == 0)
        found--;
    part.items = found;
    while (found + part.count < end && strcmp(found[part.count].domain, domain) == 0)
        part.count++;
    return take(context, &part, why);
}

/* ---- Sums. */

struct summing {
    struct totals_sums *sums;
    const struct totals *totals;
    const struct totals_reading *reading;
    bool has_list[TOTALS_LISTS];
    struct tally_facts failed; /* of the domain at hand */
    struct daytable days;
    bool has_facts;
    bool has_failures; /* the domain at hand */
};

static void count(struct summing *summing, const struct tally_facts *facts)
{
    struct totals_sums *sums = summing->sums;
    int64_t failures = sums->failures;
    for (size_t i = 0; i < facts->count; i++) {
        sums->reports = tally_add_up(sums->reports, facts->items[i].reports);
        sums->unproven = tally_add_up(sums->unproven, facts->items[i].unproven_reports);
        sums->failures = tally_add_up(sums->failures, facts->items[i].failures);
    }
    summing->has_failures = sums->failures > failures;
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

/* Hands the domain to who asks for it, with an advice where that is wanted. */
static int tell(const struct summing *summing, const struct tally_facts *facts, struct error *why)
{
    struct advice advice = {0};
    int result = 0;
    const struct totals_also *also = summing->totals->also;
    const char *domain = facts->items[0].domain;
    const struct tally_filter *filter = summing->totals->filter;
    bool is_whole = filter->organisation == NULL && filter->mx == NULL;
    bool is_shown = !summing->totals->shown->failing || summing->has_failures;
    bool is_named = domain[0] != '\0';
    bool is_told = summing->reading->tell != NULL && is_named && is_whole && is_shown;
    if (is_told || (is_named && also != NULL))
        result = advice_make(&advice, facts->items, facts->count, summing->totals->today, why);
    if (result == 0 && is_told &&
        summing->reading->tell(summing->reading->context, domain, &advice) != 0)
        result = error_set(why, "out of memory");
    if (result == 0 && also != NULL)
        result = also->take(also->context, facts, is_named ? &advice : NULL, why);
    advice_free(&advice);
    return result;
}

static int take_domain(void *context, struct tally_facts *facts, struct error *why)
{
    struct summing *summing = context;
    bool sums_days = summing->has_list[TOTALS_DAYS];
    count(summing, facts);
    summing->has_facts = true;
    if (tell(summing, facts, why) != 0 || select_failed(&summing->failed, facts, why) != 0)
        return -1;
    for (size_t i = 0; i < TOTALS_LISTS; i++) {
        if (summing->has_list[i] && i != TOTALS_DAYS &&
            add_to_list(summing, (enum totals_list)i, facts, why) != 0)
            return -1;
    }
    /* The store has added the days. */
    for (size_t i = 0; i < facts->count && sums_days && summing->totals->store == NULL; i++) {
        if (daytable_add(&summing->days, &facts->items[i], why) != 0)
            return -1;
    }
    return 0;
}

static int read_domains(struct summing *summing, struct error *why)
{
    const struct totals *totals = summing->totals;
    if (totals->store == NULL)
        return each_of_tally(totals, take_domain, summing, why);
    const struct store_view view = {.filter = totals->filter,
                                    .today = totals->today,
                                    .days = summing->has_list[TOTALS_DAYS] ? &summing->days : NULL};
    return store_each_domain(totals->store, &view, take_domain, summing, why);
}

/* ---- What is shown of the sums. */

static int compare_failures(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    if (a->failures != b->failures)
        return a->failures < b->failures ? 1 : -1;
    if (a->successes != b->successes)
        return a->successes < b->successes ? 1 : -1;
    return strcmp(a->domain, b->domain);
}

static void arrange(struct totals_sums *sums, enum totals_list list,
                    const struct totals_shown *shown)
{
    struct tally_facts *rows = &sums->lists[list];
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (!shown->failing || rows->items[i].failures > 0)
            rows->items[kept++] = rows->items[i];
    }
    rows->count = kept;
    if (list != TOTALS_DAYS && kept > 1 && (shown->is_by || shown->top > 0))
        qsort(rows->items, kept, sizeof(*rows->items), compare_failures);
    if (shown->top == 0 || kept <= shown->top)
        return;
    sums->left_out[list] = kept - shown->top;
    if (list == TOTALS_DAYS)
        memmove(rows->items, rows->items + sums->left_out[list], shown->top * sizeof(*rows->items));
    rows->count = shown->top;
}

static int read_all(struct summing *summing, struct error *why)
{
    struct totals_sums *sums = summing->sums;
    const struct totals_also *also = summing->totals->also;
    int result = read_domains(summing, why);
    for (size_t i = 0; i < TOTALS_LISTS; i++)
        tally_facts_finish(&sums->lists[i]);
    if (result == 0)
        result = daytable_list(&sums->lists[TOTALS_DAYS], &summing->days, why);
    if (result == 0 && summing->totals->store != NULL && !summing->has_facts)
        result = error_set(why, "tlsrpt: the store has no report that passes; see its domains and "
                                "days without --domain, --org, --mx, --since and --days");
    return result == 0 && also != NULL ? also->finish(also->context, sums, why) : result;
}

static void drop(struct tally_facts *list)
{
    free(list->items);
    *list = (struct tally_facts){0};
}

/* Leaves the lists of the reading alone, as they are shown. */
static void arrange_lists(struct totals_sums *sums, const struct totals *totals,
                          const struct totals_reading *reading)
{
    bool is_shown[TOTALS_LISTS] = {false};
    for (size_t i = 0; i < reading->list_count; i++)
        is_shown[reading->lists[i]] = true;
    for (size_t i = 0; i < TOTALS_LISTS; i++) {
        if (is_shown[i])
            arrange(sums, (enum totals_list)i, totals->shown);
        else
            drop(&sums->lists[i]);
    }
}

int totals_read(struct totals_sums *out, const struct totals *totals,
                const struct totals_reading *reading, struct error *why)
{
    *out = (struct totals_sums){0};
    struct summing summing = {.sums = out, .totals = totals, .reading = reading};
    const struct totals_also *also = totals->also;
    for (size_t i = 0; i < reading->list_count; i++)
        summing.has_list[reading->lists[i]] = true;
    for (size_t i = 0; also != NULL && i < also->list_count; i++)
        summing.has_list[also->lists[i]] = true;
    if (totals->store != NULL && store_begin(totals->store, false, why) != 0)
        return -1;
    int result = read_all(&summing, why);
    if (result == 0 && totals->store != NULL)
        result = store_end(totals->store, why);
    arrange_lists(out, totals, reading);
    free(summing.failed.items);
    daytable_free(&summing.days);
    return result;
}

void totals_free(struct totals_sums *sums)
{
    for (size_t i = 0; i < TOTALS_LISTS; i++)
        free(sums->lists[i].items);
    *sums = (struct totals_sums){0};
}
