/* SPDX-License-Identifier: ISC */
/* verdict: what each kind of sender does with mail to a domain, as it is now. */
#include "ctl/check/verdict.h"

#include "common/senders/senders.h"
#include "ctl/check/verdict_mx.h"
#include "ctl/check/verdict_policy.h"

/* What is known of each, by its source or by what its maker says; see the manual page. Exchange
 * Online's codes are those that its maker documents; when they come is read out of RFC 8461. */
static const struct verdict_sender senders[VERDICT_COUNT] = {
    {.name = "Google", .reports = true},
    {.name = "Exchange Online",
     .reports = true,
     .predicted = true,
     .no_match = {"4.4.8", "5.4.8"},
     .no_starttls = {"4.7.5", "5.7.5"},
     .bad_tls = {"4.7.5", "5.7.5"}},
    {.name = "postfix-mta-sts-resolver",
     .rows = SENDERS_RESOLVER,
     .limit_ms = 4000,
     .wants_type = true,
     .is_postfix = true,
     .no_match = {"4.7.5", NULL},
     .no_starttls = {"4.7.4", NULL},
     .bad_tls = {"4.7.5", NULL}},
    {.name = "postfix-tlspol",
     .rows = SENDERS_TLSPOL,
     .limit_ms = 2000,
     .wants_type = true,
     .is_postfix = true,
     .no_match = {"4.7.5", NULL},
     .no_starttls = {"4.7.4", NULL},
     .bad_tls = {"4.7.5", NULL}},
    {.name = "mox", .rows = SENDERS_MOX, .reports = true},
    {.name = "maddy", .rows = SENDERS_MADDY, .wants_type = true, .wants_lone_record = true},
    {.name = "chasquid", .rows = SENDERS_CHASQUID, .wants_type = true},
    {.name = "Stalwart", .rows = SENDERS_STALWART, .reports = true, .takes_any_status = true},
    {.name = "KumoMTA",
     .rows = SENDERS_KUMOMTA,
     .limit_ms = 20000,
     .wants_type = true,
     .wants_exact_type = true,
     .wants_lone_record = true},
    {.name = "Halon", .rows = SENDERS_HALON, .limit_ms = 5000},
    {.name = "mailauth",
     .rows = SENDERS_MAILAUTH_7,
     .limit_ms = 15000,
     .takes_2xx = true,
     .first_v4_only = true},
    {.name = "Mimecast", .rows = SENDERS_MIMECAST},
    {.name = "Exim", .ignores = true},
};

/* Mail goes out, though something failed: whoever writes reports, and was asked for them, tells. */
static void let_pass(struct verdict *out, const struct verdict_sender *sender,
                     const struct facts *facts, const char *failure)
{
    bool told = failure != NULL && sender->reports && facts->reports_wanted;
    out->ending = told ? VERDICT_REPORTS : VERDICT_DELIVERS;
    out->failure = told ? failure : NULL;
}

static void conclude_testing(struct verdict *out, const struct verdict_sender *sender,
                             const struct facts *facts, const struct verdict_mx *mx)
{
    let_pass(out, sender, facts, mx->failure);
    error_set(&out->reason, "the policy is in testing; %s",
              mx->failure != NULL || mx->passing == 0 ? mx->why.text : "nothing fails");
}

static struct verdict_codes codes_of(const struct verdict_sender *sender, enum verdict_mx_kind kind)
{
    switch (kind) {
    case VERDICT_MX_MISMATCH:
        return sender->no_match;
    case VERDICT_MX_NO_STARTTLS:
        return sender->no_starttls;
    case VERDICT_MX_TLS:
        return sender->bad_tls;
    case VERDICT_MX_FINE:
    case VERDICT_MX_UNREACHABLE:
        break;
    }
    return (struct verdict_codes){NULL, NULL};
}

static void conclude_enforce(struct verdict *out, const struct verdict_sender *sender,
                             const struct facts *facts, const struct verdict_mx *mx)
{
    if (mx->passing > 0) {
        let_pass(out, sender, facts, mx->failure);
        error_set(&out->reason, "%s%s", mx->failure != NULL ? "by another mail host, since " : "",
                  mx->failure != NULL ? mx->why.text : "policy, names and certificates hold");
        return;
    }
    out->ending = VERDICT_DEFERS;
    out->failure = sender->reports && facts->reports_wanted ? mx->failure : NULL;
    /* Postfix learns of a mismatch from the certificate, and tries again for days. */
    if (mx->kind == VERDICT_MX_MISMATCH && mx->alike && !sender->is_postfix)
        out->ending = VERDICT_BOUNCES;
    out->codes = codes_of(sender, mx->kind);
    out->predicted = sender->predicted && out->codes.deferred != NULL;
    error_set(&out->reason, "%s", mx->why.text);
}

static void end_in(struct verdict *out, enum verdict_ending ending, const char *reason)
{
    out->ending = ending;
    error_set(&out->reason, "%s", reason);
}

/* Whether mail cannot go there, whatever the policy: RFC 5321 section 5.1, RFC 7505. */
static bool has_no_host(struct verdict *out, const struct facts *facts)
{
    const struct mxhost *implicit =
        facts->mx_implicit && facts->mx_count > 0 ? facts->mx[0].mxhost : NULL;
    if (facts->mx_null)
        end_in(out, VERDICT_BOUNCES, "the domain takes no mail (null MX)");
    else if (facts->mx_answer.outcome == DNS_NO_NAME)
        end_in(out, VERDICT_BOUNCES, "the domain does not exist");
    else if (facts->mx_answer.outcome == DNS_FAILED || facts->mx_answer.outcome == DNS_BOGUS)
        end_in(out, VERDICT_DEFERS, "the domain's MX records cannot be looked up");
    else if (implicit != NULL &&
             (implicit->outcome == DNS_NO_DATA || implicit->outcome == DNS_NO_NAME))
        end_in(out, VERDICT_BOUNCES, "the domain has neither an MX record nor an address");
    else
        return false;
    return true;
}

static void conclude(struct verdict *out, const struct verdict_sender *sender,
                     const struct facts *facts)
{
    struct verdict_policy policy = {.state = VERDICT_NONE};
    struct verdict_mx mx;
    *out = (struct verdict){.sender = sender->name};
    if (!sender->ignores)
        verdict_policy_find(&policy, sender, facts);
    out->state = policy.state;
    if (has_no_host(out, facts))
        return;
    if (sender->ignores) {
        error_set(&out->reason, "it knows no MTA-STS");
        return;
    }
    if (policy.state != VERDICT_VALID) {
        let_pass(out, sender, facts, policy.failure);
        error_set(&out->reason, "%s; TLS is not required", policy.why.text);
        return;
    }
    verdict_mx_find(&mx, sender, facts);
    switch (facts->policy.policy.mode) {
    case POLICY_MODE_NONE:
        error_set(&out->reason, "the policy's mode is none; TLS is not required");
        break;
    case POLICY_MODE_TESTING:
        conclude_testing(out, sender, facts, &mx);
        break;
    case POLICY_MODE_ENFORCE:
        conclude_enforce(out, sender, facts, &mx);
        break;
    }
}

void verdict_make(struct verdict out[VERDICT_COUNT], const struct facts *facts)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        conclude(&out[i], &senders[i], facts);
}

const char *verdict_ending_name(enum verdict_ending ending)
{
    switch (ending) {
    case VERDICT_DELIVERS:
        return "delivers";
    case VERDICT_REPORTS:
        return "delivers with report";
    case VERDICT_DEFERS:
        return "defers";
    case VERDICT_BOUNCES:
        return "bounces";
    }
    return "";
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
