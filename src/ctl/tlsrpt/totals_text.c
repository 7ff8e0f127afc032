/* SPDX-License-Identifier: ISC */
/* totals_text: what is shown of a tally as tables, a chart and sentences, for people. */
#include "ctl/tlsrpt/totals_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/base/printable.h"
#include "ctl/base/print.h"
#include "ctl/tlsrpt/chart.h"
#include "ctl/tlsrpt/report_text.h"

#define REASON_SHOWN 48 /* bytes; the whole is in JSON and CSV */
#define NUMBER_MAX   24

static const char *number(int64_t value, char out[NUMBER_MAX])
{
    snprintf(out, NUMBER_MAX, "%" PRId64, value);
    return out;
}

static const char *name_or(const char *text, const char *otherwise)
{
    return text[0] != '\0' ? text : otherwise;
}

/* A row of one table. Returns 0, or -1 when out of memory. */
typedef void add_row(struct print_table *table, const struct tally_fact *fact);

static enum print_tone tone_of(const struct tally_fact *fact)
{
    return fact->failures > 0 ? PRINT_WARNING : PRINT_PLAIN;
}

static void add_policy(struct print_table *table, const struct tally_fact *fact)
{
    char reports[NUMBER_MAX], successes[NUMBER_MAX], failures[NUMBER_MAX];
    print_table_add(
        table, tone_of(fact),
        (const char *[]){name_or(fact->domain, "(not named)"), report_kind_name(fact->kind),
                         number(fact->kind_reports, reports), number(fact->successes, successes),
                         number(fact->failures, failures)});
}

static void add_organisation(struct print_table *table, const struct tally_fact *fact)
{
    char reports[NUMBER_MAX], successes[NUMBER_MAX], failures[NUMBER_MAX];
    print_table_add(table, tone_of(fact),
                    (const char *[]){fact->organisation, number(fact->reports, reports),
                                     number(fact->successes, successes),
                                     number(fact->failures, failures)});
}

static void add_mx(struct print_table *table, const struct tally_fact *fact)
{
    char failures[NUMBER_MAX], last[16];
    print_table_add(table, tone_of(fact),
                    (const char *[]){name_or(fact->mx, "(not named)"),
                                     number(fact->failures, failures),
                                     report_day_text(fact->last_day, last)});
}

static const char *kind_of(const struct tally_fact *fact, char out[2 * REPORT_TEXT_MAX + 64])
{
    char reason[REASON_SHOWN];
    report_clean(reason, sizeof(reason), fact->reason);
    snprintf(out, 2 * REPORT_TEXT_MAX + 64, "%s%s%s%s%s", name_or(fact->type, "(not named)"),
             reason[0] != '\0' ? " (" : "", reason, reason[0] != '\0' ? ")" : "",
             fact->outside ? ", MX not in the policy" : "");
    return out;
}

static void add_failure(struct print_table *table, const struct tally_fact *fact)
{
    char failures[NUMBER_MAX], last[16], kind[2 * REPORT_TEXT_MAX + 64];
    print_table_add(table, tone_of(fact),
                    (const char *[]){kind_of(fact, kind), number(fact->failures, failures),
                                     report_day_text(fact->last_day, last)});
}

static void add_detail(struct print_table *table, const struct tally_fact *fact)
{
    char failures[NUMBER_MAX], first[16], last[16], kind[2 * REPORT_TEXT_MAX + 64];
    print_table_add(
        table, tone_of(fact),
        (const char *[]){name_or(fact->domain, "(not named)"), name_or(fact->mx, "(not named)"),
                         kind_of(fact, kind), report_kind_name(fact->kind), fact->organisation,
                         number(fact->failures, failures), report_day_text(fact->first_day, first),
                         report_day_text(fact->last_day, last)});
}

static int write_table(const struct tally_facts *rows, const char *const titles[], size_t columns,
                       add_row *add, struct error *why)
{
    struct print_table table = {.columns = columns};
    if (rows->count > 0)
        print_table_add(&table, PRINT_PLAIN, titles);
    for (size_t i = 0; i < rows->count; i++)
        add(&table, &rows->items[i]);
    int result = print_table_finish(&table);
    if (result == 0 && rows->count > 0)
        putchar('\n');
    return result == 0 ? 0 : error_set(why, "out of memory");
}

static int write_tables(const struct totals_sums *sums, struct error *why)
{
    static const struct {
        enum totals_list list;
        size_t columns;
        const char *titles[PRINT_COLUMNS_MAX];
        add_row *add;
    } tables[] = {
        {TOTALS_POLICIES, 5, {"DOMAIN", "POLICY", "REPORTS", "GOOD", "FAILED"}, add_policy},
        {TOTALS_ORGANISATIONS, 4, {"ORGANISATION", "REPORTS", "GOOD", "FAILED"}, add_organisation},
        {TOTALS_MX, 3, {"MX", "FAILED", "LAST"}, add_mx},
        {TOTALS_TYPES, 3, {"FAILURE", "FAILED", "LAST"}, add_failure},
        {TOTALS_FAILURES,
         8,
         {"DOMAIN", "MX", "FAILURE", "POLICY", "REPORTED BY", "FAILED", "FIRST", "LAST"},
         add_detail},
    };
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (write_table(&sums->lists[tables[i].list], tables[i].titles, tables[i].columns,
                        tables[i].add, why) != 0)
            return -1;
    }
    return 0;
}

static void write_chart(const struct tally_facts *days)
{
    puts("Sessions by day, # good and ! failed:");
    chart_write(days);
    putchar('\n');
}

static int write_advice(void *context, const char *domain, const struct advice *advice)
{
    (void)context;
    for (size_t i = 0; i < advice->line_count; i++)
        print_line("%s%s%s", i == 0 ? domain : "", i == 0 ? ": " : "  ", advice->lines[i]);
    return 0;
}

static void write_counts(const struct totals *totals, const struct totals_sums *sums)
{
    const struct tally_counts *counts = &totals->tally->counts;
    bool is_stored = totals->store != NULL;
    int64_t reports = is_stored ? sums->reports : (int64_t)counts->reports;
    int64_t unproven = is_stored ? sums->unproven : (int64_t)counts->unproven;
    printable_part(stdout, "%" PRId64 " report%s", reports, reports == 1 ? "" : "s");
    if (unproven > 0)
        printable_part(stdout, ", %" PRId64 " of them unauthenticated", unproven);
    if (is_stored && counts->files > 0)
        printable_part(stdout, "; %zu newly taken in, %zu known before", counts->reports,
                       counts->known);
    if (counts->duplicates > 0)
        printable_part(stdout, "; %zu cop%s of them left out", counts->duplicates,
                       counts->duplicates == 1 ? "y" : "ies");
    if (counts->outside > 0)
        printable_part(stdout, ", %zu of other domains or days left out", counts->outside);
    if (counts->without > 0)
        printable_part(stdout, ", %zu mail%s without a report", counts->without,
                       counts->without == 1 ? "" : "s");
    if (counts->dmarc > 0)
        printable_part(stdout, ", %zu DMARC report%s left out", counts->dmarc,
                       counts->dmarc == 1 ? "" : "s");
    if (counts->damaged > 0)
        printable_part(stdout, ", %zu damaged", counts->damaged);
    puts("\n");
}

int totals_write_text(const struct totals *totals, bool *failed, struct error *why)
{
    static const enum totals_list lists[] = {TOTALS_POLICIES, TOTALS_ORGANISATIONS, TOTALS_MX,
                                             TOTALS_TYPES,    TOTALS_FAILURES,      TOTALS_DAYS};
    const struct totals_reading reading = {.lists = lists,
                                           .list_count = sizeof(lists) / sizeof(lists[0])};
    struct totals_sums sums, none = {0};
    int result = totals_read(&sums, totals, &reading, why);
    if (result == 0) {
        write_counts(totals, &sums);
        result = write_tables(&sums, why);
    }
    if (result == 0) {
        write_chart(&sums.lists[TOTALS_DAYS]);
        result = totals_read(&none, totals, &(struct totals_reading){.tell = write_advice}, why);
    }
    *failed = sums.failures > 0;
    totals_free(&sums);
    totals_free(&none);
    if (result == 0 && fflush(stdout) != 0)
        result = error_set(why, "the sums cannot be written");
    return result;
}
