/* SPDX-License-Identifier: ISC */
/* verdict_policy: whether one kind of sender gets a policy out of what was seen. Only verdict's own
 * rooms include this. */
#include "ctl/check/verdict_policy.h"

#include <string.h>
#include <strings.h>

#include "common/policy/lint.h"

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

static bool status_is_taken(const struct verdict_sender *sender, long status)
{
    if (sender->takes_any_status)
        return status != 0;
    return status == 200 || (sender->takes_2xx && status >= 200 && status < 300);
}

static bool type_is_taken(const struct verdict_sender *sender, const char *type)
{
    size_t length = strcspn(type, "; \t");
    if (!sender->wants_type)
        return true;
    if (length != 10)
        return false;
    return sender->wants_exact_type ? strncmp(type, "text/plain", 10) == 0
                                    : strncasecmp(type, "text/plain", 10) == 0;
}

/* Whether the sender would take the answer at this door; what it reads in it comes later. */
static bool takes(struct verdict_policy *out, const struct verdict_sender *sender,
                  const struct policy_address *door)
{
    const struct fetch *fetch = &door->fetch;
    bool got = fetch->failure != FETCH_UNREACHABLE && fetch->failure != FETCH_SLOW &&
               fetch->failure != FETCH_HANDSHAKE && fetch->failure != FETCH_BROKEN &&
               fetch->failure != FETCH_TOO_LARGE && !fetch->peer.is_old;
    if (got && fetch->peer.fault != PEER_FINE) {
        refuse(out, webpki_invalid, door->text, fetch->peer.why.text);
    } else if (!got || !status_is_taken(sender, fetch->status)) {
        refuse(out, fetch_error, door->text, fetch->why.text);
    } else if (!type_is_taken(sender, fetch->type)) {
        refuse(out, fetch_error, door->text, "it takes no policy of this Content-Type");
    } else if (sender->limit_ms > 0 && fetch->elapsed_ms > sender->limit_ms) {
        refuse(out, fetch_error, door->text, "the answer takes longer than it waits");
    } else {
        return true;
    }
    return false;
}

/* An address without a server costs time alone, if another has one. */
static bool is_dead(const struct policy_address *door)
{
    return door->fetch.failure == FETCH_UNREACHABLE ||
           (door->fetch.failure == FETCH_SLOW && door->fetch.peer.version[0] == '\0');
}

/* Each address that is alive must do: a sender takes any of them. */
static bool fetches(struct verdict_policy *out, const struct verdict_sender *sender,
                    const struct facts *facts)
{
    size_t alive = 0;
    refuse(out, fetch_error, facts->host, "the policy host has no address it could use");
    for (size_t i = 0; i < facts->address_count; i++) {
        const struct policy_address *door = &facts->addresses[i];
        if (sender->first_v4_only && !door->is_v4 && !facts->led_elsewhere)
            break; /* IPv4 comes first among the doors */
        if (is_dead(door) && !sender->first_v4_only) {
            if (alive == 0)
                takes(out, sender, door);
            continue;
        }
        if (!takes(out, sender, door))
            return false;
        alive++;
        if (sender->first_v4_only)
            break;
    }
    return alive > 0;
}

/* ---- Reading. */

struct reader {
    const struct verdict_sender *sender;
    bool refused;
    struct error why;
};

static void note_refusal(void *context, const struct lint_finding *finding)
{
    struct reader *reader = context;
    uint32_t refusing = lint_rule_senders(finding->rule, LINT_REFUSES);
    if (reader->refused || (refusing & reader->sender->rows) == 0)
        return;
    reader->refused = true;
    finding_print(reader->why.text, sizeof(reader->why.text), &finding->found);
}

static bool reads(struct verdict_policy *out, const struct verdict_sender *sender,
                  const struct facts *facts)
{
    struct reader reader = {.sender = sender};
    if (facts->served == NULL) {
        refuse(out, fetch_error, facts->host, "no address serves a policy");
        return false;
    }
    if (!facts->policy_valid) {
        refuse(out, invalid, "the policy", facts->policy_why.text);
        return false;
    }
    lint_policy_text(facts->served->body, facts->served->length, note_refusal, &reader);
    if (reader.refused)
        refuse(out, invalid, "it refuses the policy", reader.why.text);
    return !reader.refused;
}

void verdict_policy_find(struct verdict_policy *out, const struct verdict_sender *sender,
                         const struct facts *facts)
{
    *out = (struct verdict_policy){.state = VERDICT_NONE};
    if (facts->sts.answer.outcome == DNS_FAILED || facts->sts.answer.outcome == DNS_BOGUS) {
        out->state = VERDICT_FETCH_ERROR;
        error_set(&out->why, "the record _mta-sts cannot be looked up");
        return;
    }
    if (!facts->record.usable) {
        error_set(&out->why, "there is no record _mta-sts that it can use");
        return;
    }
    if (sender->wants_lone_record && facts->sts.count > 1) {
        error_set(&out->why, "another TXT record stands beside that of MTA-STS");
        return;
    }
    if (!fetches(out, sender, facts) || !reads(out, sender, facts))
        return;
    *out = (struct verdict_policy){.state = VERDICT_VALID};
}
