/* SPDX-License-Identifier: ISC */
/* rows_mx: the rows about the mail hosts of a domain, and about where reports go. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/name/hostname.h"
#include "common/policy/mxmatch.h"
#include "common/senders/sender.h"
#include "ctl/check/rows_limits.h"
#include "ctl/check/rows_say.h"
#include "ctl/net/handshake.h"

#define ALL_SENDERS   (~UINT32_C(0))
#define UNMATCHED_MAX 3 /* lines of a policy that are named one by one */

/* In enforce, what is wrong with an MX keeps mail from it. */
static enum severity severity_of(const struct facts *facts)
{
    return facts_has_mode(facts, POLICY_MODE_ENFORCE) ? SEVERITY_ERROR : SEVERITY_WARNING;
}

static bool asks_for_mx(const struct facts *facts)
{
    return facts_has_mode(facts, POLICY_MODE_ENFORCE) || facts_has_mode(facts, POLICY_MODE_TESTING);
}

/* The host of an MX record that lacks its final dot, where the policy has the name without the zone
 * (a wildcard in the zone lets the whole name exist); empty where it is none. */
static void find_dotless(char out[DNSDATA_NAME_MAX], const struct facts *facts,
                         const struct facts_mx *mx)
{
    const char *host = mx->mxhost->host;
    size_t length = strlen(host), tail = strlen(facts->domain);
    out[0] = '\0';
    if (length < tail + 2 || length >= DNSDATA_NAME_MAX || host[length - tail - 1] != '.' ||
        strcmp(host + length - tail, facts->domain) != 0 || facts_allows(facts, host))
        return;
    snprintf(out, DNSDATA_NAME_MAX, "%.*s", (int)(length - tail - 1), host);
    if (strchr(out, '.') == NULL || !facts_allows(facts, out))
        out[0] = '\0';
}

/* What to do about an MX that no mx matches; a name that no policy can hold is not repeated. */
static void advise_match(struct error *advice, const struct facts *facts, const struct facts_mx *mx)
{
    const char *host = mx->mxhost->host;
    char dotless[DNSDATA_NAME_MAX];
    struct error problem;
    find_dotless(dotless, facts, mx);
    if (dotless[0] != '\0')
        error_set(advice, "write \"%s.\" into the MX record, with the dot at its end", dotless);
    else if (mx->name.fault != MXNAME_FINE)
        mxname_say(&mx->name, &problem, advice);
    else if (hostname_mx_fault(host, strlen(host)) != HOSTNAME_FINE)
        error_set(advice, "give that host a name of letters, digits and hyphens alone");
    else
        error_set(advice, "write mx: %s, or remove the MX record", host);
}

/* An mx that would match if `*` were several labels, as in *.mx.microsoft; NULL: none. */
static const char *find_shallow(const struct facts *facts, const char *host)
{
    const struct policy *policy = &facts->policy.policy;
    size_t length = strlen(host);
    for (size_t i = 0; i < policy->mx_count; i++) {
        const char *pattern = policy->mx[i];
        size_t tail = strlen(pattern);
        if (strncmp(pattern, "*.", 2) == 0 && length > tail - 1 &&
            strcasecmp(host + length - (tail - 1), pattern + 1) == 0)
            return pattern;
    }
    return NULL;
}

static void say_unmatched(const struct rows_check *check, const struct rows_about *about)
{
    const struct facts *facts = check->facts;
    const char *shallow = find_shallow(facts, about->where);
    if (shallow != NULL)
        rows_say(check, severity_of(facts), about,
                 "no mx of the policy matches this MX, as the * of %s is one label alone", shallow);
    else
        rows_say(check, severity_of(facts), about, "no mx of the policy matches this MX");
}

void rows_judge_x1(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    for (size_t i = 0; i < facts->mx_count && asks_for_mx(facts); i++) {
        const struct facts_mx *mx = &facts->mx[i];
        struct error advice;
        char whom[SENDERS_TEXT_MAX];
        const struct rows_about about = {mx->mxhost->host, rows_whom(whom, check, ALL_SENDERS),
                                         advice.text};
        if (facts_allows(facts, mx->mxhost->host) || mxname_is_broken(&mx->name))
            continue; /* X3 or X4 says what is wrong with the MX record */
        advise_match(&advice, facts, mx);
        say_unmatched(check, &about);
    }
    const struct rows_about rest = {facts->domain, NULL, NULL};
    if (facts->mx_answer.count > FACTS_MX_MAX)
        rows_say(check, SEVERITY_WARNING, &rest,
                 "only the first %d of its %zu MX records are checked", FACTS_MX_MAX,
                 facts->mx_answer.count);
}

/* Also one that is meant by an MX record with a mistake: an address may mean any host. */
static bool has_mx_for(const struct facts *facts, const char *pattern)
{
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct facts_mx *mx = &facts->mx[i];
        char dotless[DNSDATA_NAME_MAX];
        find_dotless(dotless, facts, mx);
        if (mx->name.fault == MXNAME_ADDRESS || (dotless[0] != '\0' && mxmatch(pattern, dotless)) ||
            mxmatch(pattern, mx->mxhost->host) ||
            (mx->name.meant[0] != '\0' && mxmatch(pattern, mx->name.meant)))
            return true;
    }
    return false;
}

void rows_judge_x2(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct policy *policy = &facts->policy.policy;
    const struct rows_about about = {facts->host, NULL,
                                     "leave it out, unless a move of the mail hosts is under way"};
    size_t said = 0, left = 0;
    for (size_t i = 0; i < policy->mx_count && asks_for_mx(facts) && facts->mx_count > 0; i++) {
        bool is_faulty = hostname_mx_fault(policy->mx[i], strlen(policy->mx[i])) != HOSTNAME_FINE;
        if (is_faulty || has_mx_for(facts, policy->mx[i]))
            continue; /* P9 says what is wrong with a faulty one */
        if (said++ < UNMATCHED_MAX)
            rows_say(check, SEVERITY_WARNING, &about, "mx %s matches no MX of %s", policy->mx[i],
                     facts->domain);
        else
            left++;
    }
    if (left > 0)
        rows_say(check, SEVERITY_WARNING, &about, "%zu more mx match no MX of %s", left,
                 facts->domain);
}

/* ---- STARTTLS. */

static const char *advise(const struct smtp *smtp)
{
    switch (smtp->failure) {
    case SMTP_FINE:
        break;
    case SMTP_UNREACHABLE:
    case SMTP_SLOW:
        return "see whether the host is up, and whether port 25 is open from here";
    case SMTP_REFUSED:
        return "see its log: it may refuse other senders, too";
    case SMTP_DENIED:
        return "see its log: it offers STARTTLS, and then rejects it";
    case SMTP_NO_STARTTLS:
        return "enable STARTTLS (in Postfix: smtpd_tls_security_level = may)";
    case SMTP_HANDSHAKE:
        return handshake_advise(smtp->peer.alert, HANDSHAKE_MAIL_HOST);
    case SMTP_OLD_TLS:
        return "enable TLS 1.2 and 1.3 there";
    case SMTP_CERTIFICATE:
        if (smtp->peer.fault == PEER_EXPIRED)
            return "renew the certificate, and have the host load it";
        if (smtp->peer.fault == PEER_NOT_YET_VALID)
            return "set this machine's clock if it is behind, or load the former certificate there";
        return "install a certificate for the MX's own name from a public CA, with its chain";
    }
    return NULL;
}

static void judge_address(struct rows_check *check, const struct mxhost *mxhost,
                          const struct mxhost_address *address)
{
    const struct smtp *smtp = &address->smtp;
    bool untried = smtp->failure == SMTP_UNREACHABLE || smtp->failure == SMTP_SLOW ||
                   smtp->failure == SMTP_REFUSED;
    char whom[SENDERS_TEXT_MAX];
    struct rows_place place;
    struct rows_about about = {rows_place(&place, mxhost->host, address->text),
                               untried ? NULL : rows_whom(whom, check, ALL_SENDERS), advise(smtp)};
    const struct rows_about beside = {about.where, NULL, "give it a public address as well"};
    if (address->scope != NULL && untried) {
        about.advice = beside.advice;
        rows_say(check, SEVERITY_WARNING, &about,
                 "%s address, which senders on the Internet cannot reach; it could not be tested: "
                 "%s",
                 address->scope, smtp->why.text);
        return;
    }
    if (address->scope != NULL)
        rows_say(check, SEVERITY_NOTE, &beside,
                 "%s address, which senders on the Internet cannot reach", address->scope);
    struct error clock;
    if (mxhost_lacks_tls12(address))
        rows_say_tls13_only(check, about.where);
    rows_say_other_chain(check, about.where, &smtp->peer, &address->tls12.peer,
                         &address->other_keys.peer);
    if (rows_blames_clock(&clock, check->facts, &smtp->peer)) {
        about = (struct rows_about){place.text, NULL, ROWS_CLOCK_ADVICE};
        rows_say(check, severity_of(check->facts), &about, "%s", clock.text);
    } else if (untried) {
        rows_say(check, SEVERITY_WARNING, &about, "it could not be tested: %s", smtp->why.text);
    } else if (smtp->failure != SMTP_FINE) {
        rows_say(check, severity_of(check->facts), &about, "%s", smtp->why.text);
    } else {
        rows_say_end(check, place.text, &smtp->peer, "renew it, and have the host load it");
    }
}

/* Returns whether the rest is worth a look. */
static bool judge_name(struct rows_check *check, const struct facts_mx *mx)
{
    struct error problem, advice;
    const struct rows_about about = {mx->mxhost->host, NULL, advice.text};
    if (mx->name.fault == MXNAME_FINE || mx->name.fault == MXNAME_NOWHERE)
        return true;
    mxname_say(&mx->name, &problem, &advice);
    bool is_broken = mxname_is_broken(&mx->name);
    rows_say(check, is_broken ? severity_of(check->facts) : SEVERITY_WARNING, &about, "this MX %s",
             problem.text);
    return !is_broken;
}

static void judge_exchanges(struct rows_check *check, bool backups)
{
    const struct facts *facts = check->facts;
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct mxhost *mxhost = facts->mx[i].mxhost;
        const struct rows_about about = {mxhost->host, NULL,
                                         "give it an address, or correct the MX record"};
        if ((facts->mx[i].preference != facts->mx[0].preference) != backups ||
            !judge_name(check, &facts->mx[i]))
            continue;
        if (mxhost->outcome != DNS_FOUND)
            rows_say(check, severity_of(facts), &about, "this MX of %s has no address: %s",
                     facts->domain, mxhost->why.text);
        const struct rows_about rest = {mxhost->host, NULL, NULL};
        if (mxhost->found_count > mxhost->address_count)
            rows_say(check, SEVERITY_WARNING, &rest, "only %zu of its %zu addresses are tried",
                     mxhost->address_count, mxhost->found_count);
        for (size_t j = 0; j < mxhost->address_count; j++)
            judge_address(check, mxhost, &mxhost->addresses[j]);
    }
}

void rows_judge_x3(struct rows_check *check)
{
    judge_exchanges(check, false);
}

void rows_judge_x4(struct rows_check *check)
{
    judge_exchanges(check, true);
}

void rows_judge_x5(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    struct rows_about about = {facts->domain, NULL,
                               "publish an MX record, and its host as mx of the policy"};
    if (facts->mx_null) {
        about.advice = "withdraw the policy: it protects nothing";
        rows_say(check, SEVERITY_WARNING, &about, "the domain takes no mail (null MX)");
    } else if (facts->mx_implicit && facts->mx_count > 0 &&
               facts->mx[0].mxhost->outcome == DNS_FOUND) {
        rows_say(check, SEVERITY_WARNING, &about,
                 "the domain has no MX record: mail goes to its own address");
    } else if (facts->mx_answer.outcome != DNS_FOUND) {
        rows_say(check, SEVERITY_ERROR, &about, "the domain has no mail host: %s",
                 facts->mx_answer.why.text);
    }
}

/* ---- DANE. */

static size_t count_heeded(const struct mxhost *mxhost)
{
    size_t count = 0;
    for (size_t i = 0; i < mxhost->tlsa_count; i++)
        count += mxhost_heeds_tlsa(&mxhost->tlsa[i]);
    return count;
}

static void judge_secure_tlsa(struct rows_check *check, const struct mxhost *mxhost,
                              struct rows_about *about)
{
    size_t heeded = count_heeded(mxhost);
    if (heeded < mxhost->tlsa_count)
        rows_say(check, SEVERITY_WARNING, about,
                 "of %zu TLSA records, %zu are of a kind that SMTP does not use (RFC 7672)",
                 mxhost->tlsa_count, mxhost->tlsa_count - heeded);
    for (size_t i = 0; i < mxhost->address_count && heeded > 0; i++) {
        const struct mxhost_address *address = &mxhost->addresses[i];
        if (address->smtp.peer.chain_count > 0 && !mxhost_fits_tlsa(mxhost, address))
            rows_say(check, SEVERITY_ERROR, about,
                     "no TLSA record matches the certificate that is presented at %s",
                     address->text);
    }
}

static bool heeds_dane(const struct sender *sender)
{
    return sender->dane != SENDER_DANE_NONE;
}

static void judge_tlsa(struct rows_check *check, const struct mxhost *mxhost)
{
    char name[DNSDATA_NAME_MAX + 16];
    char whom[SENDERS_TEXT_MAX];
    bool is_mx_secure = check->facts->mx_answer.secure;
    struct rows_about about = {name, rows_whom(whom, check, senders_which(heeds_dane)),
                               "publish a 3 1 1 record of the key in use, and remove the others"};
    snprintf(name, sizeof(name), "_25._tcp.%s", mxhost->host);
    if (mxhost->tlsa_outcome == DNS_BOGUS) {
        about.advice = "sign the zone anew, or correct the DS record at its parent";
        rows_say(check, SEVERITY_ERROR, &about, "DNSSEC validation of the TLSA records fails");
    } else if (mxhost->tlsa_outcome == DNS_FAILED && is_mx_secure && mxhost->address_count > 0) {
        about.advice =
            "have the name servers answer for this name, if only that there is no record";
        rows_say(check, SEVERITY_ERROR, &about,
                 "the TLSA records cannot be looked up, and so senders that use DANE wait");
    } else if (mxhost->tlsa_outcome == DNS_FOUND && (!mxhost->tlsa_secure || !is_mx_secure)) {
        about = (struct rows_about){name, NULL, "sign the zones of the domain and of the MX"};
        if (check->facts->validates)
            rows_say(check, SEVERITY_NOTE, &about,
                     "DNSSEC does not protect the TLSA records, so no sender uses them");
    } else if (mxhost->tlsa_outcome == DNS_FOUND) {
        judge_secure_tlsa(check, mxhost, &about);
    }
}

void rows_judge_x6(struct rows_check *check)
{
    for (size_t i = 0; i < check->facts->mx_count; i++)
        judge_tlsa(check, check->facts->mx[i].mxhost);
}
