/* SPDX-License-Identifier: ISC */
/* schedule: writes what a plan holds, in columns or as JSON. */
#include "ctl/certs/schedule.h"

#include <stdio.h>

#include "common/base/moment.h"
#include "ctl/base/print.h"
#include "ctl/base/writer.h"

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
    if (plan->count > 0)
        print_table_add(&table, PRINT_PLAIN, titles);
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_step *step = &plan->steps[i];
        char since[MOMENT_TEXT_MAX] = "-";
        char at[MOMENT_TEXT_MAX] = "now";
        char note[sizeof(struct error) + 64] = "";
        unsigned failures = pace_failures(pace, step->item->host.text);
        if (step->due_at != 0)
            moment_text(step->due_at, since);
        if (step->order_at > now)
            moment_text(step->order_at, at);
        const char *reason = pace_reason(pace, step->item->host.text);
        if (step->waits)
            snprintf(note, sizeof(note), "waits after %u failure%s in a row%s%s", failures,
                     failures == 1 ? "" : "s", reason != NULL ? ": " : "",
                     reason != NULL ? reason : "");
        else if (step->due_at == 0)
            snprintf(note, sizeof(note), "has no usable certificate");
        else
            write_advice(note, sizeof(note), step, ari);
        print_table_add(&table, step->waits ? PRINT_WARNING : PRINT_PLAIN,
                        (const char *[]){step->item->host.text, since, at, note});
    }
    if (print_table_finish(&table) != 0)
        return -1;
    print_line("%zu due, %u orders an hour, %zu in the last hour; %s%s", plan->count, per_hour,
               pace_recent(pace), plan->count > 0 ? "all ordered by " : "nothing to order",
               plan->count > 0 ? moment_text(plan->done_at, date) : "");
    return 0;
}

static void put_step(struct writer *writer, const struct plan_step *step, const struct pace *pace,
                     const struct ari *ari)
{
    const char *host = step->item->host.text;
    writer_start(writer, NULL);
    writer_text(writer, "domain", step->item->domain);
    writer_text(writer, "host", host);
    writer_time(writer, "due_at", step->due_at);
    writer_text(writer, "due_by", step->due_at == 0 ? NULL : step->by_ari ? "ari" : "lifetime");
    ari_put(ari, step->item->renewal_id, writer);
    writer_number(writer, "order_at", step->order_at);
    writer_boolean(writer, "waits", step->waits);
    writer_number(writer, "failures", pace_failures(pace, host));
    writer_text(writer, "reason", pace_reason(pace, host));
    writer_end(writer);
}

static int write_json(const struct plan *plan, const struct pace *pace, const struct ari *ari,
                      unsigned per_hour)
{
    struct writer writer;
    writer_open(&writer, &writer_json, stdout);
    writer_list(&writer, "due");
    for (size_t i = 0; i < plan->count; i++)
        put_step(&writer, &plan->steps[i], pace, ari);
    writer_end(&writer);
    writer_number(&writer, "orders_per_hour", per_hour);
    writer_number(&writer, "orders_last_hour", (int64_t)pace_recent(pace));
    writer_number(&writer, "done_at", plan->done_at);
    return writer_finish(&writer);
}

int schedule_write(const struct plan *plan, const struct pace *pace, const struct ari *ari,
                   unsigned per_hour, bool json, int64_t now)
{
    return json ? write_json(plan, pace, ari, per_hour)
                : write_columns(plan, pace, ari, per_hour, now);
}
