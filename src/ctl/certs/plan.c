/* SPDX-License-Identifier: ISC */
/* plan: lists the managed hosts that are due, in order, with the time of each order. */
#include "ctl/certs/plan.h"

#include <stdlib.h>

#define OFTEN 3 /* failures in a row */

static bool is_usable(const struct inventory_item *item)
{
    return item->loaded && item->covers;
}

static int compare(const void *a, const void *b)
{
    const struct plan_step *left = a;
    const struct plan_step *right = b;
    if (left->waits != right->waits)
        return left->waits ? 1 : -1;
    if (left->late != right->late)
        return left->late ? 1 : -1;
    return due_compare(
        &(struct due_host){left->item->host.text, is_usable(left->item), left->item->not_after},
        &(struct due_host){right->item->host.text, is_usable(right->item), right->item->not_after});
}

static void add(struct plan *plan, const struct inventory_item *item,
                const struct plan_params *params, int64_t now)
{
    bool by_ari = false;
    int64_t due = 0;
    if (is_usable(item))
        due = ari_due_at(params->ari, item->renewal_id, item->not_before, item->not_after, &by_ari);
    if (!item->managed || (due > now && !params->forced))
        return;
    const char *host = item->host.text;
    int64_t end = is_usable(item) ? item->not_after : 0;
    bool waits = !params->forced && pace_next_try(params->pace, host, end, now) > now;
    bool late = pace_failures(params->pace, host) >= OFTEN || pace_is_away(params->pace, host);
    plan->steps[plan->count++] = (struct plan_step){.item = item,
                                                    .due_at = due,
                                                    .not_after = end,
                                                    .by_ari = by_ari,
                                                    .late = late,
                                                    .waits = waits};
    plan->waiting += waits;
}

int plan_make(struct plan *out, const struct plan_params *params, int64_t now, struct error *why)
{
    const struct inventory *inventory = params->inventory;
    *out = (struct plan){.done_at = now};
    out->steps = calloc(inventory->count + 1, sizeof(*out->steps));
    if (out->steps == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < inventory->count; i++)
        add(out, &inventory->items[i], params, now);
    qsort(out->steps, out->count, sizeof(*out->steps), compare);
    for (size_t i = 0; i < out->count; i++) {
        struct plan_step *step = &out->steps[i];
        step->order_at = pace_order_at(params->pace, params->per_hour, now, i);
        int64_t next =
            step->waits ? pace_next_try(params->pace, step->item->host.text, step->not_after, now)
                        : 0;
        if (next > step->order_at)
            step->order_at = next;
        if (step->order_at > out->done_at)
            out->done_at = step->order_at;
    }
    return 0;
}

void plan_free(struct plan *plan)
{
    free(plan->steps);
    *plan = (struct plan){0};
}
