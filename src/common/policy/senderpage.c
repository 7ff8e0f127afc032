/* SPDX-License-Identifier: ISC */
/* senderpage: the page of the documentation about senders, made of their table and lint's rules. */
#include "common/policy/senderpage.h"

#include <string.h>

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

/* What is true of a sender, of some columns of the table. */
struct trait {
    bool is_true;
    const char *words;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The traits that are true, or what is said where none is. */
static void write_traits(FILE *out, const char *what, enum sender_ground ground,
                         const struct trait *traits, size_t count, const char *none)
{
    char words[1024] = "";
    for (size_t i = 0; i < count; i++) {
        size_t used = strlen(words);
        if (traits[i].is_true)
            snprintf(words + used, sizeof(words) - used, "%s%s", used > 0 ? "; " : "",
                     traits[i].words);
    }
    write_known(out, what, ground, words[0] != '\0' ? words : none);
}

static void write_records(FILE *out, const struct sender *sender)
{
    const struct sender_txt *txt = &sender->txt;
    const struct trait taken[] = {
        {txt->several, "one of several records"},
        {txt->any_id, "an id of other characters, or of more than 32"},
        {txt->no_id, "no id"},
        {txt->empty_id, "an empty id"},
        {txt->two_ids, "two ids"},
        {txt->any_case, "the version in any case"},
        {txt->blank_front, "a blank in front"},
        {txt->blank_version, "a blank before the first semicolon"},
        {txt->last_blank, "a blank behind the id"},
        {txt->loose_fields, "empty and malformed fields"},
    };
    const struct trait refused[] = {
        {!txt->several, "a second record"},
        {txt->lone, "any other text beside"},
        {txt->joined, "a text without = beside"},
        {txt->counts_blank, "v=STSv1 ; beside"},
        {txt->counts_bare, "v=STSv1 without a semicolon beside"},
        {txt->counts_longer, "v=STSv10 beside"},
        {txt->counts_case, "v=stsv1 beside"},
        {txt->end_blank, "a blank behind the last semicolon"},
        {txt->no_tab, "a tab before the id"},
    };
    write_traits(out, "a record _mta-sts may have", sender->txt_ground, taken, COUNT(taken),
                 "what RFC 8461 allows");
    write_traits(out, "it finds no record with", sender->txt_ground, refused, COUNT(refused),
                 "nothing more");
}

static void write_fetching(FILE *out, const struct sender *sender)
{
    write_known(out, "status of the answer", sender->fetch_ground,
                sender->takes_any_status ? "any"
                : sender->takes_2xx      ? "200 to 299"
                                         : "200");
    write_known(out, "addresses of the policy host", sender->fetch_ground,
                sender->first_v4_only ? "an IPv4 address alone" : "any");
    write_known(out, "a policy by TLS older than 1.2", sender->fetch_ground,
                sender->takes_old_tls ? "taken" : "not taken");
}

/* What is not in lint's rules, which come last on the page. */
static void write_lines(FILE *out, const struct sender *sender, enum sender_ground ground)
{
    const struct trait traits[] = {
        {sender->last_counts, "of two equal keys the last counts"},
        {sender->any_case, "keys in any case"},
        {sender->strict_colon, "a key with a blank before its colon is none"},
        {sender->blank_ends_mx, "an mx ends at its first blank"},
        {sender->blank_line_ends, "a blank line ends it"},
        {sender->bare_cr, "a lone carriage return ends a line"},
        {sender->ascii_blanks, "a no-break space is a part of the value"},
        {sender->wants_version, "without a version there is none"},
    };
    write_traits(out, "in a policy", ground, traits, COUNT(traits), "as lint's rules have it");
}

static void write_testing(FILE *out, const struct sender *sender)
{
    const struct trait traits[] = {
        {sender->enforces_tests, "as enforce"},
        {sender->tests_hold_454, "mail waits where STARTTLS is refused (454)"},
        {sender->no_fall_back, "mail waits where TLS fails, as without a policy"},
    };
    write_traits(out, "mode testing", sender->acts[SENDER_FINE].ground, traits, COUNT(traits),
                 "mail goes out, whatever of the policy fails");
}

static void write_matching(FILE *out, const struct sender *sender)
{
    const struct trait never[] = {
        {sender->no_underscore, "a host with an underscore"},
        {sender->no_a_label_wildcard, "a host that begins with xn--, under a wildcard"},
    };
    write_known(out, "`*.` stands for", sender->match_ground, match_words(sender->match));
    write_traits(out, "never matches", sender->match_ground, never, COUNT(never), "no host");
    write_act(out, &sender->bad_mx, "a blank in an mx, or `*` as the only mx");
}

static void write_reading(FILE *out, enum sender_id id)
{
    const struct sender *sender = sender_find(id);
    bool is_read = (SENDERS_EVERY & SENDERS_OF(id)) != 0;
    char limit[64];
    snprintf(limit, sizeof(limit), "%u ms", sender->limit_ms);
    write_records(out, sender);
    write_known(out, "a policy is waited for", sender->fetch_ground,
                sender->limit_ms > 0 ? limit : "as long as RFC 8461 says, or longer");
    write_known(out, "text/plain", sender->fetch_ground,
                sender->wants_exact_type ? "required, in lower case"
                : sender->wants_type     ? "required"
                                         : "not looked at");
    write_known(out, "charset of the Content-Type", sender->fetch_ground,
                sender->by_charset ? "the policy is decoded by it" : "not looked at");
    write_fetching(out, sender);
    write_lines(out, sender, is_read ? sender->txt_ground : SENDER_UNKNOWN);
    write_matching(out, sender);
    write_testing(out, sender);
    write_known(out, "the first mail", sender->fetches_later ? SENDER_RUN : sender->fetch_ground,
                sender->fetches_later ? "goes out before it has the policy"
                                      : "waits for the policy");
    write_known(out, "TLS reports", sender->acts[SENDER_FINE].ground,
                sender->reports ? "written" : "not known to be written");
}

static void write_rest(FILE *out, const struct sender *sender)
{
    char dane[128];
    char queue[64];
    snprintf(dane, sizeof(dane), "%s%s", dane_words(sender->dane),
             sender->dane_nameless ? "; usage 2 needs no name in the certificate" : "");
    snprintf(queue, sizeof(queue), "%u hours", sender->queue_hours);
    write_known(out, "another address of the host", sender->acts[SENDER_UNTRUSTED].ground,
                sender->all_addresses ? "is tried" : "is not tried in the same attempt");
    write_known(out, "TLS 1.3", sender->tls13_ground, "used");
    write_known(out, "DANE", sender->dane_ground, dane);
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
    if (!sender->ignores)
        write_reading(out, id);
    write_rest(out, sender);
    if (sender->predicted)
        fprintf(out, "\nThe codes are its maker's; when each comes is read out of RFC 8461.\n");
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
