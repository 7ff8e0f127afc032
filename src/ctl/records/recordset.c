/* SPDX-License-Identifier: ISC */
/* recordset: lists the DNS records that a configuration wants published; pure. */
#include "ctl/records/recordset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/moment.h"
#include "common/base/span.h"
#include "common/config/pattern.h"
#include "common/name/hostname.h"
#include "common/policy/policyid.h"
#include "ctl/net/txtrecord.h"

enum { EACH_MAX = 3, REPORTS_MAX = 4096 };

/* A list in the making; whatever fails, the first reason stays. */
struct maker {
    struct recordset *out;
    const struct recordset_params *params;
    const char *reports; /* the TLSRPT record; NULL: none */
    struct error *why;
};

static const char *copy(struct maker *maker, const char *text)
{
    const char *kept = arena_copy(&maker->out->arena, text, strlen(text));
    if (kept == NULL)
        error_set(maker->why, "out of memory");
    return kept;
}

static int add(struct maker *maker, const struct config_domain *domain, enum recordset_kind kind,
               enum recordset_type type, const char *name, const char *text)
{
    if (strlen(name) > HOSTNAME_MAX)
        return error_set(maker->why,
                         "%.260s is longer than the %d characters of a DNS name; shorten "
                         "target in [dns]",
                         name, HOSTNAME_MAX);
    struct recordset_entry entry = {
        .domain = domain, .kind = kind, .type = type, .name = copy(maker, name), .text = text};
    if (entry.name == NULL)
        return -1;
    maker->out->entries[maker->out->count++] = entry;
    return 0;
}

/* "prefix.domain" */
static int add_at(struct maker *maker, const struct config_domain *domain, enum recordset_kind kind,
                  enum recordset_type type, const char *prefix, const char *text)
{
    char name[2 * HOSTNAME_MAX];
    snprintf(name, sizeof(name), "%s.%s", prefix, domain->name);
    return add(maker, domain, kind, type, name, text);
}

static int make_id(struct maker *maker, const struct config_domain *domain,
                   char id[TXTRECORD_ID_MAX + 1])
{
    if (maker->params->time_id == 0)
        return policyid_make(id, domain->policy->bytes, domain->policy->length, maker->why);
    if (moment_stamp(maker->params->time_id, id)[0] == '\0')
        return error_set(maker->why, "the clock is wrong");
    return 0;
}

static const char *policy_text(struct maker *maker, const struct config_domain *domain)
{
    char id[TXTRECORD_ID_MAX + 1];
    char text[TXTRECORD_STS_MAX];
    if (make_id(maker, domain, id) != 0)
        return NULL;
    txtrecord_write_sts(text, id);
    return copy(maker, text);
}

/* Where the domain's `_mta-sts` leads to. */
static int target_name(struct maker *maker, const struct config_domain *domain, char out[1024])
{
    if (pattern_expand(out, 1024, maker->params->config->dns.target, domain->name) == 0)
        return 0;
    return error_set(maker->why, "target in [dns] becomes too long for %s; shorten it",
                     domain->name);
}

static int add_provider_entry(struct maker *maker, const struct config_domain *domain)
{
    char name[1024];
    const char *text = policy_text(maker, domain);
    if (text == NULL || target_name(maker, domain, name) != 0)
        return -1;
    return add(maker, domain, RECORDSET_POLICY, RECORDSET_TXT, name, text);
}

static int add_policy_entry(struct maker *maker, const struct config_domain *domain)
{
    char name[1024];
    bool is_alias = maker->params->config->dns.target != NULL;
    if (is_alias && target_name(maker, domain, name) != 0)
        return -1;
    const char *text = is_alias ? copy(maker, name) : policy_text(maker, domain);
    if (text == NULL)
        return -1;
    return add_at(maker, domain, RECORDSET_POLICY, is_alias ? RECORDSET_CNAME : RECORDSET_TXT,
                  "_mta-sts", text);
}

static int add_entries(struct maker *maker, const struct config_domain *domain)
{
    const struct config_dns *dns = &maker->params->config->dns;
    int result = 0;
    if (maker->params->provider)
        return domain->records_off ? 0 : add_provider_entry(maker, domain);
    /* In the order in which they may be published: the host first. */
    if (dns->address_count > 0)
        result = add_at(maker, domain, RECORDSET_HOST, RECORDSET_ADDRESSES, "mta-sts", NULL);
    else if (dns->cname != NULL)
        result = add_at(maker, domain, RECORDSET_HOST, RECORDSET_CNAME, "mta-sts", dns->cname);
    if (result == 0 && maker->reports != NULL)
        result =
            add_at(maker, domain, RECORDSET_REPORTS, RECORDSET_TXT, "_smtp._tls", maker->reports);
    if (result != 0 || domain->records_off)
        return result;
    return add_policy_entry(maker, domain);
}

static void keep_error(void *context, const struct finding *finding)
{
    struct error *why = context;
    if (finding->severity == SEVERITY_ERROR)
        error_set(why, "[dns] rua: %s; %s", finding->problem, finding->advice);
}

static int make_reports(struct maker *maker)
{
    const struct config_dns *dns = &maker->params->config->dns;
    char text[REPORTS_MAX];
    struct txtrecord_tlsrpt read;
    if (dns->rua_count == 0)
        return 0;
    size_t length = txtrecord_write_tlsrpt(text, sizeof(text), dns->rua, dns->rua_count);
    if (length == 0)
        return error_set(maker->why,
                         "[dns] rua is longer than %d bytes; write fewer or shorter "
                         "addresses",
                         REPORTS_MAX);
    const struct span record = {text, length};
    if (!txtrecord_judge_tlsrpt(&read, &record, 1, keep_error, maker->why))
        return -1;
    maker->reports = copy(maker, text);
    return maker->reports != NULL ? 0 : -1;
}

int recordset_make(struct recordset *out, const struct recordset_params *params, struct error *why)
{
    const struct config *config = params->config;
    struct maker maker = {.out = out, .params = params, .why = why};
    *out = (struct recordset){.config = config};
    out->entries = calloc(EACH_MAX * config->domain_count + 1, sizeof(*out->entries));
    if (out->entries == NULL)
        return error_set(why, "out of memory");
    if (make_reports(&maker) != 0)
        return -1;
    for (size_t i = 0; i < config->domain_count; i++) {
        const struct config_domain *domain = &config->domains[i];
        if (domain->broken || (params->only != NULL && strcmp(params->only, domain->name) != 0))
            continue;
        if (add_entries(&maker, domain) != 0)
            return -1;
    }
    return 0;
}

void recordset_free(struct recordset *set)
{
    for (size_t i = 0; i < set->count; i++)
        free(set->entries[i].why);
    free(set->entries);
    arena_free(&set->arena);
    *set = (struct recordset){0};
}
