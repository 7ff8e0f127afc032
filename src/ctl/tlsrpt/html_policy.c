/* SPDX-License-Identifier: ISC */
/* html_policy: the sessions of a domain by kind of policy, and the policy that senders saw. */
#include "ctl/tlsrpt/html_policy.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/html_out.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/totals_rows.h"

#define POLICIES_MAX 8
#define SENDERS_MAX  12

int html_policies(FILE *out, const struct tally_fact *facts, size_t count, struct error *why)
{
    struct tally_facts rows;
    if (tally_sum(&rows, facts, count, TALLY_BY_KIND, why) != 0)
        return -1;
    html_put(out, "<table class='w policies'><caption>Sessions by kind of policy</caption><thead>"
                  "<tr><th scope='col'>Policy</th><th scope='col' class='n'>Reports</th><th "
                  "scope='col' class='n'>Succeeded</th><th scope='col' class='n'>Failed</th><th "
                  "scope='col' class='n'>Success</th><th scope='col'>Days</th>"
                  "</tr></thead><tbody>");
    for (size_t i = 0; i < rows.count; i++) {
        const struct tally_fact *row = &rows.items[i];
        char share[TOTALS_SHARE_MAX];
        html_put(out,
                 "<tr><th scope='row'>%s</th><td class='n' data-l='Reports'>%" PRId64
                 "</td><td class='n' data-l='Succeeded'>%" PRId64
                 "</td><td class='n' data-l='Failed'>%" PRId64
                 "</td><td class='n' data-l='Success'>%s</td>",
                 report_kind_name(row->kind), row->kind_reports, row->successes, row->failures,
                 totals_share(share, row->successes, row->failures));
        html_put(out, "<td data-l='Days'><div>");
        html_days(out, row->first_day, row->last_day);
        html_put(out, "</div></td></tr>");
    }
    html_put(out, "</tbody></table>");
    free(rows.items);
    return 0;
}

/* ---- The policy that senders saw. */

static const char *lines_of(const struct tally_fact *row)
{
    return row->mx_lines != NULL ? row->mx_lines : "";
}

static bool is_same_policy(const struct tally_fact *a, const struct tally_fact *b)
{
    return a->mode == b->mode && strcmp(lines_of(a), lines_of(b)) == 0;
}

static int compare(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    if (a->mode_day != b->mode_day)
        return a->mode_day < b->mode_day ? 1 : -1;
    return strcmp(a->organisation, b->organisation);
}

/* Those of the rows from start on that saw the policy of that row; they are marked as told. */
static void put_senders(FILE *out, struct tally_facts *rows, size_t start)
{
    size_t told = 0;
    for (size_t i = start; i < rows->count; i++) {
        struct tally_fact *row = &rows->items[i];
        if (!row->has_mode || !is_same_policy(row, &rows->items[start]))
            continue;
        if (told < SENDERS_MAX)
            html_put(out, "%s%s%s", told > 0 ? ", " : "", row->organisation,
                     row->unproven ? " (unauthenticated)" : "");
        told++;
        row->has_mode = i == start; /* that is the caller's */
    }
    if (told > SENDERS_MAX)
        html_put(out, " and %ld more", (long)(told - SENDERS_MAX));
}

static void put_policy(FILE *out, struct tally_facts *rows, size_t start)
{
    char day[16];
    const struct tally_fact *row = &rows->items[start];
    html_put(
        out,
        "<tr><th scope='row'>%s</th><td data-l='mx'><div>%s</div></td><td data-l='Used by'><div>",
        policy_mode_name(row->mode), lines_of(row)[0] != '\0' ? lines_of(row) : "(not named)");
    put_senders(out, rows, start);
    html_put(out, "</div></td><td data-l='Last'><time>%s</time></td></tr>",
             report_day_text(row->mode_day, day));
}

static void put_policies(FILE *out, struct tally_facts *rows)
{
    size_t told = 0;
    html_put(out, "<table class='w seen'><caption>The policy that senders saw</caption><thead><tr>"
                  "<th scope='col'>mode</th><th scope='col'>mx</th><th scope='col'>Used by</th><th "
                  "scope='col'>Last</th></tr></thead><tbody>");
    for (size_t i = 0; i < rows->count && told < POLICIES_MAX; i++) {
        if (!rows->items[i].has_mode)
            continue;
        put_policy(out, rows, i);
        rows->items[i].has_mode = false;
        told++;
    }
    html_put(out, "</tbody></table>");
}

int html_policies_seen(FILE *out, const struct tally_fact *facts, size_t count, struct error *why)
{
    struct tally_facts rows;
    size_t kept = 0;
    if (tally_sum(&rows, facts, count, TALLY_BY_ORGANISATION | TALLY_BY_PROOF, why) != 0)
        return -1;
    for (size_t i = 0; i < rows.count; i++) {
        if (rows.items[i].has_mode)
            rows.items[kept++] = rows.items[i];
    }
    rows.count = kept;
    if (kept > 0) {
        qsort(rows.items, kept, sizeof(*rows.items), compare);
        put_policies(out, &rows);
    }
    free(rows.items);
    return 0;
}
