/* SPDX-License-Identifier: ISC */
/* surveyjson: writes the results of one domain to a writer. */
#include "ctl/check/surveyjson.h"

#include "ctl/base/finding_out.h"

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static void put_peer(const struct peer *peer, struct writer *writer)
{
    if (peer->chain_count == 0) {
        writer_null(writer, "certificate");
        return;
    }
    writer_start(writer, "certificate");
    writer_text(writer, "tls", peer->version);
    writer_text(writer, "issuer", peer->issuer);
    writer_number(writer, "not_after", peer->not_after);
    writer_boolean(writer, "valid", peer->fault == PEER_FINE);
    writer_end(writer);
}

static void put_policy(const struct facts *facts, struct writer *writer)
{
    const struct policy *policy = &facts->policy.policy;
    if (!facts->policy_valid) {
        writer_null(writer, "policy");
        return;
    }
    writer_start(writer, "policy");
    writer_text(writer, "mode", policy_mode_name(policy->mode));
    writer_number(writer, "max_age", policy->max_age);
    writer_list(writer, "mx");
    for (size_t i = 0; i < policy->mx_count; i++)
        writer_shown(writer, NULL, policy->mx[i]);
    writer_end(writer);
    writer_end(writer);
}

static void put_addresses(const struct facts *facts, struct writer *writer)
{
    writer_list(writer, "addresses");
    for (size_t i = 0; i < facts->address_count; i++) {
        const struct fetch *fetch = &facts->addresses[i].fetch;
        writer_start(writer, NULL);
        writer_text(writer, "address", facts->addresses[i].text);
        writer_number(writer, "status", fetch->status);
        writer_number(writer, "milliseconds", fetch->elapsed_ms);
        writer_text(writer, "failure", or_null(fetch->why.text));
        put_peer(&fetch->peer, writer);
        writer_end(writer);
    }
    writer_end(writer);
}

static void put_mx_addresses(const struct mxhost *mxhost, struct writer *writer)
{
    writer_list(writer, "addresses");
    for (size_t i = 0; i < mxhost->address_count; i++) {
        const struct mxhost_address *address = &mxhost->addresses[i];
        writer_start(writer, NULL);
        writer_text(writer, "address", address->text);
        writer_text(writer, "failure", or_null(address->smtp.why.text));
        put_peer(&address->smtp.peer, writer);
        writer_end(writer);
    }
    writer_end(writer);
}

static void put_mx(const struct facts *facts, struct writer *writer)
{
    writer_list(writer, "mx");
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct facts_mx *mx = &facts->mx[i];
        writer_start(writer, NULL);
        writer_text(writer, "host", mx->mxhost->host);
        writer_number(writer, "preference", mx->preference);
        writer_boolean(writer, "in_policy", facts_allows(facts, mx->mxhost->host));
        put_mx_addresses(mx->mxhost, writer);
        writer_end(writer);
    }
    writer_end(writer);
}

static void put_hours(unsigned hours, struct writer *writer)
{
    if (hours > 0)
        writer_number(writer, "queue_hours", hours);
    else
        writer_null(writer, "queue_hours");
}

static void put_verdicts(const struct verdict *verdicts, struct writer *writer)
{
    writer_list(writer, "verdicts");
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        const struct verdict *verdict = &verdicts[i];
        writer_start(writer, NULL);
        writer_text(writer, "sender", verdict->sender);
        writer_text(writer, "verdict", verdict_ending_name(verdict->ending));
        writer_text(writer, "worst", verdict_ending_name(verdict->worst));
        writer_text(writer, "state", verdict_state_name(verdict->state));
        writer_list(writer, "codes");
        if (verdict->codes.deferred != NULL)
            writer_text(writer, NULL, verdict->codes.deferred);
        if (verdict->codes.returned != NULL)
            writer_text(writer, NULL, verdict->codes.returned);
        writer_end(writer);
        writer_text(writer, "log", verdict->log);
        put_hours(verdict->queue_hours, writer);
        writer_boolean(writer, "in_clear", verdict->in_clear);
        writer_text(writer, "known_by", sender_ground_name(verdict->ground));
        writer_boolean(writer, "predicted", verdict->predicted);
        writer_text(writer, "failure", verdict->failure);
        writer_text(writer, "reason", verdict->reason.text);
        writer_end(writer);
    }
    writer_end(writer);
}

void surveyjson_put(const struct inspection *item, struct writer *writer)
{
    const struct facts *facts = &item->facts;
    struct check_state_removal removal;
    bool is_known = check_state_removal(&removal, &facts->after) && removal.at != 0;
    writer_start(writer, NULL);
    writer_text(writer, "domain", facts->domain);
    writer_text(writer, "host", facts->host);
    writer_text(writer, "id", or_null(facts->record.id));
    put_policy(facts, writer);
    put_addresses(facts, writer);
    put_mx(facts, writer);
    writer_time(writer, "removable_at", is_known ? removal.latest : 0);
    findings_put(&item->findings, writer);
    put_verdicts(item->verdicts, writer);
    writer_end(writer);
}
