/* SPDX-License-Identifier: ISC */
/* recordout: writes records as a zone file, as input of nsupdate, or as JSON. */
#include "ctl/records/recordout.h"

#include <stdio.h>
#include <string.h>

#include "ctl/base/writer.h"

#define STRING_MAX 255 /* bytes of one string of a TXT record, RFC 1035 section 3.3 */
#define SEND_EACH  100 /* names in one update, which has 64 kB at most */

bool recordout_is_written(const struct recordset_entry *entry,
                          const struct recordout_params *params)
{
    switch (entry->state) {
    case RECORDSET_UNKNOWN:
    case RECORDSET_WANTED:
        return true;
    case RECORDSET_LIVE:
        return !params->changed;
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

/* head: what to write before name and type. */
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

static void name_server(const struct recordout_params *params)
{
    const char *at = params->server != NULL ? strchr(params->server, '@') : NULL;
    if (at != NULL)
        printf("server %.*s %s\n", (int)(at - params->server), params->server, at + 1);
    else if (params->server != NULL)
        printf("server %s\n", params->server);
}

/* One update holds names of one zone only: one domain's, unless the zone is known. */
static void put_updates(const struct recordset *set, const struct recordout_params *params)
{
    const struct config_domain *last = NULL;
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct recordset_entry *entry = &set->entries[i];
        if (!recordout_is_written(entry, params))
            continue;
        if (last == NULL)
            name_server(params);
        bool ends = params->zone != NULL ? count == SEND_EACH : entry->domain != last;
        if (count > 0 && ends) {
            puts("send");
            count = 0;
        }
        if (count == 0 && params->zone != NULL)
            printf("zone %s\n", params->zone);
        put_update(set, entry, params->ttl_s);
        last = entry->domain;
        count++;
    }
    if (count > 0)
        puts("send");
}

/* ---- As JSON. */

static void put_record(struct writer *writer, const struct recordset_entry *entry, const char *type,
                       const char *data, uint32_t ttl_s)
{
    writer_start(writer, NULL);
    writer_text(writer, "domain", entry->domain->name);
    writer_text(writer, "name", entry->name);
    writer_text(writer, "type", type);
    writer_number(writer, "ttl", ttl_s);
    writer_text(writer, "data", data);
    if (entry->state == RECORDSET_UNKNOWN)
        writer_null(writer, "live");
    else
        writer_boolean(writer, "live", entry->state == RECORDSET_LIVE);
    writer_end(writer);
}

static void put_entry(struct writer *writer, const struct recordset *set,
                      const struct recordset_entry *entry, uint32_t ttl_s)
{
    const struct config_dns *dns = &set->config->dns;
    switch (entry->type) {
    case RECORDSET_TXT:
        put_record(writer, entry, "TXT", entry->text, ttl_s);
        break;
    case RECORDSET_CNAME:
        put_record(writer, entry, "CNAME", entry->text, ttl_s);
        break;
    case RECORDSET_ADDRESSES:
        for (size_t i = 0; i < dns->address_count; i++) {
            char text[NETWORK_TEXT_MAX];
            network_address_text(&dns->addresses[i], text);
            put_record(writer, entry, network_address_is_v4(&dns->addresses[i]) ? "A" : "AAAA",
                       text, ttl_s);
        }
        break;
    }
}

static int put_json(const struct recordset *set, const struct recordout_params *params)
{
    struct writer writer;
    writer_open(&writer, &writer_json, stdout);
    writer_list(&writer, "records");
    for (size_t i = 0; i < set->count; i++) {
        if (recordout_is_written(&set->entries[i], params))
            put_entry(&writer, set, &set->entries[i], params->ttl_s);
    }
    writer_end(&writer);
    writer_list(&writer, "held");
    for (size_t i = 0; i < set->count; i++) {
        const struct recordset_entry *entry = &set->entries[i];
        if (entry->state != RECORDSET_HELD && entry->state != RECORDSET_FAILED)
            continue;
        writer_start(&writer, NULL);
        writer_text(&writer, "domain", entry->domain->name);
        writer_text(&writer, "name", entry->name);
        writer_text(&writer, "reason", entry->why);
        writer_end(&writer);
    }
    writer_end(&writer);
    return writer_finish(&writer);
}

int recordout_write(const struct recordset *set, const struct recordout_params *params)
{
    if (params->format == RECORDOUT_JSON)
        return put_json(set, params);
    if (params->format == RECORDOUT_NSUPDATE)
        put_updates(set, params);
    for (size_t i = 0; i < set->count && params->format == RECORDOUT_ZONE; i++) {
        if (recordout_is_written(&set->entries[i], params))
            put_records(set, &set->entries[i], "", "IN ", params->ttl_s);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
}
