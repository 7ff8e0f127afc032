/* SPDX-License-Identifier: ISC */
/* listing: writes what an inventory holds, in columns or as JSON. */
#include "ctl/certs/listing.h"

#include <stdio.h>

#include "common/base/moment.h"
#include "ctl/base/print.h"

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
    int result = print_table_add(&table, PRINT_PLAIN, titles);
    for (size_t i = 0; i < inventory->count && result == 0; i++) {
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
        result =
            print_table_add(&table, tone_of(item->health),
                            (const char *[]){item->host.text, span, item->loaded ? item->key : "-",
                                             item->loaded ? item->issuer : "-",
                                             !item->loaded  ? "-"
                                             : item->covers ? "yes"
                                                            : "no",
                                             item->managed ? "yes" : "no", due, finding});
    }
    if (result == 0)
        print_table_write(&table);
    print_table_free(&table);
    return result;
}

static int add_due(json_t *out, const struct inventory_item *item, const struct ari *ari)
{
    bool by_ari;
    json_int_t due = ari_due_at(ari, item->renewal_id, item->not_before, item->not_after, &by_ari);
    json_t *more = json_pack("{s:I, s:s, s:o}", "due_at", due, "due_by",
                             by_ari ? "ari" : "lifetime", "ari", ari_json(ari, item->renewal_id));
    int result = more == NULL ? -1 : json_object_update(out, more);
    json_decref(more);
    return result;
}

static json_t *item_json(const struct inventory_item *item, const struct ari *ari, int64_t now)
{
    json_t *finding = item->finding != NULL ? print_path_json(item->finding) : json_null();
    json_t *out =
        json_pack("{s:s, s:s, s:o, s:b, s:s, s:o}", "domain", item->domain, "host", item->host.text,
                  "file", print_path_json(item->path), "managed", (int)item->managed, "health",
                  health_name(item->health), "finding", finding);
    if (out == NULL || !item->loaded)
        return out;
    json_int_t left = item->not_after - now;
    json_t *more =
        json_pack("{s:s, s:s, s:b, s:I, s:I, s:I}", "issuer", item->issuer, "key", item->key,
                  "covers", (int)item->covers, "not_before", (json_int_t)item->not_before,
                  "not_after", (json_int_t)item->not_after, "seconds_left", left);
    int result = more == NULL ? -1 : json_object_update(out, more);
    json_decref(more);
    if (result == 0 && item->managed)
        result = add_due(out, item, ari);
    if (result == 0)
        return out;
    json_decref(out);
    return NULL;
}

static int write_json(const struct inventory *inventory, const struct ari *ari, int64_t now)
{
    json_t *list = json_array();
    for (size_t i = 0; i < inventory->count && list != NULL; i++) {
        if (json_array_append_new(list, item_json(&inventory->items[i], ari, now)) == 0)
            continue;
        json_decref(list);
        list = NULL;
    }
    return print_json(json_pack("{s:o, s:I, s:I}", "certificates", list, "errors",
                                (json_int_t)inventory->errors, "warnings",
                                (json_int_t)inventory->warnings));
}

int listing_write(const struct inventory *inventory, const struct ari *ari, bool json, int64_t now)
{
    return json ? write_json(inventory, ari, now) : write_columns(inventory, ari, now);
}
