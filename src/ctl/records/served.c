/* SPDX-License-Identifier: ISC */
/* served: checks that each address of a policy host serves the expected policy. */
#include "ctl/records/served.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/net/fetch.h"

static int compare(const struct fetch *fetch, const struct config_policy *policy, struct error *why)
{
    if (fetch->failure != FETCH_FINE)
        return error_set(why, "%s", fetch->why.text);
    if (fetch->length != policy->length || memcmp(fetch->body, policy->bytes, policy->length) != 0)
        return error_set(why, "it serves a different policy; reload the server there, or wait");
    return 0;
}

static int ask(const struct served_params *params, const char *host,
               const struct network_address *address, struct error *why)
{
    char place[NETWORK_TEXT_MAX];
    struct error reason;
    struct fetch fetch;
    network_address_text(address, place);
    const struct fetch_request request = {
        .host = host, .address = address, .port = params->port, .trust = params->trust};
    fetch_policy(&fetch, &request);
    int result = compare(&fetch, params->policy, &reason);
    fetch_free(&fetch);
    return result == 0 ? 0 : error_set(why, "%s at %s: %s", host, place, reason.text);
}

/* Those in DNS. What is left out is nobody's on the Internet. */
static int ask_found(const struct served_params *params, const char *host,
                     const struct network_address *found, size_t count, struct error *why)
{
    size_t asked = 0;
    for (size_t i = 0; i < count; i++) {
        if (!reach_allows(params->reach, &found[i]))
            continue;
        asked++;
        if (ask(params, host, &found[i], why) != 0)
            return -1;
    }
    if (asked > 0)
        return 0;
    return error_set(why,
                     "%s leads to %s address, which is not contacted; publish its public "
                     "address, or name the domain to have it contacted",
                     host, network_address_scope(&found[0]));
}

static int ask_all(const struct served_params *params, const char *host,
                   const struct network_address *addresses, size_t count, struct error *why)
{
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = ask(params, host, &addresses[i], why);
    return result;
}

int served_everywhere(const struct served_params *params, struct error *why)
{
    char host[HOSTNAME_MAX + 1];
    struct network_address *found;
    struct error reason;
    size_t count;
    snprintf(host, sizeof(host), "mta-sts.%s", params->domain);
    if (dns_addresses(params->dns, host, &found, &count, &reason) != DNS_FOUND)
        return error_set(why, "%s; publish the records of %s first", reason.text, host);
    int result = count <= FETCH_ADDRESSES_MAX
                     ? ask_found(params, host, found, count, why)
                     : error_set(why, "%s has %zu addresses, and %d at most can be asked", host,
                                 count, FETCH_ADDRESSES_MAX);
    if (result == 0)
        result = ask_all(params, host, params->addresses, params->address_count, why);
    free(found);
    return result;
}
