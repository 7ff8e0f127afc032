/* SPDX-License-Identifier: ISC */
/* rows_gone: the row about mail hosts that are gone, with their provider or with their domain. */
#include <string.h>

#include "ctl/check/rows_say.h"
#include "ctl/net/registrable.h"

static bool is_gone(const struct facts *facts, const char *domain)
{
    for (size_t i = 0; i < facts->gone_count; i++) {
        if (strcmp(facts->gone[i].domain, domain) == 0)
            return true;
    }
    return false;
}

static void judge_domains(const struct rows_check *check)
{
    const struct facts *facts = check->facts;
    for (size_t i = 0; i < facts->gone_count; i++) {
        const struct gone *gone = &facts->gone[i];
        const struct rows_about about = {
            gone->host, NULL, "remove it from the policy and from the MX records, or correct it"};
        rows_say(
            check, SEVERITY_ERROR, &about,
            "its domain %s is not in DNS; if nobody owns it, anybody may register it, and take "
            "the mail",
            gone->domain);
    }
}

/* Hosts of one provider; and whether it has a host with an address. */
struct provider {
    char domain[DNSDATA_NAME_MAX];
    size_t first, count;
    bool lives;
};

/* Of the MX with this index; count is 0 where it is not the first one of its provider. */
static struct provider find_provider(const struct facts *facts, size_t index)
{
    struct provider out = {.first = index};
    char other[DNSDATA_NAME_MAX];
    if (registrable_domain(out.domain, facts->mx[index].mxhost->host) != 0)
        return out;
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct mxhost *mxhost = facts->mx[i].mxhost;
        if (registrable_domain(other, mxhost->host) != 0 || strcmp(other, out.domain) != 0)
            continue;
        if (i < index)
            return (struct provider){.first = index};
        out.count++;
        out.lives = out.lives || mxhost->outcome != DNS_NO_NAME;
    }
    return out;
}

static void judge_providers(const struct rows_check *check)
{
    const struct facts *facts = check->facts;
    char own[DNSDATA_NAME_MAX] = "";
    size_t living = 0;
    registrable_domain(own, facts->domain);
    for (size_t i = 0; i < facts->mx_count; i++)
        living += facts->mx[i].mxhost->outcome == DNS_FOUND;
    for (size_t i = 0; i < facts->mx_count && living > 0; i++) {
        struct provider provider = find_provider(facts, i);
        const struct rows_about about = {facts->mx[i].mxhost->host, NULL,
                                         "remove its MX records, and its mx from the policy"};
        if (provider.count == 0 || provider.lives || strcmp(provider.domain, own) == 0 ||
            is_gone(facts, provider.domain))
            continue;
        rows_say(
            check, SEVERITY_ERROR, &about,
            "no MX at the provider %s exists any more; if names there can be taken, so can the "
            "mail",
            provider.domain);
    }
}

void rows_judge_x7(struct rows_check *check)
{
    judge_domains(check);
    judge_providers(check);
}
