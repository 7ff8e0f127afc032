/* SPDX-License-Identifier: ISC */
/* surveyjson: what was found of a domain, as JSON. */
#include "ctl/check/surveyjson.h"

#include "ctl/base/print.h"

/* A text that may hold anything, or null where it is empty. */
static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *peer_json(const struct peer *peer)
{
    if (peer->chain_count == 0)
        return json_null();
    return json_pack("{s:s, s:s, s:I, s:b}", "tls", peer->version, "issuer", peer->issuer,
                     "not_after", (json_int_t)peer->not_after, "valid", peer->fault == PEER_FINE);
}

static json_t *doors_json(const struct facts *facts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < facts->door_count; i++) {
        const struct fetch *fetch = &facts->doors[i].fetch;
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:o, s:o}", "address", facts->doors[i].text, "status",
                            (json_int_t)fetch->status, "milliseconds",
                            (json_int_t)fetch->elapsed_ms, "failure", text_or_null(fetch->why.text),
                            "certificate", peer_json(&fetch->peer)));
    }
    return list;
}

static json_t *gates_json(const struct exchange *exchange)
{
    json_t *list = json_array();
    for (size_t i = 0; i < exchange->gate_count; i++) {
        const struct exchange_gate *gate = &exchange->gates[i];
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "address", gate->address,
                                              "failure", text_or_null(gate->smtp.why.text),
                                              "certificate", peer_json(&gate->smtp.peer)));
    }
    return list;
}

static json_t *mx_json(const struct facts *facts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct facts_mx *mx = &facts->mx[i];
        json_array_append_new(list, json_pack("{s:s, s:i, s:b, s:o}", "host", mx->exchange->host,
                                              "preference", (int)mx->preference, "in_policy",
                                              facts_allows(facts, mx->exchange->host), "addresses",
                                              gates_json(mx->exchange)));
    }
    return list;
}

static json_t *policy_json(const struct facts *facts)
{
    const struct policy *policy = &facts->policy.policy;
    if (!facts->policy_valid)
        return json_null();
    json_t *mx = json_array();
    for (size_t i = 0; i < policy->mx_count; i++)
        json_array_append_new(mx, print_text_json(policy->mx[i]));
    return json_pack("{s:s, s:I, s:o}", "mode", policy_mode_name(policy->mode), "max_age",
                     (json_int_t)policy->max_age, "mx", mx);
}

static json_t *codes_json(const struct verdict_codes *codes)
{
    json_t *list = json_array();
    if (codes->deferred != NULL)
        json_array_append_new(list, json_string(codes->deferred));
    if (codes->returned != NULL)
        json_array_append_new(list, json_string(codes->returned));
    return list;
}

static json_t *hours_json(unsigned hours)
{
    return hours > 0 ? json_integer((json_int_t)hours) : json_null();
}

static json_t *verdicts_json(const struct verdict *verdicts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        const struct verdict *verdict = &verdicts[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:s, s:o, s:s?, s:o, s:b, s:s, s:b, s:s?, s:s}", "sender",
                      verdict->sender, "verdict", verdict_ending_name(verdict->ending), "worst",
                      verdict_ending_name(verdict->worst), "state",
                      verdict_state_name(verdict->state), "codes", codes_json(&verdict->codes),
                      "log", verdict->log, "queue_hours", hours_json(verdict->queue_hours),
                      "in_clear", verdict->in_clear, "known_by",
                      sender_ground_name(verdict->ground), "predicted", verdict->predicted,
                      "failure", verdict->failure, "reason", verdict->reason.text));
    }
    return list;
}

static json_t *removable_json(const struct facts *facts)
{
    struct seen_removal removal;
    bool is_known = seen_removal(&removal, &facts->after) && removal.at != 0;
    return is_known ? json_integer((json_int_t)removal.latest) : json_null();
}

json_t *surveyjson_make(const struct inspection *item)
{
    const struct facts *facts = &item->facts;
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "domain", facts->domain,
                     "host", facts->host, "id", text_or_null(facts->record.id), "policy",
                     policy_json(facts), "addresses", doors_json(facts), "mx", mx_json(facts),
                     "removable_at", removable_json(facts), "findings",
                     findings_json(&item->findings), "verdicts", verdicts_json(item->verdicts));
}
