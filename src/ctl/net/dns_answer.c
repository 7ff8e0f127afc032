/* SPDX-License-Identifier: ISC */
/* dns_answer: what an answer of libunbound means, its records, and the addresses of a host. */
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

#include "ctl/net/dns_ask.h"

static enum dns_outcome judge(const struct ub_result *result, const char *name, struct error *why)
{
    enum { SERVFAIL = 2, REFUSED = 5 };
    if (result->bogus) {
        error_set(why, "DNSSEC validation of the answer for %s fails: %.300s", name,
                  result->why_bogus != NULL ? result->why_bogus : "its signatures are broken");
        return DNS_BOGUS;
    }
    if (result->havedata)
        return DNS_FOUND;
    if (result->nxdomain) {
        error_set(why, "%s does not exist", name);
        return DNS_NO_NAME;
    }
    if (result->rcode == 0) {
        error_set(why, "%s has no such record", name);
        return DNS_NO_DATA;
    }
    error_set(why, "the resolver could not answer for %s: %s", name,
              result->rcode == SERVFAIL  ? "SERVFAIL"
              : result->rcode == REFUSED ? "REFUSED"
                                         : "an error of the name servers");
    return DNS_FAILED;
}

static int list_records(struct dns_answer *out, const struct ub_result *result)
{
    size_t count = 0;
    while (result->data[count] != NULL)
        count++;
    out->records = calloc(count + 1, sizeof(*out->records));
    if (out->records == NULL)
        return error_set(&out->why, "out of memory");
    for (size_t i = 0; i < count; i++)
        out->records[i] =
            (struct dns_record){(const unsigned char *)result->data[i], (size_t)result->len[i]};
    out->count = count;
    return 0;
}

static void keep_canonical(struct dns_answer *out, const struct ub_result *result, const char *name)
{
    size_t length = result->canonname != NULL ? strlen(result->canonname) : 0;
    if (length > 1 && result->canonname[length - 1] == '.')
        length--;
    if (length == 0 || length >= sizeof(out->canonical))
        return;
    memcpy(out->canonical, result->canonname, length);
    dnsdata_make_printable(out->canonical);
    if (strcmp(out->canonical, name) == 0)
        out->canonical[0] = '\0';
}

void dns_lookup(struct dns *dns, const char *name, enum dns_type type, struct dns_answer *out)
{
    *out = (struct dns_answer){.outcome = DNS_FAILED};
    struct ub_result *result = dns_ask(dns, name, (int)type, &out->why);
    if (result == NULL)
        return;
    out->held = result;
    out->outcome = judge(result, name, &out->why);
    out->secure = result->secure;
    out->ttl_s = result->ttl > 0 ? (uint32_t)result->ttl : 0;
    keep_canonical(out, result, name);
    if (out->outcome == DNS_FOUND && list_records(out, result) != 0)
        out->outcome = DNS_FAILED;
}

void dns_free(struct dns_answer *answer)
{
    free(answer->records);
    if (answer->held != NULL)
        ub_resolve_free(answer->held);
    *answer = (struct dns_answer){0};
}

/* ---- Addresses. */

static size_t add_addresses(struct network_address *out, const struct dns_answer *answer)
{
    size_t count = 0;
    for (size_t i = 0; i < answer->count; i++) {
        const struct dns_record *record = &answer->records[i];
        count += network_address_of_rdata(&out[count], record->bytes, record->length);
    }
    return count;
}

enum dns_outcome dns_addresses(struct dns *dns, const char *host, struct network_address **out,
                               size_t *count, struct error *why)
{
    struct dns_answer six;
    struct dns_answer four;
    *out = NULL;
    *count = 0;
    dns_lookup(dns, host, DNS_AAAA, &six);
    dns_lookup(dns, host, DNS_A, &four);
    /* One address suffices; without any, report the worse outcome. */
    const struct dns_answer *told = six.outcome > four.outcome ? &six : &four;
    enum dns_outcome outcome = told->outcome;
    error_set(why, "%s", outcome == DNS_NO_DATA ? "the host has no address" : told->why.text);
    if (six.count + four.count > 0)
        *out = calloc(six.count + four.count, sizeof(**out));
    if (*out != NULL) {
        *count = add_addresses(*out, &six);
        *count += add_addresses(*out + *count, &four);
        outcome = DNS_FOUND;
    } else if (six.count + four.count > 0) {
        error_set(why, "out of memory");
        outcome = DNS_FAILED;
    }
    dns_free(&six);
    dns_free(&four);
    return outcome;
}
