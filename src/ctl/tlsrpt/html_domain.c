/* SPDX-License-Identifier: ISC */
/* html_domain: one domain's part of a page: verdict, what to do, figure, failures, policy. */
#include "ctl/tlsrpt/html_domain.h"

#include <inttypes.h>
#include <stdlib.h>

#include "ctl/tlsrpt/html_chart.h"
#include "ctl/tlsrpt/html_failures.h"
#include "ctl/tlsrpt/html_out.h"
#include "ctl/tlsrpt/html_policy.h"
#include "ctl/tlsrpt/report_text.h"

static const struct {
    enum html_need need;
    const char *tone; /* of the style sheet */
    const char *text;
} verdicts[] = {
    [ADVICE_SAFE] = {HTML_NEED_STEP, "fine", "enforce is safe now"},
    [ADVICE_WAIT] = {HTML_NEED_PATIENCE, "wait", "wait: too little is known"},
    [ADVICE_HINDERED] = {HTML_NEED_ACTION, "bad", "do not enforce yet"},
    [ADVICE_STALE] = {HTML_NEED_ACTION, "wait", "reports ended"},
    [ADVICE_NO_STS] = {HTML_NEED_PATIENCE, "wait", "no policy seen"},
    [ADVICE_KEEP] = {HTML_NEED_NOTHING, "fine", "enforced, nothing is lost"},
    [ADVICE_LOSES] = {HTML_NEED_ACTION, "bad", "mail is refused"},
    [ADVICE_UNFETCHED] = {HTML_NEED_ACTION, "bad", "policy cannot be fetched"},
    [ADVICE_DANE] = {HTML_NEED_NOTHING, "plain", "DANE alone"},
    [ADVICE_MX_HOST] = {HTML_NEED_NOTHING, "plain", "an MX host"},
};

enum html_need html_domain_need(const struct html_brief *domain)
{
    return domain->name[0] != '\0' ? verdicts[domain->verdict].need : HTML_NEED_PATIENCE;
}

void html_domain_verdict(FILE *out, const struct html_brief *domain)
{
    if (domain->name[0] == '\0')
        html_put(out, "<span class='b plain'>no verdict</span>");
    else
        html_put(out, "<span class='b %s'>%s</span>", verdicts[domain->verdict].tone,
                 verdicts[domain->verdict].text);
}

static void put_advice(FILE *out, const struct advice *advice)
{
    if (advice->line_count > 0)
        html_put(out, "<p class='lead'>%s</p>", advice->lines[0]);
    if (advice->line_count < 2)
        return;
    html_put(out, "<h3>What to do</h3><ul>");
    for (size_t i = 1; i < advice->line_count; i++)
        html_put(out, "<li>%s</li>", advice->lines[i]);
    html_put(out, "</ul>");
}

static void put_number(FILE *out, const char *name, int64_t number)
{
    html_put(out, "<div><dt>%s</dt><dd>%" PRId64 "</dd></div>", name, number);
}

static void put_day(FILE *out, const char *name, int day)
{
    char text[16];
    if (day != 0)
        html_put(out, "<div><dt>%s</dt><dd><time>%s</time></dd></div>", name,
                 report_day_text(day, text));
}

/* What the verdict was made of. */
static void put_evidence(FILE *out, const struct advice *advice)
{
    html_put(out, "<dl>");
    put_day(out, "Newest report", advice->newest_day);
    put_number(out, "Days with sessions under the policy", advice->reported_days);
    put_number(out, "Clean days up to the last", advice->clean_days);
    put_number(out, "Sessions on clean days", advice->clean_sessions);
    put_number(out, "Reported of the last 14 days", advice->recent_days);
    put_number(out, "Sessions of the last 14 days", advice->recent_sessions);
    if (advice->unproven > 0)
        put_number(out, "Unauthenticated reports", advice->unproven);
    put_day(out, "Look again on", advice->ready_day);
    html_put(out, "</dl>");
}

static int put_days(FILE *out, const struct html_domain *domain, bool has_room, struct error *why)
{
    struct tally_facts days;
    if (tally_sum(&days, domain->facts, domain->count, TALLY_BY_DAY, why) != 0)
        return -1;
    if (days.count > 0)
        html_chart(out, &days, has_room);
    free(days.items);
    return 0;
}

int html_domain_write(FILE *out, const struct html_domain *domain, size_t number, bool has_room,
                      struct error *why)
{
    const struct html_brief *brief = domain->brief;
    bool is_named = brief->name[0] != '\0';
    bool is_bad = is_named && html_domain_need(brief) == HTML_NEED_ACTION;
    html_put(out, "<article id='d%zu' class='%s' aria-labelledby='h%zu'><h2 id='h%zu'>", number,
             is_bad ? "s-bad" : "s", number, number);
    html_put(out, "%s ", is_named ? brief->name : "Reports that name no domain");
    html_domain_verdict(out, brief);
    html_put(out, "</h2>");
    if (is_named)
        put_advice(out, &domain->advice);
    if (put_days(out, domain, has_room, why) != 0 ||
        html_hindrances(out, &domain->advice.hindrances, why) != 0 ||
        html_failures(out, domain->facts, domain->count, why) != 0 ||
        html_policies(out, domain->facts, domain->count, why) != 0 ||
        html_policies_seen(out, domain->facts, domain->count, why) != 0)
        return -1;
    if (is_named)
        put_evidence(out, &domain->advice);
    html_put(out, "</article>\n");
    return 0;
}
