/* SPDX-License-Identifier: ISC */
/* senderpage: the page of the documentation about senders, made of their table and lint's rules. */
#include "common/policy/senderpage.h"

#include "common/policy/lint.h"
#include "common/senders/sender.h"
#include "common/senders/sender_agent.h"

static const char head[] =
    "# What senders do\n"
    "\n"
    "This page is made of the table in `src/common/senders` and of lint's rules, by `make "
    "senders-page`.\n"
    "`mta-stsctl lint`, `check` and `mta-stsd --check` judge by the same table.\n"
    "\n"
    "How a line is known: *run* was tried with the program itself, *source* was read in it, "
    "*vendor* is what\n"
    "its maker says, *unknown* is not known. Where it is unknown, `check` predicts what RFC 8461 "
    "asks for, and\n"
    "says so.\n";

static const char *end_words(enum sender_end end)
{
    switch (end) {
    case SENDER_DELIVERS:
        return "delivers";
    case SENDER_IN_CLEAR:
        return "delivers without TLS";
    case SENDER_WAITS:
        return "waits";
    case SENDER_RETURNS:
        return "returns the mail";
    case SENDER_NOT_KNOWN:
        break;
    }
    return "unknown";
}

static void write_act(FILE *out, const struct sender_act *act, const char *what)
{
    fprintf(out, "| %s | %s%s | %s%s%s | %s | %s |\n", what, end_words(act->end),
            act->is_final ? ", and tries no other MX at once" : "",
            act->deferred != NULL ? act->deferred : "",
            act->deferred != NULL && act->returned != NULL ? ", then " : "",
            act->returned != NULL ? act->returned : "", act->log != NULL ? act->log : "",
            sender_ground_name(act->ground));
}

static const char *match_words(enum sender_match match)
{
    switch (match) {
    case SENDER_ONE_LABEL:
        return "one label";
    case SENDER_ANY_DEPTH:
        return "any number of labels";
    case SENDER_BY_CERTIFICATE:
        break;
    }
    return "any number of labels, and in the certificate, not in the MX";
}

static const char *dane_words(enum sender_dane dane)
{
    switch (dane) {
    case SENDER_DANE_NONE:
        return "not used";
    case SENDER_DANE_FIRST:
        return "decides, whatever the policy";
    case SENDER_DANE_BOTH:
        return "must hold as well as the policy";
    case SENDER_DANE_UNCLEAR:
        return "used; how it goes with a policy is unknown";
    case SENDER_DANE_WITHOUT_POLICY:
        break;
    }
    return "at level dane, where no policy is valid";
}

static void write_known(FILE *out, const char *what, enum sender_ground ground, const char *words)
{
    fprintf(out, "| %s | %s | | | %s |\n", what, ground != SENDER_UNKNOWN ? words : "unknown",
            sender_ground_name(ground));
}

static void write_reading(FILE *out, const struct sender *sender)
{
    char limit[64];
    char queue[64];
    snprintf(limit, sizeof(limit), "%u ms", sender->limit_ms);
    snprintf(queue, sizeof(queue), "%u hours", sender->queue_hours);
    if (!sender->ignores) {
        write_known(out, "a policy is waited for", sender->fetch_ground,
                    sender->limit_ms > 0 ? limit : "as long as RFC 8461 says, or longer");
        write_known(out, "text/plain", sender->fetch_ground,
                    sender->wants_exact_type ? "required, in lower case"
                    : sender->wants_type     ? "required"
                                             : "not looked at");
        write_known(out, "charset of the Content-Type", sender->fetch_ground,
                    sender->by_charset ? "the policy is decoded by it" : "not looked at");
        write_known(out, "`*.` stands for", sender->match_ground, match_words(sender->match));
        write_known(out, "two records _mta-sts", sender->txt_ground,
                    sender->txt.several ? "takes one" : "takes none");
        write_known(out, "another TXT record there", sender->txt_ground,
                    sender->txt.lone ? "takes none" : "ignored");
        write_known(out, "an id of other characters", sender->txt_ground,
                    sender->txt.any_id ? "taken" : "takes no record");
    }
    write_known(out, "TLS 1.3", sender->tls13_ground, "used");
    write_known(out, "DANE", sender->dane_ground, dane_words(sender->dane));
    write_known(out, "mail waits at most", sender->queue_hours > 0 ? sender->queue_ground : 0,
                queue);
}

static void write_sender(FILE *out, enum sender_id id)
{
    const struct sender *sender = sender_find(id);
    fprintf(out, "\n## %s\n\n%s; %s%s\n\n", sender_name(id), sender->version, sender->date,
            sender->ignores ? ". It knows no MTA-STS." : ".");
    fprintf(out, "| Case | It | Codes | Its log says | Known by |\n|---|---|---|---|---|\n");
    for (int what = SENDER_FINE; what < SENDER_CASES; what++)
        write_act(out, &sender->acts[what], sender_case_name((enum sender_case)what));
    write_reading(out, sender);
}

static void write_agents(FILE *out)
{
    fprintf(
        out,
        "\n## How senders name themselves\n\n"
        "By these marks in the User-Agent `mta-stsd` names a family in its log and its metrics. "
        "It is what the client claims: anybody can write the same. All others are \"other\", "
        "such as those that send no User-Agent.\n\n"
        "| Family | User-Agent | Known by | Of |\n|---|---|---|---|\n");
    for (size_t i = 0; i < SENDER_AGENT_OTHER; i++) {
        const struct sender_agent *row = sender_agent_find(i);
        fprintf(out, "| %s | %s `%s` | %s | %s; %s |\n", row->family,
                row->is_inside ? "has" : "begins with", row->mark, sender_ground_name(row->ground),
                row->source, row->date);
    }
}

static void write_rules(FILE *out)
{
    char whom[LINT_WHOM_MAX];
    fprintf(out,
            "\n## How policies are read: the rules of lint\n\n"
            "The senders in front of the first semicolon find no policy, unless it says more of "
            "them.\n\n"
            "| Rule | lint | mta-stsd | Harms |\n|---|---|---|---|\n");
    for (const struct lint_rule *rule = lint_rules; rule->id != NULL; rule++)
        fprintf(out, "| %s | %s | %s | %s |\n", rule->id, severity_name(rule->severity),
                lint_rule_refuses(rule) ? "refuses" : "warns", lint_rule_whom(whom, rule));
}

void senderpage_write(FILE *out)
{
    fputs(head, out);
    for (int id = 0; id < SENDER_COUNT; id++)
        write_sender(out, (enum sender_id)id);
    write_agents(out);
    write_rules(out);
}
