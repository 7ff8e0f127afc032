/* SPDX-License-Identifier: ISC */
/* verdict: what each kind of sender does with mail to a domain, as it is now. */
#include "ctl/check/verdict.h"

#include "ctl/check/verdict_mx.h"
#include "ctl/check/verdict_policy.h"

static void end_in(struct verdict *out, enum verdict_ending ending, const char *reason)
{
    out->ending = out->worst = ending;
    error_set(&out->reason, "%s", reason);
}

/* What the cell says; where it is empty, what RFC 8461 and RFC 5321 ask for. */
static void act_by(struct verdict *out, const struct sender *sender, const struct sender_act *act,
                   const char *reason)
{
    bool is_final_by_rfc =
        act == &sender->acts[SENDER_NULL_MX] || act == &sender->acts[SENDER_NO_DOMAIN];
    end_in(out, is_final_by_rfc ? VERDICT_BOUNCES : VERDICT_DEFERS, reason);
    if (act->end == SENDER_RETURNS)
        out->ending = out->worst = VERDICT_BOUNCES;
    else if (act->end == SENDER_WAITS)
        out->ending = out->worst = VERDICT_DEFERS;
    out->codes = (struct verdict_codes){act->deferred, act->returned};
    out->log = act->log;
    out->ground = act->ground;
    out->predicted = act->ground == SENDER_UNKNOWN || (sender->predicted && act->deferred != NULL);
    if (out->ending == VERDICT_DEFERS)
        out->queue_hours = sender->queue_hours;
}

static void act_so(struct verdict *out, const struct sender *sender, enum sender_case what,
                   const char *reason)
{
    act_by(out, sender, &sender->acts[what], reason);
}

/* Mail goes out, though something failed: whoever writes reports, and was asked for them, tells. */
static void let_pass(struct verdict *out, const struct sender *sender, const struct facts *facts,
                     const char *failure)
{
    bool told = failure != NULL && sender->reports && facts->reports.usable;
    out->ending = out->worst = told ? VERDICT_REPORTS : VERDICT_DELIVERS;
    out->failure = told ? failure : NULL;
    out->ground = sender->acts[SENDER_FINE].ground;
}

/* What the hosts come to, where the mail does not simply go out. */
static void conclude_hosts(struct verdict *out, const struct sender *sender,
                           const struct facts *facts, const struct verdict_mx *mx)
{
    struct error text = mx->why;
    act_so(out, sender, mx->act != NULL ? mx->what : SENDER_UNREACHABLE, text.text);
    if (mx->act != NULL && !mx->returns && out->ending == VERDICT_BOUNCES)
        out->ending = out->worst = VERDICT_DEFERS;
    if (out->ending == VERDICT_DEFERS)
        out->queue_hours = sender->queue_hours;
    out->failure = sender->reports && facts->reports.usable ? mx->failure : NULL;
    if (mx->result == VERDICT_MX_UNTESTED) {
        out->ending = VERDICT_UNTESTED;
        out->predicted = false;
    } else if (mx->result == VERDICT_MX_DEPENDS || mx->needs_level)
        out->ending = VERDICT_DEPENDS;
    if (mx->result == VERDICT_MX_DEPENDS)
        error_set(&out->reason, "it depends on the address: %s", text.text);
    else if (mx->needs_level)
        error_set(&out->reason, "at level dane it waits, at level may it delivers: %s", text.text);
}

/* No policy binds the sender: TLS is not required, but a host must answer, and DANE hold. */
static bool conclude_free(struct verdict *out, const struct sender *sender,
                          const struct facts *facts)
{
    struct verdict_mx mx;
    verdict_mx_find(&mx, sender, NULL, facts);
    if (mx.result == VERDICT_MX_PASSES)
        return true;
    conclude_hosts(out, sender, facts, &mx);
    return false;
}

static void conclude_testing(struct verdict *out, const struct sender *sender,
                             const struct facts *facts, const struct verdict_policy *policy)
{
    struct verdict_mx mx;
    verdict_mx_find(&mx, sender, policy, facts);
    if (sender->tests_hold_454 && mx.result == VERDICT_MX_FAILS && mx.what == SENDER_DENIED) {
        conclude_hosts(out, sender, facts, &mx);
        return;
    }
    if (!conclude_free(out, sender, facts))
        return;
    let_pass(out, sender, facts, mx.failure);
    error_set(&out->reason, "the policy is in testing; %s",
              mx.act != NULL ? mx.why.text : "nothing fails");
}

/* A mail host all of whose addresses that were tried offer TLS 1.3 alone; NULL if any does more. */
static const struct mxhost *find_tls13_only(const struct facts *facts)
{
    const struct mxhost *found = NULL;
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct mxhost *mxhost = facts->mx[i].mxhost;
        for (size_t j = 0; j < mxhost->address_count; j++) {
            if (mxhost_lacks_tls12(&mxhost->addresses[j]))
                found = mxhost;
            else if (mxhost->addresses[j].smtp.peer.chain_count > 0)
                return NULL;
        }
    }
    return found;
}

/* What it does is not known: it may deliver, or not. */
static void doubt(struct verdict *out)
{
    out->ending = VERDICT_DEPENDS;
    out->worst = VERDICT_DEFERS;
    out->ground = SENDER_UNKNOWN;
    out->predicted = true;
    out->failure = NULL;
}

/* RFC 8461 lets a sender have TLS 1.2 alone, and of some it is not known. */
static void doubt_tls13(struct verdict *out, const struct sender *sender, const struct facts *facts)
{
    const struct mxhost *mxhost = find_tls13_only(facts);
    if (mxhost == NULL || sender->tls13_ground != SENDER_UNKNOWN)
        return;
    doubt(out);
    error_set(&out->reason,
              "%s offers TLS 1.3 alone, and it is not known whether this sender has it",
              mxhost->host);
}

/* Whoever uses DANE keeps the mail where its records do not fit, whatever the policy. */
static void doubt_dane(struct verdict *out, const struct sender *sender, const struct facts *facts)
{
    struct sender as_if = *sender;
    struct verdict_mx mx;
    if (sender->dane_ground != SENDER_UNKNOWN || out->ending > VERDICT_REPORTS)
        return;
    as_if.dane = SENDER_DANE_FIRST;
    verdict_mx_find(&mx, &as_if, NULL, facts);
    if (mx.result == VERDICT_MX_PASSES || mx.act == NULL ||
        (mx.what != SENDER_DANE_FAILS && mx.what != SENDER_DANE_LOST))
        return;
    doubt(out);
    error_set(&out->reason, "it is not known whether this sender uses DANE; %s", mx.why.text);
}

/* A policy that is fetched behind the first mail binds later ones alone. */
static void tell_of_first(struct verdict *out, const struct sender *sender,
                          const struct facts *facts)
{
    struct verdict_mx mx;
    struct error text = out->reason;
    if (!sender->fetches_later || out->state != VERDICT_VALID || out->ending < VERDICT_DEPENDS)
        return;
    verdict_mx_find(&mx, sender, NULL, facts);
    if (mx.result == VERDICT_MX_PASSES)
        error_set(&out->reason, "%s; its first mail goes out, before it has the policy", text.text);
}

/* Whether a record, an answer or a policy is not as RFC 8461 has it, and it is not known what this
 * sender makes of it. */
static bool reads_unknown(enum sender_id id, const struct facts *facts)
{
    const struct sender *sender = sender_find(id);
    if (sender->ignores || facts->sts.count == 0)
        return false;
    if (sender->txt_ground == SENDER_UNKNOWN && !facts->record.usable)
        return true;
    for (size_t i = 0; i < facts->address_count && sender->fetch_ground == SENDER_UNKNOWN; i++)
        if (facts->addresses[i].fetch.failure != FETCH_FINE)
            return true;
    return (SENDERS_EVERY & SENDERS_OF(id)) == 0 && facts->served != NULL && !facts->policy_valid;
}

static void conclude_enforce(struct verdict *out, const struct sender *sender,
                             const struct facts *facts, const struct verdict_policy *policy)
{
    struct verdict_mx mx;
    if (sender->bad_mx.end == SENDER_WAITS && verdict_policy_has_bad_mx(policy)) {
        act_by(out, sender, &sender->bad_mx,
               "an mx is no name, and it holds all mail while one is");
        return;
    }
    verdict_mx_find(&mx, sender, policy, facts);
    if (mx.result != VERDICT_MX_PASSES) {
        conclude_hosts(out, sender, facts, &mx);
        return;
    }
    bool failed = mx.act != NULL && mx.failure != NULL;
    let_pass(out, sender, facts, failed ? mx.failure : NULL);
    out->in_clear = mx.in_clear;
    out->predicted = failed && sender->acts[mx.what].ground == SENDER_UNKNOWN;
    if (mx.in_clear)
        error_set(&out->reason, "without TLS, though the policy requires it");
    else if (failed && sender->acts[mx.what].end != SENDER_DELIVERS)
        error_set(&out->reason, "by another mail host, since %s", mx.why.text);
    else
        error_set(&out->reason, failed ? "it takes the certificate by its common name"
                                       : "policy, names and certificates hold");
    if (!mx.in_clear)
        doubt_tls13(out, sender, facts);
}

/* By the policy that one address of the policy host gives. */
static void conclude_policy(struct verdict *out, const struct sender *sender,
                            const struct facts *facts, const struct verdict_policy *policy)
{
    out->state = policy->state;
    if (policy->state != VERDICT_VALID) {
        if (!conclude_free(out, sender, facts))
            return;
        let_pass(out, sender, facts, policy->failure);
        error_set(&out->reason, "%s; TLS is not required", policy->why.text);
        return;
    }
    switch (policy->mode) {
    case POLICY_MODE_NONE:
        if (!conclude_free(out, sender, facts))
            return;
        let_pass(out, sender, facts, NULL);
        error_set(&out->reason, "the policy's mode is none; TLS is not required");
        break;
    case POLICY_MODE_TESTING:
        if (sender->enforces_tests)
            conclude_enforce(out, sender, facts, policy);
        else
            conclude_testing(out, sender, facts, policy);
        break;
    case POLICY_MODE_ENFORCE:
        conclude_enforce(out, sender, facts, policy);
        break;
    }
}

/* Whether mail cannot go there, whatever the policy: RFC 5321 section 5.1, RFC 7505. */
static bool has_no_host(struct verdict *out, const struct sender *sender, const struct facts *facts)
{
    const struct mxhost *implicit =
        facts->mx_implicit && facts->mx_count > 0 ? facts->mx[0].mxhost : NULL;
    if (facts->mx_null)
        act_so(out, sender, SENDER_NULL_MX, "the domain takes no mail (null MX)");
    else if (facts->mx_answer.outcome == DNS_NO_NAME)
        act_so(out, sender, SENDER_NO_DOMAIN, "the domain does not exist");
    else if (facts->mx_answer.outcome == DNS_FAILED || facts->mx_answer.outcome == DNS_BOGUS)
        act_so(out, sender, SENDER_NO_LOOKUP, "the domain's MX records cannot be looked up");
    else if (implicit != NULL &&
             (implicit->outcome == DNS_NO_DATA || implicit->outcome == DNS_NO_NAME))
        end_in(out, VERDICT_BOUNCES, "the domain has neither an MX record nor an address");
    else
        return false;
    return true;
}

/* The address at which the worst comes of it, and whether another one ends better. */
static void conclude_addresses(struct verdict *out, enum sender_id id, const struct facts *facts)
{
    const struct sender *sender = sender_find(id);
    const struct policy_address *addresses[FACTS_ADDRESSES_MAX];
    const struct verdict start = *out;
    const char *worst = "";
    bool differs = false;
    size_t count = verdict_policy_addresses(addresses, sender, facts);
    for (size_t i = 0; i < count; i++) {
        struct verdict_policy policy;
        struct verdict one = start;
        verdict_policy_find(&policy, id, addresses[i]);
        conclude_policy(&one, sender, facts, &policy);
        verdict_policy_free(&policy);
        bool passes = one.ending <= VERDICT_REPORTS;
        bool passed = out->ending <= VERDICT_REPORTS;
        differs = differs || (i > 0 && passes != passed);
        if (i == 0 || one.ending > out->ending) {
            *out = one;
            worst = addresses[i]->text;
        }
    }
    if (count == 0) {
        struct verdict_policy none = {.state = VERDICT_FETCH_ERROR,
                                      .failure = "sts-policy-fetch-error"};
        error_set(&none.why, "%s: the policy host has no address it could use", facts->host);
        conclude_policy(out, sender, facts, &none);
    }
    if (differs) {
        struct error text = out->reason;
        out->ending = VERDICT_DEPENDS;
        error_set(&out->reason, "it depends on the address of the policy host; by %s: %s", worst,
                  text.text);
    }
}

static void conclude(struct verdict *out, enum sender_id id, const struct facts *facts)
{
    const struct sender *sender = sender_find(id);
    struct verdict_policy policy = {.state = VERDICT_NONE};
    *out = (struct verdict){.sender = sender_name(id), .ground = sender->acts[SENDER_FINE].ground};
    bool has_record = !sender->ignores && verdict_policy_has_record(&policy, sender, facts);
    if (has_no_host(out, sender, facts)) {
        if (has_record) {
            struct verdict aside = *out;
            conclude_addresses(&aside, id, facts);
            out->state = aside.state;
        }
        return;
    }
    if (sender->ignores) {
        if (conclude_free(out, sender, facts))
            error_set(&out->reason, "it knows no MTA-STS");
    } else if (!has_record) {
        conclude_policy(out, sender, facts, &policy);
    } else {
        conclude_addresses(out, id, facts);
    }
    tell_of_first(out, sender, facts);
    doubt_dane(out, sender, facts);
    if (out->ending != VERDICT_UNTESTED && reads_unknown(id, facts)) {
        out->predicted = true;
        out->ground = SENDER_UNKNOWN;
    }
}

void verdict_make(struct verdict out[VERDICT_COUNT], const struct facts *facts)
{
    for (int id = 0; id < VERDICT_COUNT; id++)
        conclude(&out[id], (enum sender_id)id, facts);
}

const char *verdict_ending_name(enum verdict_ending ending)
{
    static const char *const names[] = {
        [VERDICT_DELIVERS] = "delivers",   [VERDICT_REPORTS] = "delivers with report",
        [VERDICT_UNTESTED] = "not tested", [VERDICT_DEPENDS] = "depends",
        [VERDICT_DEFERS] = "defers",       [VERDICT_BOUNCES] = "bounces",
    };
    return names[ending];
}

const char *verdict_state_name(enum verdict_state state)
{
    switch (state) {
    case VERDICT_NONE:
        return "NONE";
    case VERDICT_VALID:
        return "VALID";
    case VERDICT_FETCH_ERROR:
        return "FETCH_ERROR";
    }
    return "";
}
