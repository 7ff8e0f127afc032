/* SPDX-License-Identifier: ISC */
/* listing: writes what an inventory holds, in columns or as JSON. */
#include "ctl/certs/listing.h"

#include <stdio.h>

#include "common/base/moment.h"
#include "ctl/base/print.h"
#include "ctl/base/writer.h"

#define SHOWN_MAX 1100 /* bytes of a sentence shown in a column */

static const char *health_name(enum due_health health)
{
    switch (health) {
    case DUE_FINE:
        return "fine";
    case DUE_WARNING:
        return "warning";
    case DUE_ERROR:
        return "error";
    }
    return "";
}

static enum print_tone tone_of(enum due_health health)
{
    switch (health) {
    case DUE_FINE:
        return PRINT_PLAIN;
    case DUE_WARNING:
        return PRINT_WARNING;
    case DUE_ERROR:
        return PRINT_ERROR;
    }
    return PRINT_PLAIN;
}

/* When a managed certificate is due, and who says so. */
static void write_due(char *out, size_t size, const struct inventory_item *item,
                      const struct ari *ari, int64_t now)
{
    bool by_ari;
    char span[MOMENT_TEXT_MAX];
    int64_t due = ari_due_at(ari, item->renewal_id, item->not_before, item->not_after, &by_ari);
    if (!item->managed || !item->loaded)
        snprintf(out, size, "-");
    else if (!item->covers || due <= now)
        snprintf(out, size, "now%s", by_ari ? " by ARI" : "");
    else
        snprintf(out, size, "in %s%s", moment_span(due - now, span), by_ari ? " by ARI" : "");
}

static int write_columns(const struct inventory *inventory, const struct ari *ari, int64_t now)
{
    static const char *const titles[] = {"HOST",   "LEFT",    "KEY", "ISSUER",
                                         "COVERS", "MANAGED", "DUE", "FINDING"};
    struct print_table table = {.columns = 8};
    print_table_add(&table, PRINT_PLAIN, titles);
    for (size_t i = 0; i < inventory->count; i++) {
        const struct inventory_item *item = &inventory->items[i];
        char span[MOMENT_TEXT_MAX] = "-";
        char due[MOMENT_TEXT_MAX + 16];
        char finding[SHOWN_MAX] = "";
        write_due(due, sizeof(due), item, ari, now);
        if (item->loaded && item->not_after > now)
            moment_span(item->not_after - now, span);
        else if (item->loaded)
            snprintf(span, sizeof(span), "expired");
        if (item->finding != NULL)
            snprintf(finding, sizeof(finding), "%s: %s", health_name(item->health), item->finding);
        print_table_add(&table, tone_of(item->health),
                        (const char *[]){item->host.text, span, item->loaded ? item->key : "-",
                                         item->loaded ? item->issuer : "-",
                                         !item->loaded  ? "-"
                                         : item->covers ? "yes"
                                                        : "no",
                                         item->managed ? "yes" : "no", due, finding});
    }
    return print_table_finish(&table);
}

static void put_loaded(struct writer *writer, const struct inventory_item *item,
                       const struct ari *ari, int64_t now)
{
    bool by_ari;
    writer_text(writer, "issuer", item->issuer);
    writer_text(writer, "key", item->key);
    writer_boolean(writer, "covers", item->covers);
    writer_number(writer, "not_before", item->not_before);
    writer_number(writer, "not_after", item->not_after);
    writer_number(writer, "seconds_left", item->not_after - now);
    if (!item->managed)
        return;
    writer_number(writer, "due_at",
                  ari_due_at(ari, item->renewal_id, item->not_before, item->not_after, &by_ari));
    writer_text(writer, "due_by", by_ari ? "ari" : "lifetime");
    ari_put(ari, item->renewal_id, writer);
}

static void put_item(struct writer *writer, const struct inventory_item *item,
                     const struct ari *ari, int64_t now)
{
    writer_start(writer, NULL);
    writer_text(writer, "domain", item->domain);
    writer_text(writer, "host", item->host.text);
    writer_text(writer, "file", item->path);
    writer_boolean(writer, "managed", item->managed);
    writer_text(writer, "health", health_name(item->health));
    writer_text(writer, "finding", item->finding);
    if (item->loaded)
        put_loaded(writer, item, ari, now);
    writer_end(writer);
}

static int write_json(const struct inventory *inventory, const struct ari *ari, int64_t now)
{
    struct writer writer;
    writer_open(&writer, &writer_json, stdout);
    writer_list(&writer, "certificates");
    for (size_t i = 0; i < inventory->count; i++)
        put_item(&writer, &inventory->items[i], ari, now);
    writer_end(&writer);
    writer_number(&writer, "errors", (int64_t)inventory->errors);
    writer_number(&writer, "warnings", (int64_t)inventory->warnings);
    return writer_finish(&writer);
}

int listing_write(const struct inventory *inventory, const struct ari *ari, bool json, int64_t now)
{
    return json ? write_json(inventory, ari, now) : write_columns(inventory, ari, now);
}
