/* SPDX-License-Identifier: ISC */
/* report_mx: which entries of a report are about an MX host, and of which domain. */
#include "ctl/tlsrpt/report_mx.h"

#include <string.h>

#include "ctl/tlsrpt/report_used.h"

#define ENTRIES_MAX 100 /* of a report that is looked at: each is compared with each */

/* "mx.example.com" is below "example.com". */
static bool is_below(const char *name, const char *domain)
{
    size_t length = strlen(name);
    size_t domain_length = strlen(domain);
    return domain_length > 0 && length > domain_length + 1 &&
           name[length - domain_length - 1] == '.' &&
           strcmp(name + length - domain_length, domain) == 0;
}

static bool has_sts(const struct report *report, const char *domain)
{
    for (size_t i = 0; i < report->count; i++) {
        if (report->policies[i].kind == REPORT_STS &&
            strcmp(report->policies[i].domain, domain) == 0)
            return true;
    }
    return false;
}

/* Whether the domain's entry names the host as one of its MX hosts. */
static bool names_host(const struct report_policy *entry, const char *host)
{
    if (entry->kind == REPORT_STS && report_covers(entry, host))
        return true;
    for (size_t i = 0; i < entry->count; i++) {
        if (strcmp(entry->details[i].mx, host) == 0)
            return true;
    }
    return false;
}

/* Entries of their own for hosts: a tlsa entry below a domain that has an sts entry. */
static bool lists_hosts(const struct report *report, const char *domain)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct report_policy *entry = &report->policies[i];
        if (entry->kind == REPORT_TLSA && is_below(entry->domain, domain))
            return true;
    }
    return false;
}

static bool is_mx_of(const struct report *report, const struct report_policy *entry,
                     const struct report_policy *owner)
{
    const char *domain = owner->domain;
    if (domain[0] == '\0' || strcmp(domain, entry->domain) == 0)
        return false;
    if (names_host(owner, entry->domain))
        return true;
    return owner->kind == REPORT_STS && is_below(entry->domain, domain) &&
           lists_hosts(report, domain);
}

static bool may_be_host(const struct report *report, const struct report_policy *entry)
{
    return report->count <= ENTRIES_MAX &&
           (entry->kind == REPORT_TLSA || entry->kind == REPORT_NO_POLICY) &&
           entry->domain[0] != '\0' && !has_sts(report, entry->domain);
}

bool report_is_mx_of(const struct report *report, const struct report_policy *entry,
                     const char *domain)
{
    if (!may_be_host(report, entry))
        return false;
    for (size_t i = 0; i < report->count; i++) {
        if (strcmp(report->policies[i].domain, domain) == 0 &&
            is_mx_of(report, entry, &report->policies[i]))
            return true;
    }
    return false;
}

static const char *owner_of(const struct report *report, const struct report_policy *entry)
{
    for (size_t i = 0; may_be_host(report, entry) && i < report->count; i++) {
        if (is_mx_of(report, entry, &report->policies[i]))
            return report->policies[i].domain;
    }
    return "";
}

void report_find_mx_hosts(struct report *report)
{
    for (size_t i = 0; i < report->count; i++)
        report->policies[i].mx_of = owner_of(report, &report->policies[i]);
}
