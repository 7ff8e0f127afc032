/* SPDX-License-Identifier: ISC */
/* verdict_policy: whether one kind of sender gets a policy out of what was seen. Only verdict's own
 * modules include this. */
#include "ctl/check/verdict_policy.h"

#include <string.h>
#include <strings.h>

#include "common/policy/lint.h"
#include "common/policy/mxmatch.h"
#include "ctl/net/txtrecord_sender.h"

static const char fetch_error[] = "sts-policy-fetch-error";
static const char invalid[] = "sts-policy-invalid";
static const char webpki_invalid[] = "sts-webpki-invalid";

static void refuse(struct verdict_policy *out, const char *failure, const char *place,
                   const char *sentence)
{
    out->state = VERDICT_FETCH_ERROR;
    out->failure = failure;
    error_set(&out->why, "%s%s%s", place, place[0] != '\0' ? ": " : "", sentence);
}

bool verdict_policy_has_record(struct verdict_policy *out, const struct sender *sender,
                               const struct facts *facts)
{
    *out = (struct verdict_policy){.state = VERDICT_NONE};
    if (facts->sts.answer.outcome == DNS_FAILED || facts->sts.answer.outcome == DNS_BOGUS) {
        out->state = VERDICT_FETCH_ERROR;
        error_set(&out->why, "the record _mta-sts cannot be looked up");
        return false;
    }
    if (txtrecord_is_found_by(&sender->txt, facts->sts.items, facts->sts.count))
        return true;
    error_set(&out->why, facts->record.usable && facts->sts.count > 1
                             ? "another TXT record stands beside that of MTA-STS"
                             : "there is no record _mta-sts that it can use");
    return false;
}

/* ---- Fetching. */

static bool status_is_taken(const struct sender *sender, long status)
{
    if (sender->takes_any_status)
        return status != 0;
    return status == 200 || (sender->takes_2xx && status >= 200 && status < 300);
}

static bool type_is_taken(const struct sender *sender, const char *type)
{
    size_t length = strcspn(type, "; \t");
    if (!sender->wants_type)
        return true;
    if (length != 10)
        return false;
    return sender->wants_exact_type ? strncmp(type, "text/plain", 10) == 0
                                    : strncasecmp(type, "text/plain", 10) == 0;
}

/* Whether the sender would take the answer at this address; what it reads in it comes later. */
static bool takes(struct verdict_policy *out, const struct sender *sender,
                  const struct policy_address *address)
{
    const struct fetch *fetch = &address->fetch;
    bool got = fetch->failure != FETCH_UNREACHABLE && fetch->failure != FETCH_SLOW &&
               fetch->failure != FETCH_HANDSHAKE && fetch->failure != FETCH_BROKEN &&
               !fetch->is_cut && (!fetch->peer.is_old || sender->takes_old_tls);
    if (got && fetch->peer.fault != PEER_FINE) {
        refuse(out, webpki_invalid, address->text, fetch->peer.why.text);
    } else if (!got || !status_is_taken(sender, fetch->status)) {
        refuse(out, fetch_error, address->text, fetch->why.text);
    } else if (!type_is_taken(sender, fetch->type)) {
        refuse(out, fetch_error, address->text, "it takes no policy of this Content-Type");
    } else if (sender->by_charset && !fetch_is_ascii_charset(fetch)) {
        refuse(out, fetch_error, address->text, "it cannot read the policy by this charset");
    } else if (sender->limit_ms > 0 && fetch->elapsed_ms > (int64_t)sender->limit_ms) {
        refuse(out, fetch_error, address->text, "the answer takes longer than it waits");
    } else if (fetch->body == NULL) {
        refuse(out, fetch_error, address->text, "there is no policy");
    } else {
        return true;
    }
    return false;
}

/* An address without a server costs time alone, if another has one. */
static bool is_dead(const struct policy_address *address)
{
    return address->fetch.failure == FETCH_UNREACHABLE ||
           (address->fetch.failure == FETCH_SLOW && address->fetch.peer.version[0] == '\0');
}

size_t verdict_policy_addresses(const struct policy_address *out[FACTS_ADDRESSES_MAX],
                                const struct sender *sender, const struct facts *facts)
{
    size_t count = 0;
    for (size_t i = 0; i < facts->address_count && count < FACTS_ADDRESSES_MAX; i++) {
        const struct policy_address *address = &facts->addresses[i];
        bool is_only = sender->first_v4_only && !facts->led_elsewhere;
        if (is_only ? !address->is_v4 : is_dead(address))
            continue; /* which of several comes first is DNS's choice */
        out[count++] = address;
    }
    if (count == 0 && facts->address_count > 0 && !sender->first_v4_only)
        out[count++] = &facts->addresses[0];
    return count;
}

/* ---- Reading. */

struct reader {
    struct verdict_policy *out;
    const struct fetch *fetch;
    uint32_t row;
    bool refused, is_none, is_over;
    struct error why;
};

static bool says_utf8(const char *type)
{
    return strcasestr(type, "charset=utf-8") != NULL || strcasestr(type, "charset=\"utf-8") != NULL;
}

static void note_effects(void *context, const struct lint_finding *finding)
{
    struct reader *reader = context;
    const struct lint_rule *rule = finding->rule;
    bool refuses = (lint_rule_senders(rule, LINT_REFUSES) & reader->row) != 0;
    bool wants = (lint_rule_senders(rule, LINT_WANTS_CHARSET) & reader->row) != 0;
    if (!reader->refused && (refuses || (wants && !says_utf8(reader->fetch->type)))) {
        reader->refused = true;
        finding_print(reader->why.text, sizeof(reader->why.text), &finding->found);
    }
    reader->is_over = reader->is_over || (lint_rule_senders(rule, LINT_OVER) & reader->row) != 0;
    reader->is_none =
        reader->is_none || (lint_rule_senders(rule, LINT_MODE_NONE) & reader->row) != 0;
    if ((lint_rule_senders(rule, LINT_HOST_LOST) & reader->row) != 0 && finding->mx_index < 64)
        reader->out->lost |= UINT64_C(1) << finding->mx_index;
}

static void read_policy(struct verdict_policy *out, enum sender_id id, const struct fetch *fetch)
{
    const struct sender *sender = sender_find(id);
    const struct policytext_manner manner = {
        .last_counts = sender->last_counts,
        .any_case = sender->any_case,
        .bare_cr = sender->bare_cr,
        .front_blank = true, /* who does not take it so refuses it: lint's rules have them */
        .colon_blank = !sender->strict_colon,
        .no_break = !sender->ascii_blanks,
        .blank_ends = sender->blank_line_ends,
    };
    struct reader reader = {.out = out, .fetch = fetch, .row = SENDERS_OF(id)};
    struct error why;
    bool is_known = (SENDERS_EVERY & reader.row) != 0;
    lint_policy_text(fetch->body, fetch->length, note_effects, &reader);
    bool is_valid = policytext_read_as(&out->text, &manner, fetch->body, fetch->length, &why) == 0;
    out->mode = out->text.has_mode && !reader.is_none ? out->text.policy.mode : POLICY_MODE_NONE;
    if (reader.refused)
        refuse(out, invalid, "it refuses the policy", reader.why.text);
    else if ((!is_known && !is_valid) || (sender->wants_version && !out->text.has_version))
        refuse(out, invalid, "the policy", why.text);
    else if (!is_known && fetch->failure == FETCH_TOO_LARGE)
        refuse(out, fetch_error, "the policy", fetch->why.text);
    else if (reader.is_over)
        error_set(&out->why, "the policy is over at once");
    else
        out->state = VERDICT_VALID;
}

void verdict_policy_find(struct verdict_policy *out, enum sender_id id,
                         const struct policy_address *address)
{
    *out = (struct verdict_policy){.state = VERDICT_NONE};
    if (takes(out, sender_find(id), address))
        read_policy(out, id, &address->fetch);
}

void verdict_policy_free(struct verdict_policy *policy)
{
    policytext_free(&policy->text);
}

/* ---- Matching. */

static bool matches(const struct sender *sender, const char *pattern, const char *host)
{
    char bare[DNSDATA_NAME_MAX];
    size_t length = sender->blank_ends_mx ? strcspn(pattern, " \t") : strlen(pattern);
    if (length == 0 || length >= sizeof(bare))
        return false;
    memcpy(bare, pattern, length);
    bare[length] = '\0';
    if (bare[length - 1] == '.')
        bare[--length] = '\0';
    if (strncmp(bare, "*.", 2) != 0)
        return mxmatch(bare, host);
    if (sender->no_a_label_wildcard && strncasecmp(host, "xn--", 4) == 0)
        return false;
    if (sender->match == SENDER_ONE_LABEL)
        return mxmatch(bare, host);
    size_t tail = length - 1;
    return strlen(host) > tail && strcasecmp(host + strlen(host) - tail, bare + 1) == 0;
}

bool verdict_policy_allows(const struct verdict_policy *policy, const struct sender *sender,
                           const char *host)
{
    if (sender->no_underscore && strchr(host, '_') != NULL)
        return false;
    for (size_t i = 0; i < policy->text.policy.mx_count; i++) {
        bool is_lost = i < 64 && (policy->lost >> i & 1) != 0;
        if (!is_lost && matches(sender, policy->text.policy.mx[i], host))
            return true;
    }
    return false;
}

bool verdict_policy_is_covered(const struct verdict_policy *policy, const char *name)
{
    for (size_t i = 0; i < policy->text.policy.mx_count && strncmp(name, "*.", 2) == 0; i++) {
        bool is_lost = i < 64 && (policy->lost >> i & 1) != 0;
        if (!is_lost && mxmatch(name, policy->text.policy.mx[i]))
            return true;
    }
    return false;
}

bool verdict_policy_has_bad_mx(const struct verdict_policy *policy)
{
    const struct policy *held = &policy->text.policy;
    size_t stars = 0;
    for (size_t i = 0; i < held->mx_count; i++) {
        stars += strcmp(held->mx[i], "*") == 0;
        if (strpbrk(held->mx[i], " \t") != NULL)
            return true;
    }
    return held->mx_count > 0 && stars == held->mx_count;
}
