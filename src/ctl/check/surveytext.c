/* SPDX-License-Identifier: ISC */
/* surveytext: writes the results of one domain as text. */
#include "ctl/check/surveytext.h"

#include <stdio.h>
#include <string.h>

#include "ctl/base/print.h"

#define NAMES_MAX 1024
#define CODES_MAX 256

static void write_head(const struct facts *facts)
{
    const struct policy *policy = &facts->policy.policy;
    const char *id = facts->record.id;
    char policy_text[80] = "no valid policy";
    if (facts->policy_valid)
        snprintf(policy_text, sizeof(policy_text), "%s, max_age %u, %zu mx",
                 policy_mode_name(policy->mode), policy->max_age, policy->mx_count);
    print_line("%s: %s, %s %s, %zu MX", facts->domain, policy_text, id[0] != '\0' ? "id" : "no",
               id[0] != '\0' ? id : "id", facts->mx_count);
}

/* How much a finding weighs: what lets others serve the policy, an error that keeps mail away, any
 * other error, a warning; 0: it is not among what is to be done first. */
static int weigh(const struct finding *finding)
{
    bool is_error = finding->severity == SEVERITY_ERROR;
    if (is_error && (strcmp(finding->rule, "D10") == 0 || strcmp(finding->rule, "X7") == 0))
        return 4;
    if (is_error && finding->rule[0] == 'X' && finding->sender != NULL)
        return 3;
    return is_error ? 2 : finding->severity == SEVERITY_WARNING ? 1 : 0;
}

/* The first of the heaviest, apart from those of the row left out. */
static const struct finding *find_first(const struct findings *all, const char *left_out)
{
    const struct finding *first = NULL;
    int best = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct finding *finding = &all->items[i];
        if (weigh(finding) <= best || strcmp(finding->rule, left_out) == 0)
            continue;
        best = weigh(finding);
        first = finding;
    }
    return first;
}

/* The problem of some findings is a sentence that ends with its own advice. */
static const char *separator_of(const struct finding *finding)
{
    return finding->advice != NULL ? "; " : "";
}

static const char *advice_of(const struct finding *finding)
{
    return finding->advice != NULL ? finding->advice : "";
}

/* How much of the advice is said of two findings, so that both fit: its first part. */
static int first_part(const char *advice)
{
    return (int)strcspn(advice, ",");
}

/* "_mta-sts" in place of "_mta-sts.example.com", once the domain was named. */
static void shorten(char *out, size_t size, const char *where, const char *domain)
{
    const char *at = strstr(where, domain);
    bool is_below = at != NULL && at > where && at[-1] == '.';
    int head = is_below ? (int)(at - where - 1) : (int)strlen(where);
    snprintf(out, size, "%.*s%s", head, where, is_below ? at + strlen(domain) : "");
}

/* Cause and remedy of the worst, and of the next, so that three lines of a terminal say what to do.
 */
static void write_first(const struct inspection *item)
{
    const char *domain = item->facts.domain;
    const struct finding *first = find_first(&item->findings, "");
    if (first == NULL) {
        print_line("%s: nothing to do", domain);
        return;
    }
    bool is_named = strstr(first->where, domain) != NULL;
    const char *name = is_named ? "" : domain;
    const char *colon = is_named ? "" : ": ";
    const struct finding *next = find_first(&item->findings, first->rule);
    char where[DNSDATA_NAME_MAX + 64] = "";
    if (next != NULL)
        shorten(where, sizeof(where), next->where, domain);
    if (next == NULL)
        print_line("%s%s%s: %s%s%s (%s)", name, colon, first->where, first->problem,
                   separator_of(first), advice_of(first), first->rule);
    else
        print_line("%s%s%s: %s%s%.*s (%s), then %s: %s%s%.*s (%s)", name, colon, first->where,
                   first->problem, separator_of(first), first_part(advice_of(first)),
                   advice_of(first), first->rule, where, next->problem, separator_of(next),
                   first_part(advice_of(next)), advice_of(next), next->rule);
}

static enum print_tone tone_of(enum verdict_ending ending)
{
    switch (ending) {
    case VERDICT_DELIVERS:
        return PRINT_PLAIN;
    case VERDICT_REPORTS:
    case VERDICT_UNTESTED:
    case VERDICT_DEPENDS:
        return PRINT_WARNING;
    case VERDICT_DEFERS:
    case VERDICT_BOUNCES:
        break;
    }
    return PRINT_ERROR;
}

static bool is_same(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

static bool is_alike(const struct verdict *one, const struct verdict *other)
{
    return one->ending == other->ending && one->in_clear == other->in_clear &&
           (one->ending != VERDICT_DEFERS || one->queue_hours == other->queue_hours) &&
           one->predicted == other->predicted &&
           is_same(one->codes.deferred, other->codes.deferred) &&
           is_same(one->codes.returned, other->codes.returned) && is_same(one->log, other->log) &&
           strcmp(one->reason.text, other->reason.text) == 0;
}

/* "waits, up to 5 days". */
static void write_ending(char *out, size_t size, const struct verdict *verdict)
{
    static const char *const words[] = {
        [VERDICT_DELIVERS] = "delivered",  [VERDICT_REPORTS] = "delivered, and reported",
        [VERDICT_UNTESTED] = "not tested", [VERDICT_DEPENDS] = "depends",
        [VERDICT_DEFERS] = "waits",        [VERDICT_BOUNCES] = "returned",
    };
    unsigned hours = verdict->ending == VERDICT_DEFERS ? verdict->queue_hours : 0;
    if (verdict->in_clear)
        snprintf(out, size, "%s without TLS", words[verdict->ending]);
    else if (hours >= 48 && hours % 24 == 0)
        snprintf(out, size, "%s, up to %u days", words[verdict->ending], hours / 24);
    else if (hours > 0)
        snprintf(out, size, "%s, up to %u hours", words[verdict->ending], hours);
    else
        snprintf(out, size, "%s", words[verdict->ending]);
}

/* "4.7.5, then 5.7.5 "Server certificate not verified" (predicted)". */
static void write_codes(char *out, size_t size, const struct verdict *verdict)
{
    const struct verdict_codes *codes = &verdict->codes;
    const char *deferred = codes->deferred != NULL ? codes->deferred : "";
    const char *returned = codes->returned != NULL ? codes->returned : "";
    bool has_code = deferred[0] != '\0' || returned[0] != '\0';
    bool has_log = verdict->log != NULL;
    snprintf(out, size, "%s%s%s%s%s%s%s%s", deferred,
             deferred[0] != '\0' && returned[0] != '\0' ? ", then " : "", returned,
             has_code && has_log ? " " : "", has_log ? "\"" : "", has_log ? verdict->log : "",
             has_log ? "\"" : "",
             !verdict->predicted   ? ""
             : has_code || has_log ? " (predicted)"
                                   : "(predicted)");
}

/* Senders that do the same share a row, in the place of the first of them: why, then who. */
static void add_alike(struct print_table *table, const struct verdict *all, size_t index)
{
    const struct verdict *verdict = &all[index];
    char names[NAMES_MAX] = "";
    char ending[64];
    char codes[CODES_MAX];
    char reason[sizeof(verdict->reason.text) + NAMES_MAX + 4];
    for (size_t i = 0; i < index; i++) {
        if (is_alike(verdict, &all[i]))
            return;
    }
    for (size_t i = index; i < VERDICT_COUNT; i++) {
        size_t used = strlen(names);
        if (is_alike(verdict, &all[i]))
            snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
                     all[i].sender);
    }
    write_ending(ending, sizeof(ending), verdict);
    write_codes(codes, sizeof(codes), verdict);
    snprintf(reason, sizeof(reason), "%s (%s)", verdict->reason.text, names);
    print_table_add(table, tone_of(verdict->ending), (const char *[]){ending, codes, reason});
}

/* The worst first. */
static void add_verdicts(struct print_table *table, const struct verdict *all, bool *predicts)
{
    print_table_add(
        table, PRINT_PLAIN,
        (const char *[]){"MAIL IS", "CODE, \"LOG OR BOUNCE OF THE SENDER\"", "WHY (FROM WHOM)"});
    for (int ending = VERDICT_BOUNCES; ending >= VERDICT_DELIVERS; ending--) {
        for (size_t i = 0; i < VERDICT_COUNT; i++) {
            if ((int)all[i].ending != ending)
                continue;
            add_alike(table, all, i);
            *predicts = *predicts || all[i].predicted;
        }
    }
}

int surveytext_write(const struct inspection *item)
{
    struct print_table table = {.columns = 3};
    bool predicts = false;
    write_first(item);
    write_head(&item->facts);
    if (findings_write(&item->findings) != 0)
        return -1;
    print_line("What happens to mail to %s, sent now by a sender that has no policy of it yet:",
               item->facts.domain);
    add_verdicts(&table, item->verdicts, &predicts);
    int result = print_table_finish(&table);
    if (result == 0 && predicts)
        print_line("(predicted): what RFC 8461 asks for, as it is not known what the sender does");
    return result;
}

void surveytext_count_mail(struct surveytext_mail *mail, const struct facts *facts)
{
    for (size_t i = 0; i < facts->mx_count; i++) {
        const struct mxhost *mxhost = facts->mx[i].mxhost;
        mail->tried += mxhost->address_count;
        for (size_t j = 0; j < mxhost->address_count; j++)
            mail->reached += mxhost->addresses[j].smtp.failure != SMTP_UNREACHABLE &&
                             mxhost->addresses[j].smtp.failure != SMTP_SLOW;
    }
}

void surveytext_write_mail(const struct surveytext_mail *mail)
{
    if (mail->tried > 0 && mail->reached == 0)
        print_line("No mail host of these domains could be reached from here: this network may "
                   "close port 25.");
}
