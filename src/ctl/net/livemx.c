/* SPDX-License-Identifier: ISC */
/* livemx: looks up the hosts that receive a domain's mail. */
#include "ctl/net/livemx.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *one, const void *other)
{
    const struct dnsdata_mx *a = one;
    const struct dnsdata_mx *b = other;
    if (a->preference != b->preference)
        return a->preference < b->preference ? -1 : 1;
    return strcmp(a->host, b->host);
}

size_t livemx_list(struct dnsdata_mx *out, const struct dns_answer *answer)
{
    size_t count = 0;
    for (size_t i = 0; i < answer->count; i++)
        count += dnsdata_mx(&out[count], answer->records[i].bytes, answer->records[i].length) == 0;
    qsort(out, count, sizeof(*out), compare);
    return count;
}

static int keep(struct livemx *out, const char *host, struct error *why)
{
    char *copy = strdup(host);
    if (copy == NULL)
        return error_set(why, "out of memory");
    out->hosts[out->count++] = copy;
    return 0;
}

static int take_records(struct livemx *out, const struct dns_answer *answer, struct error *why)
{
    int result = 0;
    struct dnsdata_mx *found = calloc(answer->count + 1, sizeof(*found));
    out->hosts = calloc(answer->count + 1, sizeof(*out->hosts));
    if (found == NULL || out->hosts == NULL) {
        free(found);
        return error_set(why, "out of memory");
    }
    size_t count = livemx_list(found, answer);
    out->null = count == 1 && strcmp(found[0].host, ".") == 0;
    for (size_t i = 0; i < count && !out->null && result == 0; i++)
        result = keep(out, found[i].host, why);
    free(found);
    return result;
}

/* Without an MX record, the domain's own address counts. */
static int take_domain(struct livemx *out, struct dns *dns, const char *domain, struct error *why)
{
    struct network_address *addresses;
    size_t count;
    if (dns_addresses(dns, domain, &addresses, &count, NULL) != DNS_FOUND)
        return error_set(why, "%s has neither an MX record nor an address", domain);
    free(addresses);
    out->implicit = true;
    out->hosts = calloc(1, sizeof(*out->hosts));
    if (out->hosts == NULL)
        return error_set(why, "out of memory");
    return keep(out, domain, why);
}

int livemx_find(struct livemx *out, struct dns *dns, const char *domain, struct error *why)
{
    struct dns_answer answer;
    int result = -1;
    *out = (struct livemx){0};
    dns_lookup(dns, domain, DNS_MX, &answer);
    switch (answer.outcome) {
    case DNS_FOUND:
        result = take_records(out, &answer, why);
        break;
    case DNS_NO_DATA:
        result = take_domain(out, dns, domain, why);
        break;
    case DNS_NO_NAME:
    case DNS_BOGUS:
    case DNS_FAILED:
        error_set(why, "%s", answer.why.text);
        break;
    }
    dns_free(&answer);
    return result;
}

void livemx_free(struct livemx *mx)
{
    for (size_t i = 0; i < mx->count; i++)
        free(mx->hosts[i]);
    free(mx->hosts);
    *mx = (struct livemx){0};
}
