/* SPDX-License-Identifier: ISC */
/* destination: where the reports of a domain go, and whether anything takes them there. */
#include "ctl/check/destination.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/name/hostname.h"
#include "ctl/net/livemx.h"

#define MAILTO   "mailto:"
#define HTTPS    "https://"
#define MX_TRIED 4 /* whose addresses are looked up, until one has some */

static struct span until(struct span text, const char *bytes)
{
    size_t length = 0;
    while (length < text.length && strchr(bytes, text.bytes[length]) == NULL)
        length++;
    return (struct span){text.bytes, length};
}

static struct span after(struct span text, size_t length)
{
    return (struct span){text.bytes + length, text.length - length};
}

static bool has_prefix(struct span uri, const char *prefix)
{
    size_t length = strlen(prefix);
    return uri.length > length && strncasecmp(uri.bytes, prefix, length) == 0;
}

/* The host that the URI names; false where there is none. */
static bool read_uri(struct destination *out, struct span uri)
{
    struct hostname host;
    int result = -1;
    out->is_mailbox = has_prefix(uri, MAILTO);
    if (out->is_mailbox) {
        struct span address = until(after(uri, strlen(MAILTO)), "?");
        size_t local = until(address, "@").length;
        if (local < address.length)
            result =
                hostname_parse(&host, address.bytes + local + 1, address.length - local - 1, NULL);
    } else if (has_prefix(uri, HTTPS)) {
        struct span authority = until(after(uri, strlen(HTTPS)), "/?#");
        result = hostname_parse_authority(&host, authority.bytes, authority.length, NULL);
    }
    if (result != 0 || strlen(host.text) >= sizeof(out->host))
        return false;
    memcpy(out->host, host.text, strlen(host.text) + 1);
    return true;
}

static enum dns_outcome look_up(struct dns *dns, const char *host)
{
    struct network_address *addresses = NULL;
    size_t count;
    enum dns_outcome outcome = dns_addresses(dns, host, &addresses, &count, NULL);
    free(addresses);
    return outcome;
}

static enum destination_fault fault_of(enum dns_outcome outcome)
{
    switch (outcome) {
    case DNS_NO_NAME:
        return DESTINATION_NO_NAME;
    case DNS_NO_DATA:
        return DESTINATION_NO_HOST;
    case DNS_FOUND:
    case DNS_BOGUS:
    case DNS_FAILED:
        break;
    }
    return DESTINATION_FINE;
}

static enum destination_fault judge_mx(const struct dns_answer *answer, struct dns *dns)
{
    enum destination_fault fault = DESTINATION_FINE;
    struct dnsdata_mx *list = calloc(answer->count + 1, sizeof(*list));
    size_t count = list != NULL ? livemx_list(list, answer) : 0;
    if (count == 1 && strcmp(list[0].host, ".") == 0) {
        free(list);
        return DESTINATION_NULL_MX;
    }
    for (size_t i = 0; i < count && i < MX_TRIED; i++) {
        fault = fault_of(look_up(dns, list[i].host)) == DESTINATION_FINE ? DESTINATION_FINE
                                                                         : DESTINATION_MX_NOWHERE;
        if (fault == DESTINATION_FINE)
            break;
    }
    free(list);
    return fault;
}

void destination_find(struct destination *out, struct span uri, struct dns *dns)
{
    struct dns_answer answer;
    *out = (struct destination){0};
    if (!read_uri(out, uri))
        return;
    if (!out->is_mailbox) {
        out->fault = fault_of(look_up(dns, out->host));
        return;
    }
    dns_lookup(dns, out->host, DNS_MX, &answer);
    if (answer.outcome == DNS_FOUND)
        out->fault = judge_mx(&answer, dns);
    else if (answer.outcome == DNS_NO_DATA)
        out->fault = fault_of(look_up(dns, out->host));
    else
        out->fault = fault_of(answer.outcome);
    dns_free(&answer);
}
