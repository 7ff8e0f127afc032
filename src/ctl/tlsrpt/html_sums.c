/* SPDX-License-Identifier: ISC */
/* html_sums: what all domains of a page have together, and what was read for it. */
#include "ctl/tlsrpt/html_sums.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/html_chart.h"
#include "ctl/tlsrpt/html_failures.h"
#include "ctl/tlsrpt/html_out.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/totals_rows.h"

#define SAID_MAX 200

/* The cells of one row of a list; the row's element is the caller's. */
typedef void put_cells(FILE *out, const struct tally_fact *row);

static void put_name(FILE *out, const char *name)
{
    html_put(out, "<th scope='row'>%s</th>", html_name(name));
}

static void put_number(FILE *out, const char *label, int64_t number)
{
    html_put(out, "<td class='n' data-l='%s'>%" PRId64 "</td>", label, number);
}

static void put_span(FILE *out, const struct tally_fact *row)
{
    html_put(out, "<td data-l='Days'><div>");
    html_days(out, row->first_day, row->last_day);
    html_put(out, "</div></td>");
}

static void put_sessions(FILE *out, const struct tally_fact *row)
{
    char share[TOTALS_SHARE_MAX];
    put_number(out, "Reports", row->reports);
    put_number(out, "Succeeded", row->successes);
    put_number(out, "Failed", row->failures);
    html_put(out, "<td class='n' data-l='Success'>%s</td>",
             totals_share(share, row->successes, row->failures));
}

static void put_organisation(FILE *out, const struct tally_fact *row)
{
    put_name(out, row->organisation);
    put_number(out, "Unauthenticated", row->unproven_reports);
    put_sessions(out, row);
    put_span(out, row);
}

static void put_failed(FILE *out, const struct tally_fact *row)
{
    put_number(out, "Failed", row->failures);
    put_span(out, row);
}

static void put_mx(FILE *out, const struct tally_fact *row)
{
    put_name(out, row->mx);
    put_failed(out, row);
}

static void put_type(FILE *out, const struct tally_fact *row)
{
    put_name(out, row->type);
    put_failed(out, row);
}

static void put_reason(FILE *out, const struct tally_fact *row)
{
    html_put(out, "<th scope='row'>");
    html_failure_kind(out, row);
    html_put(out, "</th>");
    put_failed(out, row);
}

static void put_day_row(FILE *out, const struct tally_fact *row)
{
    char day[16];
    put_name(out, report_day_text(row->first_day, day));
    put_sessions(out, row);
}

/* ---- The lists. */

const enum totals_list html_sums_lists[HTML_SUMS] = {TOTALS_ORGANISATIONS, TOTALS_MX, TOTALS_TYPES,
                                                     TOTALS_KINDS, TOTALS_DAYS};

static const struct list {
    enum totals_list list;
    const char *name, *caption;
    const char *titles[8];
    put_cells *put;
} lists[HTML_SUMS] = {
    {TOTALS_ORGANISATIONS,
     "organisations",
     "By organisation",
     {"Organisation", "Unauthenticated", "Reports", "Succeeded", "Failed", "Success", "Days"},
     put_organisation},
    {TOTALS_MX, "mx", "Failures by MX host", {"MX host", "Failed", "Days"}, put_mx},
    {TOTALS_TYPES, "types", "Failures by type", {"Failure", "Failed", "Days"}, put_type},
    {TOTALS_KINDS,
     "reasons",
     "Failures by type and reason",
     {"Failure", "Failed", "Days"},
     put_reason},
    {TOTALS_DAYS,
     "days",
     "By day",
     {"Day", "Reports", "Succeeded", "Failed", "Success"},
     put_day_row},
};

static bool is_of_text(const char *title)
{
    return strcmp(title, "Days") == 0;
}

static void put_head(FILE *out, const struct list *list)
{
    size_t columns = sizeof(list->titles) / sizeof(list->titles[0]);
    html_put(out, "<table class='w %s'><caption>%s</caption><thead><tr>", list->name,
             list->caption);
    for (size_t i = 0; i < columns && list->titles[i] != NULL; i++)
        html_put(out, "<th scope='col' class='%s'>%s</th>",
                 i > 0 && !is_of_text(list->titles[i]) ? "n" : "t", list->titles[i]);
    html_put(out, "</tr></thead><tbody>");
}

static void put_list(FILE *out, const struct list *list, struct tally_facts *rows)
{
    size_t limit = list->list == TOTALS_DAYS ? rows->count : HTML_ROWS_MAX;
    if (totals_views[list->list].failed)
        html_sort_by_failures(rows);
    put_head(out, list);
    for (size_t i = 0; i < rows->count && i < limit; i++) {
        html_put(out, "<tr>");
        list->put(out, &rows->items[i]);
        html_put(out, "</tr>");
    }
    html_put(out, "</tbody></table>\n");
    if (rows->count > limit)
        html_put(out, "<p class='soft'>%ld rows are left out; --json has them.</p>",
                 (long)(rows->count - limit));
}

/* The days are shown as a figure, and as a table for who wants the numbers. */
static void put_days(FILE *out, const struct list *list, struct tally_facts *rows, bool has_figure)
{
    if (has_figure)
        html_chart(out, rows, true);
    html_put(out, "<details><summary>The days as a table</summary>");
    put_list(out, list, rows);
    html_put(out, "</details>");
}

/* To be sorted in another way. */
static int copy_rows(struct tally_facts *out, const struct tally_facts *rows, struct error *why)
{
    *out = (struct tally_facts){.count = rows->count, .room = rows->count};
    if (rows->count == 0)
        return 0;
    out->items = calloc(rows->count, sizeof(*out->items));
    if (out->items == NULL)
        return error_set(why, "out of memory");
    memcpy(out->items, rows->items, rows->count * sizeof(*out->items));
    return 0;
}

int html_sums(FILE *out, const struct totals_sums *sums, bool has_figure, struct error *why)
{
    html_put(out, "<section aria-labelledby='all'><h2 id='all'>%s</h2>",
             has_figure ? "All domains together" : "By organisation and kind of failure");
    for (size_t i = 0; i < HTML_SUMS; i++) {
        struct tally_facts rows;
        if (copy_rows(&rows, &sums->lists[lists[i].list], why) != 0)
            return -1;
        if (rows.count > 0 && lists[i].list == TOTALS_DAYS)
            put_days(out, &lists[i], &rows, has_figure);
        else if (rows.count > 0)
            put_list(out, &lists[i], &rows);
        free(rows.items);
    }
    html_put(out, "</section>\n");
    return 0;
}

/* ---- What was read. */

static void put_said(FILE *out, const struct findings *said)
{
    static const char *const severities[] = {
        [SEVERITY_ERROR] = "error",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_NOTE] = "notice",
    };
    if (said->count == 0)
        return;
    html_put(out, "<h3>Said while reading</h3><ul>");
    for (size_t i = 0; i < said->count && i < SAID_MAX; i++)
        html_put(out, "<li>%s: %s: %s</li>", said->items[i].where,
                 severities[said->items[i].severity], said->items[i].problem);
    if (said->count > SAID_MAX)
        html_put(out, "<li>and %ld more</li>", (long)(said->count - SAID_MAX));
    html_put(out, "</ul>");
}

void html_read(FILE *out, const struct tally_counts *counts, const struct findings *said)
{
    const struct {
        const char *name;
        size_t number;
    } rows[] = {
        {"Files", counts->files},
        {"Reports", counts->reports},
        {"Unauthenticated", counts->unproven},
        {"Copies", counts->duplicates},
        {"Left out", counts->outside},
        {"Mails without a report", counts->without},
        {"DMARC reports left out", counts->dmarc},
        {"Damaged", counts->damaged},
    };
    html_put(out, "<section aria-labelledby='read'><h2 id='read'>What was read</h2><dl>");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        html_put(out, "<div><dt>%s</dt><dd>%ld</dd></div>", rows[i].name, (long)rows[i].number);
    html_put(out, "</dl>");
    put_said(out, said);
    html_put(out, "</section>\n");
}
