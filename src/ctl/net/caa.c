/* SPDX-License-Identifier: ISC */
/* caa: checks whether CAA records allow a CA to issue for a host (RFC 8659, 8657). */
#include "ctl/net/caa.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/printable.h"
#include "common/base/span.h"

#define METHOD     "tls-alpn-01"
#define SHOWN_MAX  160 /* characters of a record's value in a sentence */
#define CLIMBS_MAX 127 /* labels of the longest name */

/* Cuts the text before the first separator, trimmed, off *rest. */
static struct span take_part(struct span *rest, char separator)
{
    struct span part = {0};
    span_next(&part, rest, separator);
    return part;
}

/* What a value of "issue" means for our CA. */
enum grant {
    GRANT_NOBODY, /* no name, or not a valid value (section 4.2) */
    GRANT_OTHER,  /* another CA */
    GRANT_METHOD, /* ours, but not by this validation method */
    GRANT_ACCOUNT,
    GRANT_BOUND, /* for one account alone, which may be ours */
    GRANT_OURS,
};

static bool is_parameter(struct span name, struct span value)
{
    if (name.length == 0 || !isalnum((unsigned char)name.bytes[0]))
        return false;
    for (size_t i = 0; i < name.length; i++) {
        if (!isalnum((unsigned char)name.bytes[i]) && name.bytes[i] != '-')
            return false;
    }
    for (size_t i = 0; i < value.length; i++) {
        if (value.bytes[i] <= ' ' || value.bytes[i] > '~')
            return false;
    }
    return true;
}

static bool lists_method(struct span methods)
{
    while (methods.length > 0) {
        if (span_equal_nocase(take_part(&methods, ','), METHOD))
            return true;
    }
    return false;
}

static enum grant judge_account(struct span uri, const struct caa_ca *ca)
{
    if (ca->account == NULL)
        return GRANT_BOUND;
    bool is_ours =
        uri.length == strlen(ca->account) && memcmp(uri.bytes, ca->account, uri.length) == 0;
    return is_ours ? GRANT_OURS : GRANT_ACCOUNT;
}

/* No CA can satisfy a parameter given twice (RFC 8657 sections 3 and 4). */
static enum grant judge_parameters(struct span rest, const struct caa_ca *ca)
{
    enum grant grant = GRANT_OURS;
    unsigned methods = 0;
    unsigned accounts = 0;
    while (rest.length > 0) {
        struct span value = take_part(&rest, ';');
        if (value.length == 0 && span_trim(rest).length == 0)
            break;
        bool has_value = value.length > 0 && memchr(value.bytes, '=', value.length) != NULL;
        struct span name = take_part(&value, '=');
        value = span_trim(value);
        if (!has_value || !is_parameter(name, value))
            return GRANT_NOBODY;
        if (span_equal_nocase(name, "validationmethods") && (methods++ > 0 || !lists_method(value)))
            grant = GRANT_METHOD;
        if (span_equal_nocase(name, "accounturi") && grant != GRANT_METHOD)
            grant = accounts++ > 0 ? GRANT_ACCOUNT : judge_account(value, ca);
    }
    return grant;
}

static enum grant judge_issue(struct span value, const struct caa_ca *ca)
{
    struct span issuer = take_part(&value, ';');
    struct hostname name;
    enum grant grant = judge_parameters(value, ca);
    if (grant == GRANT_NOBODY || issuer.length == 0)
        return GRANT_NOBODY;
    if (hostname_parse(&name, issuer.bytes, issuer.length, NULL) != 0)
        return GRANT_NOBODY;
    for (size_t i = 0; i < ca->count; i++) {
        if (hostname_equal(&name, &ca->identities[i]))
            return grant;
    }
    if (ca->count > 0)
        return GRANT_OTHER;
    return grant == GRANT_BOUND ? GRANT_BOUND : GRANT_OURS;
}

/* The best that the set's "issue" records grant. */
struct sum {
    size_t issues;
    enum grant best;
    struct span value; /* of the best */
};

static bool is_known(const char *tag)
{
    return strcmp(tag, "issue") == 0 || strcmp(tag, "issuewild") == 0 || strcmp(tag, "iodef") == 0;
}

static int add_record(struct sum *sum, const char *where, const struct dns_record *record,
                      const struct caa_ca *ca, struct error *why)
{
    struct dnsdata_caa caa;
    if (dnsdata_caa(&caa, record->bytes, record->length) != 0)
        return error_set(why, "a CAA record of %s cannot be read; correct or remove it", where);
    if (caa.critical && !is_known(caa.tag)) {
        char tag[SHOWN_MAX];
        printable_ascii(tag, sizeof(tag), caa.tag, strlen(caa.tag));
        return error_set(why,
                         "the CAA record of %s with the tag %s is critical, and a CA that does not "
                         "know this tag must refuse; write the record with 0 in place of 128",
                         where, tag);
    }
    if (strcmp(caa.tag, "issue") != 0)
        return 0;
    struct span value = {caa.value, caa.value_length};
    enum grant grant = judge_issue(value, ca);
    if (sum->issues++ == 0 || grant > sum->best) {
        sum->best = grant;
        sum->value = value;
    }
    return 0;
}

static int refuse(const struct sum *sum, const char *where, const struct caa_ca *ca,
                  struct error *why)
{
    char shown[SHOWN_MAX];
    const char *name = ca->count > 0 ? ca->identities[0].text : "the CA's name";
    printable_ascii(shown, sizeof(shown), sum->value.bytes, sum->value.length);
    switch (sum->best) {
    case GRANT_METHOD:
        return error_set(why,
                         "the CAA record of %s, issue \"%s\", does not allow the validation method "
                         "that is used; add " METHOD " to its validationmethods",
                         where, shown);
    case GRANT_ACCOUNT:
        return error_set(why,
                         "the CAA record of %s, issue \"%s\", is for another account at the CA; "
                         "add a record with this one, or one without accounturi",
                         where, shown);
    case GRANT_NOBODY:
    case GRANT_OTHER:
    case GRANT_BOUND:
    case GRANT_OURS:
        break;
    }
    return error_set(why,
                     "the CAA record of %s, issue \"%s\", %s; add one that does: %s. CAA 0 issue "
                     "\"%s\"",
                     where, shown,
                     sum->best == GRANT_NOBODY ? "lets no CA issue" : "does not let this CA issue",
                     where, name);
}

static void note_account(const struct sum *sum, const char *where, struct error *note)
{
    char shown[SHOWN_MAX];
    printable_ascii(shown, sizeof(shown), sum->value.bytes, sum->value.length);
    error_set(note,
              "the CAA record of %s, issue \"%s\", lets one account alone order; see that it is "
              "the account of your ACME client, whose URI is not known here",
              where, shown);
}

/* Whether the records, found at the name where, let the CA issue for a name that is no wildcard, by
 * TLS-ALPN-01. If not, why says which record forbids it and what to write. Sets note as caa_check
 * does. Pure. */
static bool allows(const char *where, const struct dns_record *records, size_t count,
                   const struct caa_ca *ca, struct error *note, struct error *why)
{
    struct sum sum = {0};
    error_set(note, "%s", "");
    for (size_t i = 0; i < count; i++) {
        if (add_record(&sum, where, &records[i], ca, why) != 0)
            return false;
    }
    if (sum.issues > 0 && sum.best == GRANT_BOUND)
        note_account(&sum, where, note);
    if (sum.issues == 0 || sum.best >= GRANT_BOUND)
        return true;
    refuse(&sum, where, ca, why);
    return false;
}

/* One step of the climb. Returns 1: judged well, 0: climb on, -1 with why. */
static int check_one(struct dns *dns, const char *name, const struct caa_ca *ca, struct error *note,
                     struct error *why)
{
    struct dns_answer answer;
    int result = 0;
    dns_lookup(dns, name, DNS_CAA, &answer);
    switch (answer.outcome) {
    case DNS_FOUND: {
        const char *where = answer.canonical[0] != '\0' ? answer.canonical : name;
        result = allows(where, answer.records, answer.count, ca, note, why) ? 1 : -1;
        break;
    }
    case DNS_NO_NAME:
    case DNS_NO_DATA:
        break;
    case DNS_BOGUS:
    case DNS_FAILED:
        result = error_set(why,
                           "the CAA records of %s cannot be looked up, so a CA refuses: %s; mend "
                           "the name servers of that zone",
                           name, answer.why.text);
        break;
    }
    dns_free(&answer);
    return result;
}

int caa_check(struct dns *dns, const char *host, const struct caa_ca *ca, struct error *note,
              struct error *why)
{
    int result = 0;
    error_set(note, "%s", "");
    for (unsigned climbs = 0; host != NULL && result == 0 && climbs < CLIMBS_MAX; climbs++) {
        result = check_one(dns, host, ca, note, why);
        const char *dot = strchr(host, '.');
        host = dot != NULL ? dot + 1 : NULL;
    }
    return result < 0 ? -1 : 0;
}
