/* SPDX-License-Identifier: ISC */
/* mxname: finds mistakes in the name of an MX record, and says what to write instead. */
#include "ctl/net/mxname.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/name/hostname.h"
#include "common/name/lookalike.h"
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

/* ---- Characters. */

/* The longest part of the text that is a host's name; empty where none is. */
static void find_host(char out[DNSDATA_NAME_MAX], const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    struct hostname host;
    size_t longest = 0;
    out[0] = '\0';
    for (size_t length; *text != '\0'; text += length > 0 ? length : 1) {
        length = strspn(text, plain);
        if (length <= longest || hostname_parse(&host, text, length, NULL) != 0)
            continue;
        longest = length;
        snprintf(out, DNSDATA_NAME_MAX, "%s", host.text);
    }
}

static bool has_foreign_byte(const char *text)
{
    enum hostname_fault fault = hostname_mx_fault(text, strlen(text));
    return text[0] == '*' || fault == HOSTNAME_CONTROL_BYTE || fault == HOSTNAME_BLANK ||
           fault == HOSTNAME_U_LABEL || fault == HOSTNAME_WILDCARD_PLACE ||
           fault == HOSTNAME_CHARACTER;
}

/* The name that was meant; empty where that is not known. */
static void find_meant(char out[DNSDATA_NAME_MAX], const char *text)
{
    char plain[DNSDATA_NAME_MAX];
    char right[HOSTNAME_MAX + 1];
    out[0] = '\0';
    if (text[0] == '*')
        return;
    if (lookalike_mend(plain, sizeof(plain), text, strlen(text)))
        find_host(out, plain);
    else if (hostname_suggest(right, text, strlen(text)))
        snprintf(out, DNSDATA_NAME_MAX, "%s", right);
    else if (hostname_mx_fault(text, strlen(text)) != HOSTNAME_U_LABEL)
        find_host(out, text);
}

/* "10 mx.example.com", "smtp://mx.example.com", a dash that is not ASCII's, a wildcard. */
static bool has_foreign(struct mxname *out, const char *name)
{
    char text[DNSDATA_NAME_MAX];
    unescape(text, name);
    if (!has_foreign_byte(text))
        return false;
    find_meant(out->meant, text);
    const char *rest = text + strspn(text, "0123456789");
    bool is_preference =
        rest > text && out->meant[0] != '\0' && strcmp(rest + strspn(rest, " \t"), out->meant) == 0;
    out->fault = is_preference ? MXNAME_PREFERENCE : MXNAME_CHARACTERS;
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

/* Where the domain is a single label itself, its MX may be one. */
static bool lacks_domain(const char *host, const char *domain)
{
    return strchr(host, '.') == NULL && strchr(domain, '.') != NULL &&
           hostname_mx_fault(host, strlen(host)) == HOSTNAME_FINE;
}

void mxname_judge_text(struct mxname *out, const char *host, const char *domain)
{
    char zone[DNSDATA_NAME_MAX];
    char bare[DNSDATA_NAME_MAX];
    *out = (struct mxname){0};
    if (is_address(out->meant, host) ||
        (cut_zone(bare, host, domain) && is_address(out->meant, bare))) {
        out->fault = MXNAME_ADDRESS;
    } else if (has_foreign(out, host)) {
        return;
    } else if (lacks_domain(host, domain)) {
        out->fault = MXNAME_NO_DOMAIN;
        snprintf(out->meant, sizeof(out->meant), "%s.%s", host, domain);
    } else if (has_zone_twice(out->meant, host, domain) ||
               (registrable_domain(zone, host) == 0 && has_zone_twice(out->meant, host, zone))) {
        out->fault = MXNAME_ZONE_TWICE;
    } else {
        out->meant[0] = '\0';
    }
    if (strcmp(host, "localhost") == 0)
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

static void judge_alias(struct mxname *out, struct dns *dns, const char *host,
                        enum mxname_fault fault)
{
    struct dns_answer answer;
    dns_lookup(dns, host, DNS_A, &answer);
    if (answer.canonical[0] != '\0') {
        out->fault = fault;
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
        judge_alias(out, dns, host, MXNAME_ALIAS);
        break;
    case DNS_NO_NAME:
        judge_alias(out, dns, host, MXNAME_DANGLING);
        if (out->fault == MXNAME_FINE)
            judge_absent(out, dns, host, domain);
        break;
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

static void say_characters(const struct mxname *name, struct error *problem, struct error *advice)
{
    error_set(problem, "%s",
              name->fault == MXNAME_PREFERENCE ? "has the preference in its name"
                                               : "has characters that no host's name has");
    if (name->meant[0] != '\0')
        error_set(advice, "write \"%s.\" alone as its host", name->meant);
    else
        error_set(advice, "name a host, with letters, digits, hyphens and dots alone");
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
    case MXNAME_CHARACTERS:
    case MXNAME_PREFERENCE:
        say_characters(name, problem, advice);
        break;
    case MXNAME_NO_DOMAIN:
        error_set(problem, "is a name without a domain");
        if (name->meant[0] != '\0')
            error_set(advice, "write \"%s.\" into the MX record, if that is meant", name->meant);
        else
            error_set(advice, "name a host that others reach, too");
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
    case MXNAME_DANGLING:
        error_set(problem,
                  "is an alias (CNAME) of %s, which does not exist: whoever can make that name "
                  "gets the mail",
                  name->meant);
        error_set(advice, "remove the CNAME now, and name a host that exists in the MX record");
        break;
    case MXNAME_ALIAS:
        error_set(problem, "is an alias (CNAME) of %s, against RFC 5321 section 5.1", name->meant);
        error_set(advice, "name %s in the MX record, and as mx of the policy", name->meant);
        break;
    }
}
