/* SPDX-License-Identifier: ISC */
/* totals: the lists and the advice that are shown of a tally, the same in each format. */
#include "ctl/tlsrpt/totals.h"

#include <stdlib.h>
#include <string.h>

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

bool totals_have_failures(const struct totals *totals)
{
    for (size_t i = 0; i < totals->tally->facts.count; i++) {
        if (totals->tally->facts.items[i].failures > 0)
            return true;
    }
    return false;
}

int totals_sum(struct tally_facts *out, const struct totals *totals, enum totals_list list,
               struct error *why)
{
    size_t kept = 0;
    const struct totals_view *view = &totals_views[list];
    const struct tally_facts *facts = &totals->tally->facts;
    if (!view->failed)
        return tally_sum(out, facts->items, facts->count, view->keys, why);
    *out = (struct tally_facts){0};
    struct tally_fact *items = calloc(facts->count + 1, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < facts->count; i++) {
        if (facts->items[i].failed)
            items[kept++] = facts->items[i];
    }
    int result = tally_sum(out, items, kept, view->keys, why);
    free(items);
    return result;
}

int totals_each_advice(const struct totals *totals, totals_tell *tell, void *context,
                       struct error *why)
{
    const struct tally_facts *facts = &totals->tally->facts;
    int result = 0;
    for (size_t start = 0, end = 0; start < facts->count && result == 0; start = end) {
        struct advice advice;
        const char *domain = facts->items[start].domain;
        while (end < facts->count && strcmp(facts->items[end].domain, domain) == 0)
            end++;
        if (domain[0] == '\0') /* for nobody to act on */
            continue;
        result = advice_make(&advice, facts->items + start, end - start, totals->today, why);
        if (result == 0 && tell(context, domain, &advice) != 0)
            result = error_set(why, "out of memory");
        advice_free(&advice);
    }
    return result;
}
