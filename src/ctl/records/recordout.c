/* SPDX-License-Identifier: ISC */
/* recordout: writes records as a zone file, as input of nsupdate, or as JSON. */
#include "ctl/records/recordout.h"

#include <stdio.h>
#include <string.h>

#include "ctl/base/print.h"

#define STRING_MAX 255 /* bytes of one string of a TXT record, RFC 1035 section 3.3 */
#define SEND_EACH  100 /* names in one update, which has 64 kB at most */

static bool is_written(const struct recordset_entry *entry, const struct recordout_order *order)
{
    switch (entry->state) {
    case RECORDSET_UNKNOWN:
    case RECORDSET_WANTED:
        return true;
    case RECORDSET_LIVE:
        return !order->changed;
    case RECORDSET_HELD:
    case RECORDSET_FAILED:
        break;
    }
    return false;
}

/* ---- As text: RFC 1035 section 5.1, which nsupdate reads, too. */

/* In strings of at most 255 bytes, in quotes, with what is special escaped. */
static void put_text(const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (i % STRING_MAX == 0)
            fputs(i == 0 ? "\"" : "\" \"", stdout);
        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (byte >= ' ' && byte <= '~')
            putchar(byte);
        else
            printf("\\%03u", byte);
    }
    fputs("\"\n", stdout);
}

/* head: what stands before name and type. */
static void put_records(const struct recordset *set, const struct recordset_entry *entry,
                        const char *head, const char *class, uint32_t ttl_s)
{
    const struct config_dns *dns = &set->config->dns;
    switch (entry->type) {
    case RECORDSET_TXT:
        printf("%s%s. %u %sTXT ", head, entry->name, ttl_s, class);
        put_text(entry->text);
        break;
    case RECORDSET_CNAME:
        printf("%s%s. %u %sCNAME %s.\n", head, entry->name, ttl_s, class, entry->text);
        break;
    case RECORDSET_ADDRESSES:
        for (size_t i = 0; i < dns->address_count; i++) {
            char text[NETWORK_TEXT_MAX];
            network_address_text(&dns->addresses[i], text);
            printf("%s%s. %u %s%s %s\n", head, entry->name, ttl_s, class,
                   network_address_is_v4(&dns->addresses[i]) ? "A" : "AAAA", text);
        }
        break;
    }
}

static void put_update(const struct recordset *set, const struct recordset_entry *entry,
                       uint32_t ttl_s)
{
    static const char *const types[] = {"CNAME", "TXT", "A", "AAAA"};
    bool is_host = entry->kind == RECORDSET_HOST;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (i == 0 || (i == 1) != is_host)
            printf("update delete %s. %s\n", entry->name, types[i]);
    }
    put_records(set, entry, "update add ", "", ttl_s);
}

static void name_server(const struct recordout_order *order)
{
    const char *at = order->server != NULL ? strchr(order->server, '@') : NULL;
    if (at != NULL)
        printf("server %.*s %s\n", (int)(at - order->server), order->server, at + 1);
    else if (order->server != NULL)
        printf("server %s\n", order->server);
}

/* One update holds names of one zone only: one domain's, unless the zone is known. */
static void put_updates(const struct recordset *set, const struct recordout_order *order)
{
    const struct config_domain *last = NULL;
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct recordset_entry *entry = &set->entries[i];
        if (!is_written(entry, order))
            continue;
        if (last == NULL)
            name_server(order);
        bool ends = order->zone != NULL ? count == SEND_EACH : entry->domain != last;
        if (count > 0 && ends) {
            puts("send");
            count = 0;
        }
        if (count == 0 && order->zone != NULL)
            printf("zone %s\n", order->zone);
        put_update(set, entry, order->ttl_s);
        last = entry->domain;
        count++;
    }
    if (count > 0)
        puts("send");
}

/* ---- As JSON. */

static int append_record(json_t *list, const struct recordset_entry *entry, const char *type,
                         const char *data, uint32_t ttl_s)
{
    json_t *live = entry->state == RECORDSET_UNKNOWN ? json_null()
                                                     : json_boolean(entry->state == RECORDSET_LIVE);
    return json_array_append_new(list,
                                 json_pack("{s:s, s:s, s:s, s:I, s:s, s:o}", "domain",
                                           entry->domain->name, "name", entry->name, "type", type,
                                           "ttl", (json_int_t)ttl_s, "data", data, "live", live));
}

static int append_entry(json_t *list, const struct recordset *set,
                        const struct recordset_entry *entry, uint32_t ttl_s)
{
    const struct config_dns *dns = &set->config->dns;
    int result = 0;
    switch (entry->type) {
    case RECORDSET_TXT:
        return append_record(list, entry, "TXT", entry->text, ttl_s);
    case RECORDSET_CNAME:
        return append_record(list, entry, "CNAME", entry->text, ttl_s);
    case RECORDSET_ADDRESSES:
        for (size_t i = 0; i < dns->address_count && result == 0; i++) {
            char text[NETWORK_TEXT_MAX];
            network_address_text(&dns->addresses[i], text);
            result = append_record(
                list, entry, network_address_is_v4(&dns->addresses[i]) ? "A" : "AAAA", text, ttl_s);
        }
        break;
    }
    return result;
}

static int put_json(const struct recordset *set, const struct recordout_order *order)
{
    json_t *records = json_array();
    json_t *held = json_array();
    int result = 0;
    for (size_t i = 0; i < set->count && result == 0; i++) {
        const struct recordset_entry *entry = &set->entries[i];
        bool is_out = entry->state == RECORDSET_HELD || entry->state == RECORDSET_FAILED;
        if (is_written(entry, order))
            result = append_entry(records, set, entry, order->ttl_s);
        else if (is_out)
            result = json_array_append_new(held, json_pack("{s:s, s:s, s:s?}", "domain",
                                                           entry->domain->name, "name", entry->name,
                                                           "reason", entry->why));
    }
    int written = print_json(json_pack("{s:o, s:o}", "records", records, "held", held));
    return result == 0 ? written : -1;
}

int recordout_write(const struct recordset *set, const struct recordout_order *order)
{
    if (order->format == RECORDOUT_JSON)
        return put_json(set, order);
    if (order->format == RECORDOUT_NSUPDATE)
        put_updates(set, order);
    for (size_t i = 0; i < set->count && order->format == RECORDOUT_ZONE; i++) {
        if (is_written(&set->entries[i], order))
            put_records(set, &set->entries[i], "", "IN ", order->ttl_s);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
