/* SPDX-License-Identifier: ISC */
/* mxname: finds mistakes in the name of an MX record, and says what to write instead. */
#include "ctl/net/mxname.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl/net/registrable.h"

#define IPV6_TAG "ipv6:" /* of an address literal, RFC 5321 section 4.1.3 */

/* ---- Addresses. */

/* Writes the name with its "\DDD" as the bytes that they stand for; NULs are left out. */
static void unescape(char out[DNSDATA_NAME_MAX], const char *name)
{
    while (*name != '\0') {
        unsigned value = 0;
        bool is_escape = name[0] == '\\' && isdigit((unsigned char)name[1]) &&
                         isdigit((unsigned char)name[2]) && isdigit((unsigned char)name[3]);
        if (is_escape) {
            value = (unsigned)((name[1] - '0') * 100 + (name[2] - '0') * 10 + (name[3] - '0'));
            name += 4;
        } else {
            value = (unsigned char)*name++;
        }
        if (value > 0 && value < 256)
            *out++ = (char)value;
    }
    *out = '\0';
}

/* Whether the name is an address, perhaps in brackets: 192.0.2.1, [192.0.2.1], [IPv6:2001:db8::1].
 */
static bool is_address(char out[DNSDATA_NAME_MAX], const char *name)
{
    unsigned char bytes[16];
    char text[DNSDATA_NAME_MAX];
    unescape(text, name);
    char *begin = text;
    size_t length = strlen(begin);
    if (length > 1 && begin[0] == '[' && begin[length - 1] == ']') {
        begin[length - 1] = '\0';
        begin++;
    }
    if (strncasecmp(begin, IPV6_TAG, strlen(IPV6_TAG)) == 0)
        begin += strlen(IPV6_TAG);
    if (inet_pton(AF_INET, begin, bytes) != 1 && inet_pton(AF_INET6, begin, bytes) != 1)
        return false;
    snprintf(out, DNSDATA_NAME_MAX, "%s", begin);
    return true;
}

/* ---- Zones. */

/* The name without the zone at its end; false where it does not end in it, or has nothing else. */
static bool cut_zone(char out[DNSDATA_NAME_MAX], const char *name, const char *zone)
{
    size_t length = strlen(name), tail = strlen(zone);
    if (length < tail + 2 || strcmp(name + length - tail, zone) != 0 ||
        name[length - tail - 1] != '.')
        return false;
    snprintf(out, DNSDATA_NAME_MAX, "%.*s", (int)(length - tail - 1), name);
    return true;
}

static bool has_zone_twice(char out[DNSDATA_NAME_MAX], const char *name, const char *zone)
{
    char rest[DNSDATA_NAME_MAX];
    return cut_zone(out, name, zone) && (strcmp(out, zone) == 0 || cut_zone(rest, out, zone));
}

void mxname_judge_text(struct mxname *out, const char *host, const char *domain)
{
    char zone[DNSDATA_NAME_MAX];
    char bare[DNSDATA_NAME_MAX];
    *out = (struct mxname){0};
    if (is_address(out->meant, host) ||
        (cut_zone(bare, host, domain) && is_address(out->meant, bare)))
        out->fault = MXNAME_ADDRESS;
    else if (has_zone_twice(out->meant, host, domain) ||
             (registrable_domain(zone, host) == 0 && has_zone_twice(out->meant, host, zone)))
        out->fault = MXNAME_ZONE_TWICE;
    else
        out->meant[0] = '\0';
}

/* ---- With DNS. */

static bool has_address(struct dns *dns, const char *host)
{
    struct network_address *addresses;
    size_t count;
    enum dns_outcome outcome = dns_addresses(dns, host, &addresses, &count, NULL);
    free(addresses);
    return outcome == DNS_FOUND;
}

static void judge_absent(struct mxname *out, struct dns *dns, const char *host, const char *domain)
{
    char meant[DNSDATA_NAME_MAX];
    out->fault = MXNAME_NOWHERE;
    if (!cut_zone(meant, host, domain) || strchr(meant, '.') == NULL || !has_address(dns, meant))
        return;
    out->fault = MXNAME_NO_DOT;
    memcpy(out->meant, meant, sizeof(meant));
}

static void judge_alias(struct mxname *out, struct dns *dns, const char *host)
{
    struct dns_answer answer;
    dns_lookup(dns, host, DNS_A, &answer);
    if (answer.canonical[0] != '\0') {
        out->fault = MXNAME_ALIAS;
        memcpy(out->meant, answer.canonical, sizeof(out->meant));
    }
    dns_free(&answer);
}

void mxname_judge(struct mxname *out, struct dns *dns, const char *host, const char *domain,
                  enum dns_outcome outcome)
{
    mxname_judge_text(out, host, domain);
    if (out->fault != MXNAME_FINE)
        return;
    switch (outcome) {
    case DNS_FOUND:
        judge_alias(out, dns, host);
        break;
    case DNS_NO_NAME:
    case DNS_NO_DATA:
        judge_absent(out, dns, host, domain);
        break;
    case DNS_BOGUS:
    case DNS_FAILED:
        break;
    }
}

bool mxname_is_broken(const struct mxname *name)
{
    return name->fault != MXNAME_FINE && name->fault != MXNAME_ALIAS;
}

void mxname_say(const struct mxname *name, struct error *problem, struct error *advice)
{
    error_set(problem, "has no mistake");
    error_set(advice, "%s", "");
    switch (name->fault) {
    case MXNAME_FINE:
        break;
    case MXNAME_ADDRESS:
        error_set(problem, "is the address %s, and not a host's name (RFC 5321 section 5.1)",
                  name->meant);
        error_set(advice, "give that address a name, and write the name into the MX record");
        break;
    case MXNAME_ZONE_TWICE:
        error_set(problem, "has the zone twice");
        error_set(advice, "write \"%s.\" into the MX record, with the dot at its end", name->meant);
        break;
    case MXNAME_NO_DOT:
        error_set(problem, "has the zone behind a whole name");
        error_set(advice, "write \"%s.\" into the MX record, with the dot at its end", name->meant);
        break;
    case MXNAME_NOWHERE:
        error_set(problem, "has no address");
        error_set(advice, "give it an address, or correct or remove the MX record");
        break;
    case MXNAME_ALIAS:
        error_set(problem, "is an alias (CNAME) of %s, against RFC 5321 section 5.1", name->meant);
        error_set(advice, "name %s in the MX record, and as mx of the policy", name->meant);
        break;
    }
}
