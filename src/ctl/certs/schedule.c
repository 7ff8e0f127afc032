/* SPDX-License-Identifier: ISC */
/* schedule: writes what a plan holds, in columns or as JSON. */
#include "ctl/certs/schedule.h"

#include <stdio.h>

#include "common/base/moment.h"
#include "common/base/printable.h"
#include "ctl/base/print.h"

/* What the CA said of the certificate's renewal, or that it could not be asked. */
static void write_advice(char *out, size_t size, const struct plan_step *step,
                         const struct ari *ari)
{
    struct ari_entry entry;
    ari_find(ari, step->item->renewal_id, &entry);
    if (step->by_ari)
        snprintf(out, size, "due by ARI%s%s", entry.window.explanation[0] != '\0' ? ": " : "",
                 entry.window.explanation);
    else if (entry.failure != NULL)
        snprintf(out, size, "due by its lifetime, since ARI could not be asked");
}

static int write_columns(const struct plan *plan, const struct pace *pace, const struct ari *ari,
                         unsigned per_hour, int64_t now)
{
    static const char *const titles[] = {"HOST", "DUE SINCE", "ORDERED AT", "NOTE"};
    struct print_table table = {.columns = 4};
    char date[MOMENT_TEXT_MAX];
    int result = plan->count > 0 ? print_table_add(&table, PRINT_PLAIN, titles) : 0;
    for (size_t i = 0; i < plan->count && result == 0; i++) {
        const struct plan_step *step = &plan->steps[i];
        char since[MOMENT_TEXT_MAX] = "-";
        char order[MOMENT_TEXT_MAX] = "now";
        char note[sizeof(struct error) + 64] = "";
        unsigned failures = pace_failures(pace, step->item->host.text);
        if (step->due_at != 0)
            moment_text(step->due_at, since);
        if (step->order_at > now)
            moment_text(step->order_at, order);
        const char *reason = pace_reason(pace, step->item->host.text);
        if (step->waits)
            snprintf(note, sizeof(note), "waits after %u failure%s in a row%s%s", failures,
                     failures == 1 ? "" : "s", reason != NULL ? ": " : "",
                     reason != NULL ? reason : "");
        else if (step->due_at == 0)
            snprintf(note, sizeof(note), "has no certificate that can be used");
        else
            write_advice(note, sizeof(note), step, ari);
        result = print_table_add(&table, step->waits ? PRINT_WARNING : PRINT_PLAIN,
                                 (const char *[]){step->item->host.text, since, order, note});
    }
    if (result == 0)
        print_table_write(&table);
    print_table_free(&table);
    if (result != 0)
        return -1;
    printable_say(stdout, "%zu due, %u orders an hour, %zu in the last hour; %s%s", plan->count,
                  per_hour, pace_recent(pace),
                  plan->count > 0 ? "all ordered by " : "nothing to order",
                  plan->count > 0 ? moment_text(plan->done_at, date) : "");
    return 0;
}

static json_t *step_json(const struct plan_step *step, const struct pace *pace,
                         const struct ari *ari)
{
    json_t *due = step->due_at != 0 ? json_integer((json_int_t)step->due_at) : json_null();
    const char *by = step->due_at == 0 ? NULL : step->by_ari ? "ari" : "lifetime";
    const char *reason = pace_reason(pace, step->item->host.text);
    return json_pack("{s:s, s:s, s:o, s:s?, s:o, s:I, s:b, s:i, s:s?}", "domain",
                     step->item->domain, "host", step->item->host.text, "due_at", due, "due_by", by,
                     "ari", ari_json(ari, step->item->renewal_id), "order_at",
                     (json_int_t)step->order_at, "waits", (int)step->waits, "failures",
                     (int)pace_failures(pace, step->item->host.text), "reason", reason);
}

static int write_json(const struct plan *plan, const struct pace *pace, const struct ari *ari,
                      unsigned per_hour)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < plan->count && steps != NULL; i++) {
        if (json_array_append_new(steps, step_json(&plan->steps[i], pace, ari)) == 0)
            continue;
        json_decref(steps);
        steps = NULL;
    }
    return print_json(json_pack("{s:o, s:i, s:I, s:I}", "due", steps, "orders_per_hour",
                                (int)per_hour, "orders_last_hour", (json_int_t)pace_recent(pace),
                                "done_at", (json_int_t)plan->done_at));
}

int schedule_write(const struct plan *plan, const struct pace *pace, const struct ari *ari,
                   unsigned per_hour, bool json, int64_t now)
{
    return json ? write_json(plan, pace, ari, per_hour)
                : write_columns(plan, pace, ari, per_hour, now);
}
