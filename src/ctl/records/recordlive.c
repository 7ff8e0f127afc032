/* SPDX-License-Identifier: ISC */
/* recordlive: compares the wanted records with DNS, and holds back those that must not change yet.
 */
#include "ctl/records/recordlive.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl/base/jobs.h"
#include "ctl/base/progress.h"
#include "ctl/records/served.h"

enum { AT_ONCE = 32 };

struct work {
    struct recordset *set;
    const struct recordlive_params *params;
};

static void settle(struct recordset_entry *entry, enum recordset_state state, const char *why)
{
    entry->state = state;
    entry->why = strdup(why); /* without memory, the state alone must do */
}

/* ---- Whether DNS has what is wanted. */

static bool is_text(const struct dns_record *record, const char *wanted)
{
    char *text;
    size_t length;
    bool same = dnsdata_txt(&text, &length, record->bytes, record->length) == 0 &&
                length == strlen(wanted) && memcmp(text, wanted, length) == 0;
    free(text);
    return same;
}

static bool is_name(const struct dns_record *record, const char *wanted)
{
    char name[DNSDATA_NAME_MAX];
    return dnsdata_name(name, record->bytes, record->length) == 0 && strcasecmp(name, wanted) == 0;
}

/* IPv4 addresses are kept mapped; of those, the last four bytes are the record's. */
static bool has_address(const struct dns_answer *answer, const struct network_address *address)
{
    size_t skipped = network_address_is_v4(address) ? 12 : 0;
    for (size_t i = 0; i < answer->count; i++) {
        if (answer->records[i].length == 16 - skipped &&
            memcmp(answer->records[i].bytes, address->bytes + skipped, 16 - skipped) == 0)
            return true;
    }
    return false;
}

static bool has_addresses(const struct dns_answer *answer, const struct config_dns *wanted, bool v4)
{
    size_t count = 0;
    for (size_t i = 0; i < wanted->address_count; i++) {
        if (network_address_is_v4(&wanted->addresses[i]) != v4)
            continue;
        count++;
        if (!has_address(answer, &wanted->addresses[i]))
            return false;
    }
    return answer->count == count;
}

static bool has_all(const struct dns_answer *answer, const struct recordset_entry *entry,
                    const struct config_dns *wanted, enum dns_type type)
{
    if (type != DNS_CNAME && answer->canonical[0] != '\0')
        return false;
    switch (entry->type) {
    case RECORDSET_TXT:
        return answer->count == 1 && is_text(&answer->records[0], entry->text);
    case RECORDSET_CNAME:
        return answer->count == 1 && is_name(&answer->records[0], entry->text);
    case RECORDSET_ADDRESSES:
        return has_addresses(answer, wanted, type == DNS_A);
    }
    return false;
}

static bool is_known(const struct dns_answer *answer)
{
    return answer->outcome != DNS_FAILED && answer->outcome != DNS_BOGUS;
}

/* An alias that leads nowhere fails like a server that is not there. */
static bool is_alias(const struct work *work, const char *name)
{
    struct dns_answer answer;
    dns_lookup(work->params->dns, name, DNS_CNAME, &answer);
    bool found = answer.outcome == DNS_FOUND;
    dns_free(&answer);
    return found;
}

/* Returns whether DNS could be asked; *is_live is cleared where it has something else. */
static bool compare(const struct work *work, struct recordset_entry *entry, enum dns_type type,
                    bool *is_live)
{
    struct dns_answer answer;
    dns_lookup(work->params->dns, entry->name, type, &answer);
    bool known = is_known(&answer) || (type != DNS_CNAME && is_alias(work, entry->name));
    if (known)
        *is_live = *is_live && has_all(&answer, entry, &work->set->config->dns, type);
    else
        settle(entry, RECORDSET_FAILED, answer.why.text);
    dns_free(&answer);
    return known;
}

static bool compare_all(const struct work *work, struct recordset_entry *entry)
{
    static const enum dns_type types[][2] = {
        [RECORDSET_TXT] = {DNS_TXT},
        [RECORDSET_CNAME] = {DNS_CNAME},
        [RECORDSET_ADDRESSES] = {DNS_A, DNS_AAAA},
    };
    bool is_live = true;
    for (size_t i = 0; i < 2 && types[entry->type][i] != 0; i++) {
        if (!compare(work, entry, types[entry->type][i], &is_live))
            return false;
    }
    entry->state = is_live ? RECORDSET_LIVE : RECORDSET_WANTED;
    return true;
}

/* ---- Whether it may change. */

static void hold_unless_served(const struct work *work, struct recordset_entry *entry)
{
    const struct recordlive_params *how = work->params;
    const struct config_dns *dns = &work->set->config->dns;
    struct error why;
    const struct served_params params = {
        .dns = how->dns,
        .trust = how->trust,
        .domain = entry->domain->name,
        .addresses = dns->addresses,
        .address_count = dns->address_count,
        .port = how->port,
        .policy = entry->domain->policy,
        .reach = how->reach,
    };
    if (served_everywhere(&params, &why) != 0)
        settle(entry, RECORDSET_HELD, why.text);
}

static void judge_entry(const struct work *work, struct recordset_entry *entry)
{
    bool may_be_held = entry->kind == RECORDSET_POLICY && !work->params->forced;
    if (!work->params->compares && !may_be_held)
        return;
    if (compare_all(work, entry) && entry->state != RECORDSET_LIVE && may_be_held)
        hold_unless_served(work, entry);
}

static void judge(void *context, size_t index)
{
    const struct work *work = context;
    judge_entry(work, &work->set->entries[index]);
    progress_step();
}

int recordlive_judge(struct recordset *set, const struct recordlive_params *params,
                     struct error *why)
{
    struct work work = {set, params};
    progress_begin("compared", set->count);
    int result = jobs_run(set->count, AT_ONCE, judge, &work, why);
    progress_end();
    return result;
}
