/* SPDX-License-Identifier: ISC */
/* rows_dns: the rows about what DNS says of a domain's records and its policy host. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/policy/policyid.h"
#include "common/senders/sender.h"
#include "ctl/check/rows_say.h"

#define DAY_S     86400
#define CHAIN_MAX 5 /* CNAMEs in a row that every resolver follows */

/* ---- The TXT records. */

void rows_judge_txt(struct rows_check *check)
{
    const struct findings *all = &check->facts->record_findings;
    for (size_t i = 0; i < all->count; i++) {
        if (strcmp(all->items[i].rule, check->row->id) == 0)
            findings_copy(check->findings, &all->items[i], all->items[i].where, 0);
    }
}

/* Whether a record is where no sender looks, or anything else is found about the row. */
static bool has_record_finding(const struct facts *facts, const char *row)
{
    for (size_t i = 0; i < facts->record_findings.count; i++) {
        if (strcmp(facts->record_findings.items[i].rule, row) == 0)
            return true;
    }
    return false;
}

void rows_judge_tls_txt(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    char name[DNSDATA_NAME_MAX + 16];
    snprintf(name, sizeof(name), "_smtp._tls.%s", facts->domain);
    const struct rows_about missing = {name, NULL,
                                       "publish v=TLSRPTv1; rua=mailto:ADDRESS; so that senders "
                                       "tell you what fails"};
    const struct rows_about unknown = {name, NULL, NULL};
    const struct rows_about gone = {name, NULL,
                                    "remove the CNAME now, or create that name yourself"};
    if (strcmp(check->row->id, "T1") == 0) {
        switch (facts->tlsrpt.answer.outcome) {
        case DNS_FOUND:
            break;
        case DNS_NO_NAME:
        case DNS_NO_DATA:
            if (has_record_finding(facts, "T1"))
                break;
            if (facts->tlsrpt.answer.outcome == DNS_NO_NAME &&
                facts->tlsrpt.answer.canonical[0] != '\0')
                rows_say(check, SEVERITY_ERROR, &gone,
                         "its CNAME leads to %s, which does not exist: whoever registers that name "
                         "says where reports go",
                         facts->tlsrpt.answer.canonical);
            else
                rows_say(check, SEVERITY_WARNING, &missing, "there is no TLSRPT record");
            break;
        case DNS_BOGUS:
        case DNS_FAILED:
            rows_say(check, SEVERITY_WARNING, &unknown, "%s", facts->tlsrpt.answer.why.text);
            break;
        }
    }
    rows_judge_txt(check);
}

/* Whether CNAMEs lead to a name that does not exist: nobody may be told to follow them. */
static bool dangles(const struct facts_alias *alias, const struct dns_answer *answer)
{
    return alias->end[0] != '\0' && !alias->looped && answer->outcome == DNS_NO_NAME;
}

static bool host_dangles(const struct facts *facts)
{
    return dangles(&facts->host_alias, &facts->v4) && facts->v6.outcome == DNS_NO_NAME;
}

void rows_judge_d1(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    char name[DNSDATA_NAME_MAX + 16];
    struct rows_about about = {name, "every sender", "publish v=STSv1; id=ID; there"};
    snprintf(name, sizeof(name), "_mta-sts.%s", facts->domain);
    bool is_absent =
        facts->sts.answer.outcome == DNS_NO_NAME || facts->sts.answer.outcome == DNS_NO_DATA;
    if (facts->records_off && is_absent) {
        about = (struct rows_about){.where = name};
        rows_say(check, SEVERITY_NOTE, &about, "there is no record, as `records = off` says");
        return;
    }
    if (dangles(&facts->sts_alias, &facts->sts.answer) ||
        (is_absent && has_record_finding(facts, "D4")))
        return; /* D10 or D4 says what is wrong */
    if (is_absent && facts->parent != NULL) {
        about.advice = "publish a record and a policy of its own";
        rows_say(check, SEVERITY_ERROR, &about,
                 "there is no record, and that of %s does not hold for names below it",
                 facts->parent);
        return;
    }
    switch (facts->sts.answer.outcome) {
    case DNS_FOUND:
        break;
    case DNS_NO_NAME:
        rows_say(check, SEVERITY_ERROR, &about, "there is no such name (NXDOMAIN)");
        break;
    case DNS_NO_DATA:
        rows_say(check, SEVERITY_ERROR, &about, "the name has no TXT record");
        break;
    case DNS_BOGUS:
        /* Signatures have dates, too. */
        about.advice = "sign the zone anew, or correct the DS record at its parent; if all signed "
                       "domains fail, set this machine's clock";
        rows_say(check, SEVERITY_ERROR, &about, "%s", facts->sts.answer.why.text);
        break;
    case DNS_FAILED:
        about.advice = "see whether each name server of the domain answers";
        rows_say(check, SEVERITY_ERROR, &about, "%s", facts->sts.answer.why.text);
        break;
    }
}

/* As policyid makes them. */
static bool looks_made(const char *id)
{
    return strlen(id) == POLICYID_LENGTH && strspn(id, "0123456789abcdef") == POLICYID_LENGTH;
}

/* As the pattern yyyymmddhhmmssZ has them, which `records` writes where it is told to. */
static bool looks_timed(const char *id)
{
    return strlen(id) == 15 && strspn(id, "0123456789") == 14 && id[14] == 'Z';
}

void rows_judge_d8(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const char *id = facts->record.id;
    char right[POLICYID_LENGTH + 1];
    char advice[128];
    char name[DNSDATA_NAME_MAX + 16];
    const struct rows_about about = {name, "every sender that has the former policy", advice};
    bool comparable = looks_made(id) || (facts->configured != NULL && !looks_timed(id));
    if (id[0] == '\0' || facts->served == NULL || !comparable ||
        policyid_make(right, facts->served->body, facts->served->length, NULL) != 0 ||
        strcmp(right, id) == 0)
        return;
    snprintf(name, sizeof(name), "_mta-sts.%s", facts->domain);
    snprintf(advice, sizeof(advice), "publish v=STSv1; id=%s;", right);
    bool lowered = facts->configured != NULL && facts->configured->lowered;
    rows_say(check, looks_made(id) ? SEVERITY_ERROR : SEVERITY_WARNING, &about,
             "the id %s is not the one of the policy that is served%s", id,
             lowered ? ", in which each mx is in lower case since mta-stsd 0.2.0" : "");
}

void rows_judge_d9(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct rows_about about = {facts->domain, NULL, "sign the zone if you can"};
    if (facts->validates && facts->sts.answer.outcome == DNS_FOUND && !facts->sts.answer.secure)
        rows_say(check, SEVERITY_NOTE, &about, "DNSSEC does not protect the record");
}

void rows_judge_d13(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    char name[DNSDATA_NAME_MAX + 16];
    const struct rows_about about = {name, NULL, "give it 3600 seconds"};
    snprintf(name, sizeof(name), "_mta-sts.%s", facts->domain);
    if (facts->sts.answer.outcome == DNS_FOUND && facts->sts.answer.ttl_s > DAY_S)
        rows_say(check, SEVERITY_NOTE, &about,
                 "caches keep the record for %u seconds, so a new id is seen late",
                 facts->sts.answer.ttl_s);
}

/* ---- The policy host. */

/* Whether the name is the domain or lies in it. */
static bool is_within(const char *name, const char *domain)
{
    size_t length = strlen(name);
    size_t tail = strlen(domain);
    if (length < tail || strcasecmp(name + length - tail, domain) != 0)
        return false;
    return length == tail || name[length - tail - 1] == '.';
}

static bool leads_away(const struct facts_alias *alias, const char *domain)
{
    return alias->end[0] != '\0' && !is_within(alias->end, domain);
}

/* A provider deletes a host, and whoever makes one of that name there has what the name leads to.
 */
static void say_dangling(struct rows_check *check, const char *name,
                         const struct facts_alias *alias, const char *risk)
{
    const struct facts *facts = check->facts;
    bool is_away = leads_away(alias, facts->domain);
    char advice[DNSDATA_NAME_MAX + 64] = "remove the CNAME now, or create that host yourself";
    const struct rows_about about = {name, "every sender", advice};
    if (alias->dotless[0] != '\0') {
        snprintf(advice, sizeof(advice), "write \"%s.\"", alias->dotless);
        rows_say(check, SEVERITY_ERROR, &about,
                 "its CNAME leads to %s, as the dot at its end is missing", alias->end);
        return;
    }
    rows_say(check, SEVERITY_ERROR, &about, "its CNAME leads to %s, which does not exist%s%s",
             alias->end, is_away ? ": whoever registers that name " : "", is_away ? risk : "");
}

static void judge_record_alias(struct rows_check *check, const char *name)
{
    const struct facts *facts = check->facts;
    struct rows_about about = {name, NULL, "point each CNAME to a name that has the records"};
    bool host_away = leads_away(&facts->host_alias, facts->domain);
    if (facts->sts_alias.looped) {
        rows_say(check, SEVERITY_ERROR, &about, "its CNAMEs lead nowhere, or form a loop");
    } else if (dangles(&facts->sts_alias, &facts->sts.answer)) {
        say_dangling(check, name, &facts->sts_alias, "says which policies senders fetch");
    } else if (host_away && !host_dangles(facts) && facts->sts_alias.end[0] == '\0' &&
               facts->sts.answer.outcome == DNS_FOUND) {
        about.advice = "make _mta-sts a CNAME to the provider, too, or give it a new id whenever "
                       "the provider changes the policy";
        rows_say(check, SEVERITY_WARNING, &about,
                 "%s leads to a provider (%s), but this record is the domain's own", facts->host,
                 facts->host_alias.end);
    }
}

static void judge_host_alias(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    struct rows_about about = {facts->host, NULL,
                               "make it a CNAME to the provider's policy host, "
                               "too"};
    if (facts->host_alias.looped) {
        about.advice = "point each CNAME to a name that has addresses";
        rows_say(check, SEVERITY_ERROR, &about, "its CNAMEs lead nowhere, or form a loop");
    } else if (host_dangles(facts)) {
        say_dangling(check, facts->host, &facts->host_alias, "serves your policy");
    } else if (leads_away(&facts->sts_alias, facts->domain) &&
               !dangles(&facts->sts_alias, &facts->sts.answer) &&
               facts->host_alias.end[0] == '\0') {
        rows_say(check, SEVERITY_WARNING, &about,
                 "_mta-sts.%s leads to a provider (%s), but this host is the domain's own",
                 facts->domain, facts->sts_alias.end);
    }
}

/* Resolvers give up at a length of their own, some after eight or so. */
static void judge_length(struct rows_check *check, const char *name,
                         const struct facts_alias *alias)
{
    char advice[DNSDATA_NAME_MAX + 64];
    const struct rows_about about = {name, NULL, advice};
    snprintf(advice, sizeof(advice), "let its CNAME name %s itself", alias->end);
    if (alias->steps > CHAIN_MAX && !alias->looped)
        rows_say(
            check, SEVERITY_WARNING, &about,
            "a chain of %u CNAMEs leads to the last name; some resolvers follow no more than a "
            "few",
            alias->steps);
}

void rows_judge_d10(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    char name[DNSDATA_NAME_MAX + 16];
    snprintf(name, sizeof(name), "_mta-sts.%s", check->facts->domain);
    judge_record_alias(check, name);
    judge_host_alias(check);
    if (!dangles(&facts->sts_alias, &facts->sts.answer))
        judge_length(check, name, &facts->sts_alias);
    if (!host_dangles(facts))
        judge_length(check, facts->host, &facts->host_alias);
}

static bool takes_ipv4_only(const struct sender *sender)
{
    return sender->first_v4_only;
}

void rows_judge_d11(struct rows_check *check)
{
    char names[SENDERS_TEXT_MAX];
    const struct facts *facts = check->facts;
    struct rows_about about = {facts->host, NULL, "publish A and AAAA records"};
    bool has_v4 = facts->v4.outcome == DNS_FOUND;
    bool has_v6 = facts->v6.outcome == DNS_FOUND;
    if (facts->led_elsewhere || host_dangles(facts))
        return;
    if (facts->v4.count + facts->v6.count > FACTS_ADDRESSES_MAX) {
        const struct rows_about rest = {facts->host, NULL, NULL};
        rows_say(check, SEVERITY_WARNING, &rest, "only %d of its %zu addresses are asked",
                 FACTS_ADDRESSES_MAX, facts->v4.count + facts->v6.count);
    }
    if (!has_v4 && !has_v6 && facts->host_near[0] != '\0') {
        about.sender = "every sender";
        about.advice = "move them to this name";
        rows_say(check, SEVERITY_ERROR, &about,
                 "the policy host has no address: they are at %s, where no sender looks",
                 facts->host_near);
    } else if (!has_v4 && !has_v6) {
        about.sender = "every sender";
        rows_say(check, SEVERITY_ERROR, &about, "the policy host has no address: %s",
                 facts->v4.outcome == DNS_NO_DATA ? "neither A nor AAAA" : facts->v4.why.text);
    } else if (!has_v4) {
        about.sender = senders_names(names, senders_which(takes_ipv4_only));
        about.advice = "publish an A record";
        rows_say(check, SEVERITY_WARNING, &about,
                 "the policy host has no IPv4 address: senders without IPv6 cannot reach it");
    } else if (!has_v6) {
        about.advice = "publish an AAAA record if the host has IPv6";
        rows_say(check, SEVERITY_NOTE, &about, "the policy host has no IPv6 address");
    }
}

void rows_judge_d12(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct rows_about about = {facts->host, NULL, NULL};
    if (facts->caa_refuses)
        rows_say(check, SEVERITY_WARNING, &about, "%s", facts->caa_why.text);
    else if (facts->caa_note.text[0] != '\0')
        rows_say(check, SEVERITY_NOTE, &about, "%s", facts->caa_note.text);
}
