/* SPDX-License-Identifier: ISC */
/* html_page: what is shown of a tally, as one page of HTML in one file, for a browser. */
#include "ctl/tlsrpt/html_page.h"

#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/array.h"
#include "ctl/base/replace.h"
#include "ctl/tlsrpt/html_domain.h"
#include "ctl/tlsrpt/html_out.h"
#include "ctl/tlsrpt/html_style.h"
#include "ctl/tlsrpt/html_sums.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/totals_rows.h"

#define PAGE_MODE   0644
#define SMALL       20 /* domains, with which each bar of each figure has its numbers */
#define ROWS_AT_ALL 20 /* domains that have a row in the overview even if nothing is to do */
#define SHA256_SIZE 32

/* ---- The domains. */

/* What asks for action comes first, and there what loses mail. */
static int compare(const void *left, const void *right)
{
    const struct html_brief *a = left;
    const struct html_brief *b = right;
    bool a_loses = a->name[0] != '\0' && a->verdict == ADVICE_LOSES;
    bool b_loses = b->name[0] != '\0' && b->verdict == ADVICE_LOSES;
    if (html_domain_need(a) != html_domain_need(b))
        return html_domain_need(a) > html_domain_need(b) ? 1 : -1;
    if (a_loses != b_loses)
        return a_loses ? -1 : 1;
    if (a->failures != b->failures)
        return a->failures < b->failures ? 1 : -1;
    return strcmp(a->name, b->name);
}

static void add_fact(struct html_page *page, struct html_brief *domain,
                     const struct tally_fact *fact)
{
    domain->successes = tally_add_up(domain->successes, fact->successes);
    domain->failures = tally_add_up(domain->failures, fact->failures);
    if (page->last_day == 0 || fact->first_day < page->first_day)
        page->first_day = fact->first_day;
    if (fact->last_day > page->last_day)
        page->last_day = fact->last_day;
}

static int take_domain(void *context, const struct tally_facts *facts, const struct advice *advice,
                       struct error *why)
{
    struct html_page *page = context;
    struct html_brief *items = array_grow(page->domains, page->count, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    page->domains = items;
    struct html_brief *domain = &items[page->count++];
    *domain = (struct html_brief){.name = facts->items[0].domain};
    if (advice != NULL) {
        domain->verdict = advice->verdict;
        domain->has_mode = advice->has_mode;
        domain->mode = advice->mode;
        domain->newest_day = advice->newest_day;
    }
    for (size_t i = 0; i < facts->count; i++)
        add_fact(page, domain, &facts->items[i]);
    return 0;
}

/* ---- The head. */

/* The policy names the style sheet by its hash: nothing else can be one, were it to get in. */
static void put_head(FILE *out, bool is_small)
{
    unsigned char bytes[SHA256_SIZE];
    gsize length = sizeof(bytes);
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)html_style, (gssize)strlen(html_style));
    g_checksum_get_digest(sum, bytes, &length);
    g_checksum_free(sum);
    char *hash = g_base64_encode(bytes, length);
    fprintf(out,
            "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
            "<meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; style-src "
            "'sha256-%s'; base-uri 'none'; form-action 'none'\">"
            "<meta name='viewport' content='width=device-width, initial-scale=1'>"
            "<meta name='referrer' content='no-referrer'><meta name='robots' content='noindex'>"
            "<title>TLS reports</title><style>%s</style></head><body class='%s'>\n",
            hash, html_style, is_small ? "few" : "many");
    g_free(hash);
}

/* The sessions of the domains from first on. */
static void sum_sessions(int64_t *successes, int64_t *failures, const struct html_page *page,
                         size_t first)
{
    *successes = *failures = 0;
    for (size_t i = first; i < page->count; i++) {
        *successes = tally_add_up(*successes, page->domains[i].successes);
        *failures = tally_add_up(*failures, page->domains[i].failures);
    }
}

static void put_title(FILE *out, const struct html_page *page, const struct tally_counts *counts)
{
    char share[TOTALS_SHARE_MAX];
    int64_t successes, failures;
    sum_sessions(&successes, &failures, page, 0);
    html_put(out, "<header><h1>TLS reports</h1><p>");
    html_days(out, page->first_day, page->last_day);
    html_put(out, ": %ld report%s on %ld domain%s", (long)counts->reports,
             counts->reports == 1 ? "" : "s", (long)page->count, page->count == 1 ? "" : "s");
    html_put(out, ", %" PRId64 " sessions succeeded and %" PRId64 " failed (%s).</p></header>\n",
             successes, failures, totals_share(share, successes, failures));
}

/* ---- The overview. */

static void put_row(FILE *out, const struct html_brief *domain, size_t number)
{
    char share[TOTALS_SHARE_MAX], newest[16] = "-";
    if (domain->newest_day != 0)
        report_day_text(domain->newest_day, newest);
    html_put(out, "<tr><th scope='row'><a href='#d%zu'>%s</a></th><td data-l='Verdict'>", number,
             domain->name[0] != '\0' ? domain->name : "(not named)");
    html_domain_verdict(out, domain);
    html_put(out,
             "</td><td data-l='Mode'>%s</td><td class='n' data-l='Succeeded'>%" PRId64
             "</td><td class='n' data-l='Failed'>%" PRId64
             "</td><td class='n' data-l='Success'>%s</td><td data-l='Newest report'>"
             "<time>%s</time></td></tr>",
             domain->has_mode ? policy_mode_name(domain->mode) : "-", domain->successes,
             domain->failures, totals_share(share, domain->successes, domain->failures), newest);
}

static bool has_row(const struct html_page *page, size_t index)
{
    return page->count <= ROWS_AT_ALL ||
           html_domain_need(&page->domains[index]) != HTML_NEED_NOTHING;
}

static void put_table(FILE *out, const struct html_page *page)
{
    html_put(out, "<table class='w domains'><caption>Domains, what needs you first</caption>"
                  "<thead><tr><th scope='col'>Domain</th><th scope='col'>Verdict</th><th "
                  "scope='col'>Mode</th><th scope='col' class='n'>Succeeded</th><th scope='col' "
                  "class='n'>Failed</th><th scope='col' class='n'>Success</th><th scope='col'>"
                  "Newest report</th></tr></thead><tbody>");
    for (size_t i = 0; i < page->shown && has_row(page, i); i++)
        put_row(out, &page->domains[i], i + 1);
    html_put(out, "</tbody></table>\n");
}

/* Those of which nothing is to be said but that. */
static void put_rest(FILE *out, const struct html_page *page)
{
    char share[TOTALS_SHARE_MAX];
    size_t start = 0;
    while (start < page->shown && has_row(page, start))
        start++;
    if (start == page->shown)
        return;
    html_put(out, "<h3>Nothing to do: %ld domain%s</h3><ul class='l'>", (long)(page->count - start),
             page->count - start == 1 ? "" : "s");
    for (size_t i = start; i < page->shown; i++)
        html_put(out, "<li><a href='#d%zu'>%s</a> <span class='soft'>%s</span></li>", i + 1,
                 page->domains[i].name,
                 totals_share(share, page->domains[i].successes, page->domains[i].failures));
    html_put(out, "</ul>");
}

/* How many domains ask for what. */
static void put_needs(FILE *out, const struct html_page *page)
{
    static const struct {
        const char *tone, *text;
    } needs[HTML_NEEDS] = {
        [HTML_NEED_ACTION] = {"bad", "to act on"},
        [HTML_NEED_STEP] = {"fine", "ready for mode enforce"},
        [HTML_NEED_PATIENCE] = {"wait", "to wait for"},
        [HTML_NEED_NOTHING] = {"plain", "without anything to do"},
    };
    html_put(out, "<ul class='o'>");
    for (size_t need = 0; need < HTML_NEEDS; need++) {
        long count = 0;
        for (size_t i = 0; i < page->count; i++)
            count += html_domain_need(&page->domains[i]) == (enum html_need)need;
        if (count > 0)
            html_put(out, "<li><span class='b %s'>%ld</span> domain%s %s</li>", needs[need].tone,
                     count, count == 1 ? "" : "s", needs[need].text);
    }
    html_put(out, "</ul>");
}

/* Those that have no part. */
static void put_others(FILE *out, const struct html_page *page)
{
    char share[TOTALS_SHARE_MAX];
    long verdicts[ADVICE_MX_HOST + 1] = {0};
    long count = (long)(page->count - page->shown), unnamed = 0;
    int64_t successes, failures;
    const char *between = ":";
    sum_sessions(&successes, &failures, page, page->shown);
    for (size_t i = page->shown; i < page->count; i++) {
        const struct html_brief *domain = &page->domains[i];
        (*(domain->name[0] != '\0' ? &verdicts[domain->verdict] : &unnamed))++;
    }
    html_put(out, "<p>The other %ld domain%s, without a part on this page", count,
             count == 1 ? "" : "s");
    for (int verdict = 0; verdict <= ADVICE_MX_HOST; verdict++) {
        if (verdicts[verdict] == 0)
            continue;
        html_put(out, "%s %ld %s", between, verdicts[verdict],
                 advice_verdict_name((enum advice_verdict)verdict));
        between = ",";
    }
    if (unnamed > 0)
        html_put(out, "%s %ld not named", between, unnamed);
    html_put(out,
             "; %" PRId64 " sessions succeeded and %" PRId64
             " failed (%s). --domain shows one of them, --top more.</p>",
             successes, failures, totals_share(share, successes, failures));
}

static void put_overview(FILE *out, const struct html_page *page)
{
    html_put(out, "<section aria-labelledby='o'><h2 id='o'>Overview</h2>");
    put_needs(out, page);
    if (page->shown > 0 && has_row(page, 0))
        put_table(out, page);
    put_rest(out, page);
    if (page->count > page->shown)
        put_others(out, page);
    html_put(out, "</section>\n");
}

/* ---- All of it. */

struct part {
    FILE *out;
    const struct html_page *page;
    size_t index;
};

static int put_domain(void *context, struct tally_facts *facts, struct error *why)
{
    const struct part *part = context;
    struct html_domain domain = {.brief = &part->page->domains[part->index]};
    int result = 0;
    tally_facts_finish(facts);
    domain.facts = facts->items;
    domain.count = facts->count;
    if (domain.brief->name[0] != '\0')
        result =
            advice_make(&domain.advice, domain.facts, domain.count, part->page->totals->today, why);
    if (result == 0)
        result =
            html_domain_write(part->out, &domain, part->index + 1, part->page->shown <= SMALL, why);
    advice_free(&domain.advice);
    return result;
}

static int put_page(FILE *out, const struct html_page *page, const struct totals_sums *sums,
                    struct error *why)
{
    char today[16];
    const struct totals *totals = page->totals;
    struct tally_counts counts = totals->tally->counts;
    if (totals->store != NULL) {
        counts.reports = (size_t)sums->reports;
        counts.unproven = (size_t)sums->unproven;
    }
    put_head(out, page->shown <= SMALL);
    put_title(out, page, &counts);
    html_put(out, "<main>");
    if (page->count > 1)
        put_overview(out, page);
    for (size_t i = 0; i < page->shown; i++) {
        struct part part = {out, page, i};
        if (totals_one_domain(totals, page->domains[i].name, put_domain, &part, why) != 0)
            return -1;
    }
    if (html_sums(out, sums, page->count > 1, why) != 0)
        return -1;
    html_read(out, &counts, totals->said);
    html_put(out,
             "</main><footer><p>Made on <time>%s</time> by mta-stsctl tlsrpt.</p></footer>"
             "</body></html>\n",
             report_day_text(totals->today, today));
    return 0;
}

static int write_page(void *context, const struct totals_sums *sums, struct error *why)
{
    struct html_page *page = context;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return error_set(why, "out of memory");
    if (page->count > 1)
        qsort(page->domains, page->count, sizeof(*page->domains), compare);
    page->shown = page->count < page->most ? page->count : page->most;
    int result = put_page(out, page, sums, why);
    bool is_whole = fflush(out) == 0 && !ferror(out);
    fclose(out);
    if (result == 0 && !is_whole)
        result = error_set(why, "out of memory");
    if (result == 0) {
        struct replace_part part = {(const unsigned char *)text, length};
        mode_t mask = umask(0);
        umask(mask);
        result = replace_file(page->path, &part, 1, PAGE_MODE & ~mask, why);
    }
    free(text);
    return result;
}

struct totals_also html_page_also(struct html_page *page)
{
    return (struct totals_also){html_sums_lists, HTML_SUMS, take_domain, write_page, page};
}

void html_page_free(struct html_page *page)
{
    free(page->domains);
}
