/* SPDX-License-Identifier: ISC */
/* rows_policy: the rows about the policy's bytes as served, judged by lint, and about its mode. */
#include <string.h>

#include "common/policy/policyid.h"
#include "ctl/check/rows_say.h"

#define RULES_MAX 15
#define TESTING_S (INT64_C(28) * 86400) /* testing for longer is worth a note */

/* Which row each of lint's rules belongs to. */
static const struct {
    const char *row;
    const char *rules[RULES_MAX];
} groups[] = {
    {"H6", {"too-large", "large", "large-by-a-line-end"}},
    {"P1", {"line-end-literal", "bare-cr", "mixed-line-ends", "lf-only", "no-final-newline"}},
    {"P2",
     {"empty", "blank-line", "after-end", "comment", "line-without-colon", "leading-blank",
      "space-before-colon", "colon-in-value", "value-missing", "key-malformed", "nul-byte",
      "control-byte", "tab", "no-blank-behind-colon", "trailing-blank"}},
    {"P3", {"pem", "utf-16", "bom", "non-ascii"}},
    {"P4", {"version-missing", "version-unknown", "version-not-first"}},
    {"P5", {"mode-missing", "mode-unknown", "mode-translated", "mode-report"}},
    {"P6",
     {"max-age-missing", "max-age-not-a-number", "max-age-above-bound", "max-age-at-bound",
      "max-age-zero"}},
    {"P7", {"max-age-under-a-day", "max-age-enforce-under-a-week"}},
    {"P8", {"mx-missing"}},
    {"P10", {"mx-duplicate", "duplicate-field"}},
    {"P11", {"key-unknown", "key-case", "key-translated", "field-order"}},
    {"P13", {"mx-broad-wildcard"}},
};

/* All other rules are about an mx. */
static const char *row_of(const char *rule)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        for (size_t j = 0; j < RULES_MAX && groups[i].rules[j] != NULL; j++) {
            if (strcmp(groups[i].rules[j], rule) == 0)
                return groups[i].row;
        }
    }
    return "P9";
}

/* Whether no sender reads the policy, as its certificate is refused wherever it is served. */
static bool is_refused(const struct facts *facts)
{
    for (size_t i = 0; i < facts->address_count; i++) {
        if (facts->addresses[i].fetch.status == 200 &&
            facts->addresses[i].fetch.peer.fault == PEER_FINE)
            return false;
    }
    return facts->served != NULL;
}

/* One line in place of all P rows, which begin with P1. */
static void sum_up(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct rows_about about = {facts->host, NULL,
                                     "see to the certificate (H2), then check "
                                     "again"};
    if (strcmp(check->row->id, "P1") == 0 && facts->policy_findings.count > 0)
        rows_say(check, SEVERITY_NOTE, &about,
                 "the policy itself has %zu findings, which no sender comes to as long as the "
                 "certificate is refused",
                 facts->policy_findings.count);
}

void rows_judge_lint(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct rows_about about = {facts->host, "every sender", "write fewer mx lines"};
    for (size_t i = 0; i < facts->address_count; i++) {
        if (facts->addresses[i].fetch.failure == FETCH_TOO_LARGE &&
            strcmp(check->row->id, "H6") == 0) {
            rows_say(check, SEVERITY_ERROR, &about, "%s", facts->addresses[i].fetch.why.text);
            return;
        }
    }
    if (is_refused(facts) && check->row->id[0] == 'P') {
        sum_up(check);
        return;
    }
    for (size_t i = 0; i < facts->policy_findings.count; i++) {
        struct finding finding = facts->policy_findings.items[i];
        if (strcmp(row_of(finding.rule), check->row->id) != 0)
            continue;
        finding.rule = check->row->id;
        findings_copy(check->findings, &finding, finding.where, 0);
    }
}

static void judge_testing(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct check_state *seen = &facts->after;
    struct rows_about about = {facts->host, NULL,
                               "when reports have been clean for two weeks, set enforce"};
    char day[16];
    if (seen->known && facts->now - seen->mode_since > TESTING_S)
        rows_say(check, SEVERITY_WARNING, &about,
                 "the mode is testing since %s: senders deliver even if a check fails",
                 moment_day(seen->mode_since, day));
    else
        rows_say(check, SEVERITY_NOTE, &about,
                 "the mode is testing: senders report what fails, and deliver");
}

void rows_judge_p12(struct rows_check *check)
{
    const struct rows_about about = {check->facts->host, NULL,
                                     "set testing, and later enforce, unless the policy is being "
                                     "withdrawn"};
    if (facts_has_mode(check->facts, POLICY_MODE_TESTING))
        judge_testing(check);
    else if (facts_has_mode(check->facts, POLICY_MODE_NONE))
        rows_say(check, SEVERITY_WARNING, &about, "the mode is none: senders require no TLS");
}

/* ---- Against what was seen before. */

void rows_judge_w1(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct check_state *before = &facts->before;
    char digest[POLICYID_LENGTH + 1];
    char day[16];
    const struct rows_about about = {facts->host, "every sender that has the former policy",
                                     "publish the record with another id"};
    if (!before->known || facts->served == NULL || facts->record.id[0] == '\0' ||
        strcmp(before->id, facts->record.id) != 0 ||
        policyid_make(digest, facts->served->body, facts->served->length, NULL) != 0)
        return;
    if (strcmp(before->digest, digest) != 0)
        rows_say(check, SEVERITY_ERROR, &about,
                 "the policy has changed since %s, but the id is still %s",
                 moment_day(before->last, day), before->id);
}

void rows_judge_w2(struct rows_check *check)
{
    const struct facts *facts = check->facts;
    const struct check_state *seen = &facts->after;
    const struct rows_about about = {facts->host, NULL, NULL};
    struct check_state_removal removal;
    char from[16], to[16], at[16], latest[16];
    if (!check_state_removal(&removal, seen))
        return;
    /* The day itself still counts: until its end. */
    moment_day(removal.at - 1, at);
    moment_day(removal.latest - 1, latest);
    if (removal.at == 0)
        rows_say(check, SEVERITY_NOTE, &about,
                 "keep it for the largest max_age ever served, which is not known here");
    else if (removal.latest <= facts->now)
        rows_say(
            check, SEVERITY_NOTE, &about,
            "no sender has an older policy in its cache any more: record and host may be removed");
    else if (removal.latest == removal.at)
        rows_say(check, SEVERITY_NOTE, &about,
                 "keep record and host until the end of %s (UTC): a sender may have an older "
                 "policy (max_age %u) in its cache until then",
                 at, seen->held_max_age);
    else
        rows_say(
            check, SEVERITY_NOTE, &about,
            "not checked from %s to %s: keep record and host until the end of %s (UTC), in case "
            "another policy was served in between; if none was, until the end of %s (max_age %u)",
            moment_day(seen->gap_from, from), moment_day(seen->gap_to, to), latest, at,
            seen->held_max_age);
}
