/* SPDX-License-Identifier: ISC */
/* preset: the MX patterns of the large mail providers; pure. */
#include "ctl/generate/preset.h"

#include <stdio.h>
#include <string.h>

#include "common/name/hostname.h"
#include "common/policy/mxmatch.h"

enum { PATTERNS_MAX = 4 };

struct preset {
    const char *name;
    const char *patterns[PATTERNS_MAX];
    const char *zone; /* hosts right below it, or below one label of it, are the provider's, too */
    bool needs_subzone; /* `*.SUB.ZONE`: each host has its own subzone */
};

static const struct preset presets[] = {
    /* Domains with DNSSEC have hosts such as contoso-com.o-v1.mx.microsoft, with another label
     * than o-v1 for some; one pattern for all of them cannot be, as `*` is a single label. */
    {"microsoft365", {"*.mail.protection.outlook.com"}, "mx.microsoft", true},
    /* smtp.google.com is the one host of new customers, the others have aspmx.l.google.com and
     * alt1 to alt4 below it; older ones have aspmx2 to aspmx5.googlemail.com, too. */
    {"google",
     {"smtp.google.com", "aspmx.l.google.com", "*.aspmx.l.google.com"},
     "googlemail.com",
     false},
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

/* Before the MX is switched, DNS cannot show the host that the provider will give. */
static void note_other_zone(struct proposal *proposal, const struct preset *preset)
{
    char pattern[DNSDATA_NAME_MAX + 3];
    for (size_t i = 0; i < proposal->mx_count; i++) {
        if (find_pattern(pattern, preset, proposal->mx[i]))
            return;
    }
    proposal_note(proposal,
                  "neither DNS nor --mx has a host such as contoso-com.o-v1.%s, so this holds for "
                  "%s alone; newer domains get such a host: give the MX that the provider shows "
                  "for the domain with --mx",
                  preset->zone, preset->patterns[0]);
}

int preset_apply(const struct preset *preset, struct proposal *proposal, const struct livemx *mx,
                 struct error *why)
{
    char pattern[DNSDATA_NAME_MAX + 3];
    for (size_t i = 0; i < PATTERNS_MAX && preset->patterns[i] != NULL; i++) {
        if (proposal_add_mx(proposal, preset->patterns[i], why) != 0)
            return -1;
    }
    for (size_t i = 0; i < mx->count; i++) {
        if (find_pattern(pattern, preset, mx->hosts[i]) &&
            proposal_add_mx(proposal, pattern, why) != 0)
            return -1;
    }
    if (preset->needs_subzone)
        note_other_zone(proposal, preset);
    return 0;
}
