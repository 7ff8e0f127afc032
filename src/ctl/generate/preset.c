/* SPDX-License-Identifier: ISC */
/* preset: the MX patterns of the large mail providers; pure. */
#include "ctl/generate/preset.h"

#include <stdio.h>
#include <string.h>

#include "common/name/hostname.h"
#include "common/policy/mxmatch.h"

enum { PATTERNS_MAX = 4, SUBZONES_MAX = 3 };

struct preset {
    const char *name;
    const char *patterns[PATTERNS_MAX];
    const char *zone; /* hosts right below it, or below one label of it, are the provider's, too */
    bool needs_subzone;                 /* `*.SUB.ZONE`: each host has its own subzone */
    const char *subzones[SUBZONES_MAX]; /* that are known */
};

static const struct preset presets[] = {
    /* Domains with DNSSEC have hosts such as contoso-com.o-v1.mx.microsoft, with another label
     * than o-v1 for some; one pattern for all of them cannot be, as `*` is a single label. */
    {"microsoft365", {"*.mail.protection.outlook.com"}, "mx.microsoft", true, {"o-v1", "h-v1"}},
    /* smtp.google.com is the one host of new customers, the others have aspmx.l.google.com and
     * alt1 to alt4 below it; older ones have aspmx2 to aspmx5.googlemail.com, too. */
    {"google",
     {"smtp.google.com", "aspmx.l.google.com", "*.aspmx.l.google.com"},
     "googlemail.com",
     false,
     {NULL}},
};

const struct preset *preset_find(const char *name)
{
    for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    }
    return NULL;
}

/* The pattern for a live host of the provider's other zone; false where it is none. */
static bool find_pattern(char out[DNSDATA_NAME_MAX + 3], const struct preset *preset,
                         const char *host)
{
    char below[HOSTNAME_MAX + 3];
    snprintf(below, sizeof(below), "*.%s", preset->zone);
    if (!preset->needs_subzone) {
        snprintf(out, DNSDATA_NAME_MAX + 3, "%s", host);
        return mxmatch(below, host);
    }
    const char *dot = strchr(host, '.');
    if (dot == NULL || !mxmatch(below, dot + 1))
        return false;
    snprintf(out, DNSDATA_NAME_MAX + 3, "*%s", dot);
    return true;
}

bool preset_guess(char out[DNSDATA_NAME_MAX], const struct preset *preset, const char *domain,
                  size_t index)
{
    if (index >= SUBZONES_MAX || preset->subzones[index] == NULL || strlen(domain) > HOSTNAME_MAX)
        return false;
    int length = (int)strlen(domain);
    snprintf(out, DNSDATA_NAME_MAX, "%s.%s.%s", domain, preset->subzones[index], preset->zone);
    for (int i = 0; i < length; i++)
        if (out[i] == '.')
            out[i] = '-';
    return true;
}

/* A host of the zone of newer customers, and who says that mail goes there. */
static int add_host(struct proposal *proposal, const struct preset *preset, const char *host,
                    const char *source, size_t *said, struct error *why)
{
    char pattern[DNSDATA_NAME_MAX + 3];
    if (!find_pattern(pattern, preset, host))
        return 0;
    if (preset->needs_subzone && (*said)++ == 0)
        proposal_note(proposal, "below %s, this holds for %.260s, as %s", preset->zone, host,
                      source);
    return proposal_add_mx(proposal, pattern, why);
}

/* Those that --mx gave stand as they are. */
static void note_given(struct proposal *proposal, const struct preset *preset, size_t given,
                       size_t *said)
{
    char pattern[DNSDATA_NAME_MAX + 3];
    for (size_t i = 0; i < given && preset->needs_subzone && *said == 0; i++) {
        if (!find_pattern(pattern, preset, proposal->mx[i]))
            continue;
        proposal_note(proposal, "below %s, this holds for %s, as --mx says", preset->zone,
                      proposal->mx[i]);
        ++*said;
    }
}

int preset_apply(const struct preset *preset, struct proposal *proposal, const struct livemx *mx,
                 const char *guessed, struct error *why)
{
    size_t said = 0;
    note_given(proposal, preset, proposal->mx_count, &said);
    for (size_t i = 0; i < PATTERNS_MAX && preset->patterns[i] != NULL; i++) {
        if (proposal_add_mx(proposal, preset->patterns[i], why) != 0)
            return -1;
    }
    for (size_t i = 0; i < mx->count; i++) {
        if (add_host(proposal, preset, mx->hosts[i], "its MX record says", &said, why) != 0)
            return -1;
    }
    if (guessed != NULL &&
        add_host(proposal, preset, guessed, "that host is in the provider's DNS", &said, why) != 0)
        return -1;
    /* Before the MX is switched, its record cannot show the host that the provider will give. */
    if (preset->needs_subzone && said == 0)
        proposal_note(proposal,
                      "neither DNS nor --mx has a host such as contoso-com.o-v1.%s, so this holds "
                      "for %s alone; newer domains get such a host: give the MX that the provider "
                      "shows for the domain with --mx",
                      preset->zone, preset->patterns[0]);
    return 0;
}
