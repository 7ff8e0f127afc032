/* SPDX-License-Identifier: ISC */
/* totals_rows: one list of sums as a table or as lines of at most 80 columns, for people. */
#include "ctl/tlsrpt/totals_rows.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/printable.h"
#include "ctl/base/print.h"
#include "ctl/base/wrap.h"
#include "ctl/tlsrpt/chart.h"
#include "ctl/tlsrpt/report_text.h"

#define NUMBER_MAX 24
#define NAME_MAX_  29 /* bytes of a name that are shown, with the NUL */
#define LONG_NAME  45 /* where there are fewer columns */
#define LINE_BYTES 1600
#define INDENT     2

const char *totals_share(char out[TOTALS_SHARE_MAX], int64_t successes, int64_t failures)
{
    double all = (double)successes + (double)failures;
    int share = all > 0 ? (int)((double)successes / all * 1000) : 0;
    if (failures > 0 && share > 999)
        share = 999;
    if (successes > 0 && share < 1)
        share = 1;
    if (!(all > 0))
        snprintf(out, TOTALS_SHARE_MAX, "-");
    else if (failures == 0)
        snprintf(out, TOTALS_SHARE_MAX, "100 %%");
    else
        snprintf(out, TOTALS_SHARE_MAX, "%d.%d %%", share / 10, share % 10);
    return out;
}

const char *totals_trend(char out[TOTALS_SHARE_MAX], const struct tally_trend *trend)
{
    double now = (double)trend->good + (double)trend->failed;
    double before = (double)trend->good_before + (double)trend->failed_before;
    if (!(now > 0) || !(before > 0)) {
        snprintf(out, TOTALS_SHARE_MAX, "-");
        return out;
    }
    double points = 100 * ((double)trend->good / now - (double)trend->good_before / before);
    snprintf(out, TOTALS_SHARE_MAX, "%+.1f", points > -0.05 && points < 0.05 ? 0 : points);
    return out;
}

static size_t line_width(void)
{
    size_t width = wrap_width(STDOUT_FILENO);
    return width > 0 ? width : TOTALS_ROWS_WIDTH;
}

/* Cuts words that do not fit into a line; the whole is told with --reasons. */
static void cut_words(char *text, size_t most)
{
    char *put = text;
    for (const char *at = text; *at != '\0';) {
        size_t blanks = strspn(at, " "), length = strcspn(at + blanks, " ");
        size_t kept = blanks + (length < most ? length : most);
        memmove(put, at, kept);
        if (length > most)
            memcpy(put + kept - 3, "...", 3);
        put += kept;
        at += blanks + length;
    }
    *put = '\0';
}

void totals_rows_line(const char *format, ...)
{
    char text[LINE_BYTES], clean[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    printable_copy(clean, text, strlen(text));
    cut_words(clean, line_width() - INDENT);
    wrap_write(stdout, clean, 0, INDENT, line_width());
    putchar('\n');
}

/* ---- Tables. */

static const char *cut(char *out, size_t size, const char *name)
{
    return report_clean(out, size, name[0] != '\0' ? name : "(not named)");
}

static const char *number(int64_t value, char out[NUMBER_MAX])
{
    snprintf(out, NUMBER_MAX, "%" PRId64, value);
    return out;
}

static void add_row(struct print_table *table, const struct tally_fact *fact, const char *name,
                    const char *more, int64_t reports)
{
    char numbers[3][NUMBER_MAX], share[TOTALS_SHARE_MAX], trend[TOTALS_SHARE_MAX];
    const char *cells[8] = {name};
    size_t count = 1;
    if (more != NULL)
        cells[count++] = more;
    cells[count++] = number(reports, numbers[0]);
    cells[count++] = number(fact->successes, numbers[1]);
    cells[count++] = number(fact->failures, numbers[2]);
    cells[count++] = totals_share(share, fact->successes, fact->failures);
    cells[count++] = totals_trend(trend, &fact->trend);
    print_table_add(table, fact->failures > 0 ? PRINT_WARNING : PRINT_PLAIN, cells);
}

static void add_policy(struct print_table *table, const struct tally_fact *fact)
{
    static const char *const kinds[] = {[REPORT_STS] = "sts",
                                        [REPORT_TLSA] = "tlsa",
                                        [REPORT_NO_POLICY] = "none",
                                        [REPORT_OTHER_KIND] = "other"};
    char name[NAME_MAX_];
    add_row(table, fact, cut(name, sizeof(name), fact->domain), kinds[fact->kind],
            fact->kind_reports);
}

static void add_organisation(struct print_table *table, const struct tally_fact *fact)
{
    char name[NAME_MAX_];
    add_row(table, fact, cut(name, sizeof(name), fact->organisation), NULL, fact->reports);
}

static void add_failed(struct print_table *table, const struct tally_fact *fact, const char *name)
{
    char failures[NUMBER_MAX], first[16], last[16], clean[LONG_NAME];
    print_table_add(table, PRINT_WARNING,
                    (const char *[]){cut(clean, sizeof(clean), name),
                                     number(fact->failures, failures),
                                     report_day_text(fact->first_day, first),
                                     report_day_text(fact->last_day, last)});
}

static void add_mx(struct print_table *table, const struct tally_fact *fact)
{
    add_failed(table, fact, fact->mx);
}

static void add_type(struct print_table *table, const struct tally_fact *fact)
{
    add_failed(table, fact, fact->type);
}

static void add_ip(struct print_table *table, const struct tally_fact *fact)
{
    char failures[NUMBER_MAX], last[16], names[3][NAME_MAX_ - 6];
    print_table_add(table, PRINT_WARNING,
                    (const char *[]){cut(names[0], sizeof(names[0]), fact->mx),
                                     cut(names[1], sizeof(names[1]), fact->ip),
                                     cut(names[2], sizeof(names[2]), fact->sender_ip),
                                     number(fact->failures, failures),
                                     report_day_text(fact->last_day, last)});
}

static const struct table {
    size_t columns;
    const char *titles[8];
    void (*add)(struct print_table *table, const struct tally_fact *fact);
} tables[TOTALS_LISTS] = {
    [TOTALS_POLICIES] = {7,
                         {"DOMAIN", "POLICY", "REPORTS", "GOOD", "FAILED", "SUCCESS", "TREND"},
                         add_policy},
    [TOTALS_ORGANISATIONS] = {6,
                              {"ORGANISATION", "REPORTS", "GOOD", "FAILED", "SUCCESS", "TREND"},
                              add_organisation},
    [TOTALS_MX] = {4, {"MX", "FAILED", "FIRST", "LAST"}, add_mx},
    [TOTALS_TYPES] = {4, {"FAILURE", "FAILED", "FIRST", "LAST"}, add_type},
    [TOTALS_IPS] = {5, {"MX", "ADDRESS", "SENDER", "FAILED", "LAST"}, add_ip},
};

static void say_more(size_t count)
{
    if (count > 0)
        printf("and %zu more: see --top, --by\n", count);
}

int totals_rows_write(enum totals_list list, const struct totals_sums *sums, size_t most,
                      struct error *why)
{
    const struct tally_facts *rows = &sums->lists[list];
    const struct table *kind = &tables[list];
    size_t shown = rows->count < most ? rows->count : most;
    struct print_table table = {.columns = kind->columns};
    if (shown == 0)
        return 0;
    if (list == TOTALS_DAYS) {
        puts("Sessions by day, # good and ! failed:");
        chart_write(rows);
        return 0;
    }
    print_table_add(&table, PRINT_PLAIN, kind->titles);
    for (size_t i = 0; i < shown; i++)
        kind->add(&table, &rows->items[i]);
    if (print_table_finish(&table) != 0)
        return error_set(why, "out of memory");
    say_more(rows->count - shown + sums->left_out[list]);
    return 0;
}

/* ---- Failures, each with its addresses. */

/* In one line, unless the reason is told in full. */
static void write_addresses(const struct tally_fact *fact, bool reasons)
{
    char text[LINE_BYTES], shown[TOTALS_ROWS_WIDTH - INDENT + 1];
    const struct {
        const char *before, *text;
    } parts[] = {
        {"", fact->organisation}, {", from ", fact->sender_ip}, {", to ", fact->ip},
        {", helo ", fact->helo},  {": ", fact->reason},
    };
    size_t used = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].text[0] != '\0')
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", parts[i].before,
                                     parts[i].text);
    }
    if (!reasons)
        printable_say(stdout, "  %s", report_clean(shown, sizeof(shown), text));
    else if (wrap_write(stdout, text, 0, INDENT, line_width()) > 0)
        putchar('\n');
}

static void write_detail(const struct tally_fact *fact, bool reasons)
{
    char first[16], last[16];
    totals_rows_line("%s: %s at %s%s: %" PRId64 " session%s, %s%s%s",
                     fact->domain[0] != '\0' ? fact->domain : "(not named)",
                     fact->type[0] != '\0' ? fact->type : "failure of no type",
                     fact->mx[0] != '\0' ? fact->mx : "an MX that is not named",
                     fact->outside ? ", which the policy does not name" : "", fact->failures,
                     fact->failures == 1 ? "" : "s", report_day_text(fact->first_day, first),
                     fact->last_day != fact->first_day ? " to " : "",
                     fact->last_day != fact->first_day ? report_day_text(fact->last_day, last)
                                                       : "");
    write_addresses(fact, reasons);
}

void totals_rows_details(const struct totals_sums *sums, size_t most, bool reasons)
{
    const struct tally_facts *rows = &sums->lists[TOTALS_DETAILS];
    size_t shown = rows->count < most ? rows->count : most;
    for (size_t i = 0; i < shown; i++)
        write_detail(&rows->items[i], reasons);
    say_more(rows->count - shown + sums->left_out[TOTALS_DETAILS]);
}
