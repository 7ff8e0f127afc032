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

struct page {
    struct html_domain *domains; /* those that need most first */
    size_t count;
};

/* ---- The domains. */

static void sum_sessions(struct html_domain *domain)
{
    for (size_t i = 0; i < domain->count; i++) {
        domain->successes = tally_add_up(domain->successes, domain->facts[i].successes);
        domain->failures = tally_add_up(domain->failures, domain->facts[i].failures);
    }
}

/* What asks for action comes first, and there what loses mail. */
static int compare(const void *left, const void *right)
{
    const struct html_domain *a = left;
    const struct html_domain *b = right;
    bool a_loses = a->name[0] != '\0' && a->advice.verdict == ADVICE_LOSES;
    bool b_loses = b->name[0] != '\0' && b->advice.verdict == ADVICE_LOSES;
    if (html_domain_need(a) != html_domain_need(b))
        return html_domain_need(a) > html_domain_need(b) ? 1 : -1;
    if (a_loses != b_loses)
        return a_loses ? -1 : 1;
    if (a->failures != b->failures)
        return a->failures < b->failures ? 1 : -1;
    return strcmp(a->name, b->name);
}

static int add_domain(struct page *page, const struct tally_fact *facts, size_t count, int today,
                      struct error *why)
{
    struct html_domain *items = array_grow(page->domains, page->count, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    page->domains = items;
    struct html_domain *domain = &items[page->count++];
    *domain = (struct html_domain){.name = facts[0].domain, .facts = facts, .count = count};
    sum_sessions(domain);
    if (domain->name[0] == '\0')
        return 0;
    return advice_make(&domain->advice, facts, count, today, why);
}

static int find_domains(struct page *page, const struct totals *totals, struct error *why)
{
    const struct tally_facts *facts = &totals->tally->facts;
    for (size_t start = 0, end = 0; start < facts->count; start = end) {
        while (end < facts->count &&
               strcmp(facts->items[end].domain, facts->items[start].domain) == 0)
            end++;
        if (add_domain(page, &facts->items[start], end - start, totals->today, why) != 0)
            return -1;
    }
    if (page->count > 0)
        qsort(page->domains, page->count, sizeof(*page->domains), compare);
    return 0;
}

static void page_free(struct page *page)
{
    for (size_t i = 0; i < page->count; i++)
        advice_free(&page->domains[i].advice);
    free(page->domains);
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

static void put_title(FILE *out, const struct page *page, const struct totals *totals)
{
    char share[TOTALS_SHARE_MAX];
    int64_t successes = 0, failures = 0;
    int first_day = 0, last_day = 0;
    const struct tally_facts *facts = &totals->tally->facts;
    for (size_t i = 0; i < page->count; i++) {
        successes = tally_add_up(successes, page->domains[i].successes);
        failures = tally_add_up(failures, page->domains[i].failures);
    }
    for (size_t i = 0; i < facts->count; i++) {
        if (i == 0 || facts->items[i].first_day < first_day)
            first_day = facts->items[i].first_day;
        if (facts->items[i].last_day > last_day)
            last_day = facts->items[i].last_day;
    }
    html_put(out, "<header><h1>TLS reports</h1><p>");
    html_days(out, first_day, last_day);
    html_put(out, ": %ld report%s on %ld domain%s", (long)totals->tally->counts.reports,
             totals->tally->counts.reports == 1 ? "" : "s", (long)page->count,
             page->count == 1 ? "" : "s");
    html_put(out, ", %" PRId64 " sessions succeeded and %" PRId64 " failed (%s).</p></header>\n",
             successes, failures, totals_share(share, successes, failures));
}

/* ---- The overview. */

static void put_row(FILE *out, const struct html_domain *domain, size_t number)
{
    char share[TOTALS_SHARE_MAX], newest[16] = "-";
    if (domain->advice.newest_day != 0)
        report_day_text(domain->advice.newest_day, newest);
    html_put(out, "<tr><th scope='row'><a href='#d%zu'>%s</a></th><td data-l='Verdict'>", number,
             domain->name[0] != '\0' ? domain->name : "(not named)");
    html_domain_verdict(out, domain);
    html_put(out,
             "</td><td data-l='Mode'>%s</td><td class='n' data-l='Succeeded'>%" PRId64
             "</td><td class='n' data-l='Failed'>%" PRId64
             "</td><td class='n' data-l='Success'>%s</td><td data-l='Newest report'>"
             "<time>%s</time></td></tr>",
             domain->advice.has_mode ? policy_mode_name(domain->advice.mode) : "-",
             domain->successes, domain->failures,
             totals_share(share, domain->successes, domain->failures), newest);
}

static bool has_row(const struct page *page, size_t index)
{
    return page->count <= ROWS_AT_ALL ||
           html_domain_need(&page->domains[index]) != HTML_NEED_NOTHING;
}

static void put_table(FILE *out, const struct page *page, size_t shown)
{
    html_put(out, "<table class='w domains'><caption>Domains, what needs you first</caption>"
                  "<thead><tr><th scope='col'>Domain</th><th scope='col'>Verdict</th><th "
                  "scope='col'>Mode</th><th scope='col' class='n'>Succeeded</th><th scope='col' "
                  "class='n'>Failed</th><th scope='col' class='n'>Success</th><th scope='col'>"
                  "Newest report</th></tr></thead><tbody>");
    for (size_t i = 0; i < shown && has_row(page, i); i++)
        put_row(out, &page->domains[i], i + 1);
    html_put(out, "</tbody></table>\n");
}

/* Those of which nothing is to be said but that. */
static void put_rest(FILE *out, const struct page *page, size_t shown)
{
    char share[TOTALS_SHARE_MAX];
    size_t start = 0;
    while (start < shown && has_row(page, start))
        start++;
    if (start == shown)
        return;
    html_put(out, "<h3>Nothing to do: %ld domain%s</h3><ul class='l'>", (long)(page->count - start),
             page->count - start == 1 ? "" : "s");
    for (size_t i = start; i < shown; i++)
        html_put(out, "<li><a href='#d%zu'>%s</a> <span class='soft'>%s</span></li>", i + 1,
                 page->domains[i].name,
                 totals_share(share, page->domains[i].successes, page->domains[i].failures));
    html_put(out, "</ul>");
}

/* How many domains ask for what. */
static void put_needs(FILE *out, const struct page *page)
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

static void put_overview(FILE *out, const struct page *page, size_t shown)
{
    html_put(out, "<section aria-labelledby='o'><h2 id='o'>Overview</h2>");
    put_needs(out, page);
    if (shown > 0 && has_row(page, 0))
        put_table(out, page, shown);
    put_rest(out, page, shown);
    if (page->count > shown)
        html_put(out, "<p>%ld more domains have no part on this page: see --domain.</p>",
                 (long)(page->count - shown));
    html_put(out, "</section>\n");
}

/* ---- All of it. */

static int put_page(FILE *out, const struct page *page, const struct totals *totals,
                    struct error *why)
{
    char today[16];
    size_t shown = page->count < HTML_DOMAINS_MAX ? page->count : HTML_DOMAINS_MAX;
    put_head(out, page->count <= SMALL);
    put_title(out, page, totals);
    html_put(out, "<main>");
    if (page->count > 1)
        put_overview(out, page, shown);
    for (size_t i = 0; i < shown; i++) {
        if (html_domain_write(out, &page->domains[i], i + 1, page->count <= SMALL, why) != 0)
            return -1;
    }
    if (html_sums(out, totals, page->count > 1, why) != 0)
        return -1;
    html_read(out, totals);
    html_put(out,
             "</main><footer><p>Made on <time>%s</time> by mta-stsctl tlsrpt.</p></footer>"
             "</body></html>\n",
             report_day_text(totals->today, today));
    return 0;
}

int html_page_write(const struct totals *totals, const char *path, struct error *why)
{
    struct page page = {.count = 0};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (out == NULL)
        return error_set(why, "out of memory");
    int result = find_domains(&page, totals, why);
    if (result == 0)
        result = put_page(out, &page, totals, why);
    bool is_whole = fflush(out) == 0 && !ferror(out);
    fclose(out);
    if (result == 0 && !is_whole)
        result = error_set(why, "out of memory");
    if (result == 0) {
        struct replace_part part = {(const unsigned char *)text, length};
        mode_t mask = umask(0);
        umask(mask);
        result = replace_file(path, &part, 1, PAGE_MODE & ~mask, why);
    }
    free(text);
    page_free(&page);
    return result;
}
