/* SPDX-License-Identifier: ISC */
/* html_failures: the tables of failures of a page, the largest first. */
#include "ctl/tlsrpt/html_failures.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/failure.h"
#include "ctl/tlsrpt/html_out.h"
#include "ctl/tlsrpt/report_text.h"

#define ADDRESSES_MAX 4 /* of a row; "..." stands for the others */

const char *html_name(const char *text)
{
    return text[0] != '\0' ? text : "(not named)";
}

static int compare(const void *left, const void *right)
{
    const struct tally_fact *a = left;
    const struct tally_fact *b = right;
    if (a->failures != b->failures)
        return a->failures < b->failures ? 1 : -1;
    int order = strcmp(a->mx, b->mx);
    if (order == 0)
        order = strcmp(a->type, b->type);
    if (order == 0)
        order = strcmp(a->organisation, b->organisation);
    return order != 0 ? order : strcmp(a->reason, b->reason);
}

void html_sort_by_failures(struct tally_facts *rows)
{
    if (rows->count > 0)
        qsort(rows->items, rows->count, sizeof(*rows->items), compare);
}

/* A policy that cannot be fetched fails at no MX host. */
static const char *place_of(const struct tally_fact *row)
{
    bool is_of_policy = failure_find(row->type)->effect == FAILURE_OF_POLICY;
    return row->mx[0] == '\0' && is_of_policy ? "(policy host)" : html_name(row->mx);
}

void html_failure_kind(FILE *out, const struct tally_fact *row)
{
    html_put(out, "%s", html_name(row->type));
    if (row->reason[0] != '\0')
        html_put(out, "<small>%s</small>", row->reason);
    if (row->outside)
        html_put(out, "<small>MX not in the policy</small>");
}

static void put_numbers(FILE *out, const struct tally_fact *row)
{
    html_put(out, "<td class='n' data-l='Sessions'>%" PRId64 "</td><td data-l='Days'><div>",
             row->failures);
    html_days(out, row->first_day, row->last_day);
    html_put(out, "</div></td></tr>");
}

/* How many rows are shown, and what the others sum up to. */
static void put_rest(FILE *out, const struct tally_facts *rows)
{
    int64_t sum = 0;
    for (size_t i = HTML_ROWS_MAX; i < rows->count; i++)
        sum = tally_add_up(sum, rows->items[i].failures);
    if (rows->count > HTML_ROWS_MAX)
        html_put(out,
                 "<p class='soft'>%ld smaller rows are left out, with %" PRId64
                 " failed sessions; --json has them.</p>",
                 (long)(rows->count - HTML_ROWS_MAX), sum);
}

/* ---- Addresses. */

static bool is_of_row(const struct tally_fact *fact, const struct tally_fact *row)
{
    return fact->failed && fact->kind == row->kind && fact->outside == row->outside &&
           strcmp(fact->mx, row->mx) == 0 && strcmp(fact->organisation, row->organisation) == 0 &&
           strcmp(fact->type, row->type) == 0 && strcmp(fact->reason, row->reason) == 0;
}

struct addresses {
    const char *items[ADDRESSES_MAX];
    size_t count;
    bool has_more;
};

static void add_address(struct addresses *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], text) == 0)
            return;
    }
    if (text[0] == '\0')
        return;
    if (list->count < ADDRESSES_MAX)
        list->items[list->count++] = text;
    else
        list->has_more = true;
}

static void put_addresses(FILE *out, const char *before, const struct addresses *list)
{
    if (list->count == 0)
        return;
    html_put(out, "<small>%s ", before);
    for (size_t i = 0; i < list->count; i++)
        html_put(out, "%s%s", i > 0 ? ", " : "", list->items[i]);
    html_put(out, "%s</small>", list->has_more ? ", ..." : "");
}

struct domain_facts {
    const struct tally_fact *items;
    size_t count;
};

static void put_row(FILE *out, const struct domain_facts *facts, const struct tally_fact *row)
{
    struct addresses receiving = {.count = 0}, sending = {.count = 0}, helo = {.count = 0};
    for (size_t i = 0; i < facts->count; i++) {
        if (!is_of_row(&facts->items[i], row))
            continue;
        if (strcmp(facts->items[i].ip, row->mx) != 0)
            add_address(&receiving, facts->items[i].ip);
        add_address(&sending, facts->items[i].sender_ip);
        add_address(&helo, facts->items[i].helo);
    }
    html_put(out, "<tr><th scope='row'>%s", place_of(row));
    put_addresses(out, "at", &receiving);
    put_addresses(out, "HELO", &helo);
    html_put(out, "</th><td data-l='Failure'><div>");
    html_failure_kind(out, row);
    html_put(out, "</div></td><td data-l='Reported by'><div>%s", row->organisation);
    put_addresses(out, "from", &sending);
    html_put(out, "</div></td><td data-l='Policy'>%s</td>", report_kind_name(row->kind));
    put_numbers(out, row);
}

int html_failures(FILE *out, const struct tally_fact *facts, size_t count, struct error *why)
{
    struct tally_facts rows = {0};
    struct domain_facts failed = {.count = 0};
    struct tally_fact *items = calloc(count + 1, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < count; i++) {
        if (facts[i].failed)
            items[failed.count++] = facts[i];
    }
    failed.items = items;
    int result = tally_sum(&rows, items, failed.count,
                           TALLY_BY_KIND | TALLY_BY_ORGANISATION | TALLY_BY_MX | TALLY_BY_TYPE |
                               TALLY_BY_FAILURE,
                           why);
    html_sort_by_failures(&rows);
    if (rows.count > 0)
        html_put(
            out,
            "<table class='w failures'><caption>Failures by MX host and organisation"
            "</caption><thead><tr><th scope='col'>MX host</th><th scope='col'>Failure"
            "</th><th scope='col'>Reported by</th><th scope='col'>Policy</th>"
            "<th scope='col' class='n'>Sessions</th><th scope='col'>Days</th></tr></thead><tbody>");
    for (size_t i = 0; i < rows.count && i < HTML_ROWS_MAX; i++)
        put_row(out, &failed, &rows.items[i]);
    if (rows.count > 0)
        html_put(out, "</tbody></table>");
    put_rest(out, &rows);
    free(rows.items);
    free(items);
    return result;
}

int html_hindrances(FILE *out, const struct tally_facts *rows, struct error *why)
{
    if (rows->count == 0)
        return 0;
    struct tally_facts sorted = {reallocarray(NULL, rows->count, sizeof(*rows->items)), rows->count,
                                 rows->count};
    if (sorted.items == NULL)
        return error_set(why, "out of memory");
    memcpy(sorted.items, rows->items, rows->count * sizeof(*rows->items));
    html_sort_by_failures(&sorted);
    html_put(out, "<table class='w hindrances'><caption>What hinders enforce</caption><thead><tr>"
                  "<th scope='col'>MX host</th><th scope='col'>Failure</th><th scope='col' "
                  "class='n'>Sessions</th><th scope='col'>Days</th></tr>"
                  "</thead><tbody>");
    for (size_t i = 0; i < sorted.count && i < HTML_ROWS_MAX; i++) {
        html_put(out, "<tr><th scope='row'>%s</th><td data-l='Failure'><div>",
                 place_of(&sorted.items[i]));
        html_failure_kind(out, &sorted.items[i]);
        html_put(out, "</div></td>");
        put_numbers(out, &sorted.items[i]);
    }
    html_put(out, "</tbody></table>");
    put_rest(out, &sorted);
    free(sorted.items);
    return 0;
}
