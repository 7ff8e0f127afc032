/* SPDX-License-Identifier: ISC */
/* propose: makes a policy for a domain from the command line, DNS and the policy host. */
#include "ctl/generate/propose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/policy/mxmatch.h"
#include "ctl/generate/livepolicy.h"
#include "ctl/net/mxname.h"

bool propose_asks(const struct propose_params *params)
{
    bool wanted = params->from_dns || params->from_live || params->preset != NULL;
    return wanted && !params->offline;
}

/* `*.example.net` for mail.example.net; a host of two labels stays as it is. */
static void widen(char out[DNSDATA_NAME_MAX + 3], const char *host)
{
    const char *dot = strchr(host, '.');
    if (dot != NULL && strchr(dot + 1, '.') != NULL)
        snprintf(out, DNSDATA_NAME_MAX + 3, "*%s", dot);
    else
        snprintf(out, DNSDATA_NAME_MAX + 3, "%s", host);
}

static int add_hosts(struct proposal *proposal, const struct livemx *mx, bool wildcards)
{
    struct error why;
    char pattern[DNSDATA_NAME_MAX + 3];
    if (mx->null)
        return proposal_fail(proposal, "it takes no mail (RFC 7505), so a policy has no use");
    if (mx->implicit)
        proposal_note(proposal, "there is no MX record, so mail goes to the domain itself");
    for (size_t i = 0; i < mx->count; i++) {
        snprintf(pattern, sizeof(pattern), "%s", mx->hosts[i]);
        if (wildcards)
            widen(pattern, mx->hosts[i]);
        if (proposal_add_mx(proposal, pattern, &why) != 0)
            return proposal_fail(proposal, "an MX record names no mail host: %s", why.text);
    }
    return 0;
}

/* Asks DNS for a host that the provider has for the domain, before the MX is switched to it. */
static int apply_preset(struct proposal *proposal, const struct propose_params *params,
                        const struct livemx *mx, struct error *why)
{
    char host[DNSDATA_NAME_MAX];
    bool found = false;
    for (size_t i = 0;
         !params->offline && !found && preset_guess(host, params->preset, proposal->domain, i);
         i++) {
        struct network_address *addresses;
        size_t count;
        found = dns_addresses(params->net->dns, host, &addresses, &count, NULL) == DNS_FOUND;
        free(addresses);
    }
    return preset_apply(params->preset, proposal, mx, found ? host : NULL, why);
}

static int add_patterns(struct proposal *proposal, const struct propose_params *params,
                        const struct livemx *mx)
{
    struct error why;
    for (size_t i = 0; i < params->mx_count; i++) {
        if (proposal_add_mx(proposal, params->mx[i], &why) != 0)
            return proposal_fail(proposal, "%s", why.text);
    }
    if (params->preset != NULL && apply_preset(proposal, params, mx, &why) != 0)
        return proposal_fail(proposal, "%s", why.text);
    return params->from_dns ? add_hosts(proposal, mx, params->wildcards) : 0;
}

/* An MX that no pattern matches would get no mail once the mode is enforce. */
static void note_unmatched(struct proposal *proposal, const struct livemx *mx)
{
    for (size_t i = 0; i < mx->count; i++) {
        bool matched = false;
        for (size_t j = 0; j < proposal->mx_count && !matched; j++)
            matched = mxmatch(proposal->mx[j], mx->hosts[i]);
        if (!matched)
            proposal_note(proposal, "the MX %.260s of today matches no pattern", mx->hosts[i]);
    }
}

/* Whether mail gets there. If not, the MX record is the mistake. Notes what is wrong. */
static bool is_usable(struct proposal *proposal, struct dns *dns, const char *host)
{
    struct mxname name;
    struct error problem, advice;
    struct network_address *addresses;
    size_t count;
    enum dns_outcome outcome = dns_addresses(dns, host, &addresses, &count, NULL);
    free(addresses);
    mxname_judge(&name, dns, host, proposal->domain, outcome);
    if (name.fault == MXNAME_FINE)
        return true;
    mxname_say(&name, &problem, &advice);
    proposal_note(proposal, "the MX %.260s %s; %s", host, problem.text, advice.text);
    return !mxname_is_broken(&name);
}

/* So that no name that is broken gets into a policy. */
static int drop_broken(struct livemx *mx, struct proposal *proposal, struct dns *dns)
{
    size_t kept = 0;
    size_t found = mx->implicit ? 0 : mx->count;
    for (size_t i = 0; i < found; i++) {
        if (is_usable(proposal, dns, mx->hosts[i]))
            mx->hosts[kept++] = mx->hosts[i];
        else
            free(mx->hosts[i]);
    }
    if (found > 0)
        mx->count = kept;
    return found > 0 && kept == 0 ? -1 : 0;
}

static int find_mx(struct livemx *mx, struct proposal *proposal,
                   const struct propose_params *params)
{
    struct error why;
    if (!propose_asks(params))
        return 0;
    if (livemx_find(mx, params->net->dns, proposal->domain, &why) == 0) {
        if (drop_broken(mx, proposal, params->net->dns) == 0 || !params->from_dns)
            return 0;
        return proposal_fail(proposal, "its MX names no mail host: %s",
                             proposal->note_count > 0 ? proposal->notes[0] : "out of memory");
    }
    if (params->from_dns)
        return proposal_fail(proposal, "%s", why.text);
    proposal_note(proposal, "the MX records of today are not known: %s", why.text);
    return 0;
}

static void choose(struct proposal *proposal, const struct propose_params *params)
{
    if (params->mode_set)
        proposal->mode = params->mode;
    if (params->max_age_set)
        proposal->max_age = params->max_age;
    else if (!params->from_live)
        proposal->max_age =
            proposal->mode == POLICY_MODE_ENFORCE ? POLICY_AGE_ENFORCE : POLICY_AGE_TESTING;
}

void propose(struct proposal *proposal, const struct propose_params *params)
{
    struct livemx mx = {0};
    struct livepolicy live = {0};
    proposal->mode = POLICY_MODE_TESTING;
    int result = find_mx(&mx, proposal, params);
    if (result == 0)
        result = params->from_live ? livepolicy_take(&live, proposal, params->net)
                                   : add_patterns(proposal, params, &mx);
    if (result == 0) {
        choose(proposal, params);
        proposal_judge(proposal);
    }
    if (!proposal->failed) {
        note_unmatched(proposal, &mx);
        if (params->from_live)
            livepolicy_compare(&live, proposal);
    }
    livepolicy_free(&live);
    livemx_free(&mx);
}
