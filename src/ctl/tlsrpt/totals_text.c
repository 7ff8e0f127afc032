/* SPDX-License-Identifier: ISC */
/* totals_text: what is shown of reports as sentences and tables, for people. */
#include "ctl/tlsrpt/totals_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"
#include "common/base/moment.h"
#include "common/base/printable.h"
#include "ctl/tlsrpt/totals_rows.h"

#define ALL         ((size_t)-1)
#define FEW         3 /* domains that are told of whatever their advice */
#define TOLD_MOST   5 /* of those that need it */
#define ROWS_MOST   8
#define SHORT_MOST  3 /* rows of the tables that follow */
#define NEWS_MOST   5
#define VERDICTS    (ADVICE_MX_HOST + 1)
#define LINES_SHORT 3 /* of a domain's advice, where there are many domains */

/* What is told of a domain. */
struct told {
    const char *domain;
    enum advice_verdict verdict;
    int64_t failures;
    char *lines[ADVICE_LINES_MAX];
    size_t line_count;
};

struct telling {
    struct told *items;
    size_t count;
    size_t domains;
    size_t verdicts[VERDICTS]; /* of all domains */
};

/* ---- The advice: that on which one must act first, and how many others there are. */

static int urgency(enum advice_verdict verdict)
{
    static const int table[VERDICTS] = {
        [ADVICE_LOSES] = 3, [ADVICE_UNFETCHED] = 2, [ADVICE_HINDERED] = 1};
    return table[verdict];
}

static int compare_told(const void *left, const void *right)
{
    const struct told *a = left;
    const struct told *b = right;
    if (urgency(a->verdict) != urgency(b->verdict))
        return urgency(b->verdict) - urgency(a->verdict);
    if (a->failures != b->failures)
        return a->failures < b->failures ? 1 : -1;
    return strcmp(a->domain, b->domain);
}

static void told_free(struct told *told)
{
    for (size_t i = 0; i < told->line_count; i++)
        free(told->lines[i]);
}

static int keep_advice(void *context, const char *domain, const struct advice *advice)
{
    struct telling *telling = context;
    telling->domains++;
    telling->verdicts[advice->verdict]++;
    if (urgency(advice->verdict) == 0 && telling->domains > FEW)
        return 0;
    struct told *items = array_grow(telling->items, telling->count, sizeof(*items));
    if (items == NULL)
        return -1;
    telling->items = items;
    struct told *told = &items[telling->count++];
    *told = (struct told){.domain = domain, .verdict = advice->verdict};
    for (size_t i = 0; i < advice->hindrances.count; i++)
        told->failures = tally_add_up(told->failures, advice->hindrances.items[i].failures);
    told->failures = tally_add_up(told->failures, advice->unfetched);
    for (size_t i = 0; i < advice->line_count; i++) {
        told->lines[i] = strdup(advice->lines[i]);
        if (told->lines[i] == NULL)
            return -1;
        told->line_count++;
    }
    return 0;
}

/* "250 safe, 49 wait" of the domains that were not told of. */
static void write_rest(const struct telling *telling, const size_t told[VERDICTS], size_t count)
{
    char text[400] = "";
    size_t used = 0;
    if (telling->domains == count)
        return;
    for (int verdict = 0; verdict < VERDICTS && used < sizeof(text) - 40; verdict++) {
        size_t left = telling->verdicts[verdict] - told[verdict];
        if (left > 0)
            used +=
                (size_t)snprintf(text + used, sizeof(text) - used, "%s%zu %s", used > 0 ? ", " : "",
                                 left, advice_verdict_name((enum advice_verdict)verdict));
    }
    totals_rows_line("%s%zu domain%s: %s.", count > 0 ? "The other " : "", telling->domains - count,
                     telling->domains - count == 1 ? "" : "s", text);
    putchar('\n');
}

static void write_told(const struct told *told, bool is_short)
{
    size_t lines = is_short && told->line_count > LINES_SHORT ? LINES_SHORT : told->line_count;
    for (size_t i = 0; i < lines; i++)
        totals_rows_line("%s%s%s", i == 0 ? told->domain : "", i == 0 ? ": " : "  ",
                         told->lines[i]);
    putchar('\n');
}

static void write_advice(struct telling *telling, unsigned top)
{
    size_t told[VERDICTS] = {0};
    size_t count = 0, most = top > 0 ? top : TOLD_MOST;
    bool is_few = telling->domains <= FEW;
    if (telling->count > 1)
        qsort(telling->items, telling->count, sizeof(*telling->items), compare_told);
    for (size_t i = 0; i < telling->count && count < most; i++) {
        const struct told *item = &telling->items[i];
        if (!is_few && urgency(item->verdict) == 0)
            continue;
        write_told(item, !is_few);
        told[item->verdict]++;
        count++;
    }
    write_rest(telling, told, count);
}

/* ---- What was read, and what is new. */

static void add_count(char *text, size_t size, const char *before, size_t count, const char *behind)
{
    size_t used = strlen(text);
    if (count > 0)
        snprintf(text + used, size - used, "%s%zu%s", before, count, behind);
}

static void write_counts(const struct totals *totals, const struct totals_sums *sums)
{
    const struct tally_counts *counts = &totals->tally->counts;
    bool is_stored = totals->store != NULL;
    int64_t reports = is_stored ? sums->reports : (int64_t)counts->reports;
    int64_t unproven = is_stored ? sums->unproven : (int64_t)counts->unproven;
    char text[800];
    snprintf(text, sizeof(text), "%" PRId64 " report%s", reports, reports == 1 ? "" : "s");
    add_count(text, sizeof(text), ", ", (size_t)unproven, " of them unauthenticated");
    if (is_stored && counts->files > 0) {
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "; %zu new", counts->reports);
        add_count(text, sizeof(text), ", ", counts->known, " taken in before");
    }
    add_count(text, sizeof(text), "; ", counts->duplicates,
              counts->duplicates == 1 ? " copy of them left out" : " copies of them left out");
    add_count(text, sizeof(text), ", ", counts->outside, " of other domains or days left out");
    add_count(text, sizeof(text), ", ", counts->without,
              counts->without == 1 ? " mail without a report" : " mails without a report");
    add_count(text, sizeof(text), ", ", counts->dmarc,
              counts->dmarc == 1 ? " DMARC report left out" : " DMARC reports left out");
    add_count(text, sizeof(text), ", ", counts->damaged, " damaged");
    totals_rows_line("%s", text);
    putchar('\n');
}

static void write_new(const struct store_new *item)
{
    totals_rows_line("  %s: %s%s%s%s", item->domain[0] != '\0' ? item->domain : "(not named)",
                     item->type[0] != '\0' ? item->type : "failure of no type",
                     item->mx[0] != '\0' ? " at " : "", item->mx,
                     item->kind == REPORT_TLSA ? " (DANE)" : "");
}

/* untold: those that were not told yet; otherwise those that the last run brought. */
static void write_news(const struct store_news *news, bool untold, size_t most)
{
    char since[MOMENT_TEXT_MAX];
    size_t count = 0;
    if (!untold && news->since == 0) /* all is new */
        return;
    for (size_t i = 0; i < news->count; i++) {
        if (untold ? news->items[i].is_told : !news->items[i].is_of_last_run)
            continue;
        if (count == 0 && untold)
            puts("New failures:");
        else if (count == 0)
            printable_say(stdout, "New since the run of %s:", moment_text(news->since, since));
        if (count++ < most)
            write_new(&news->items[i]);
    }
    if (count > most)
        printf("  and %zu more: see --new\n", count - most);
    if (count > 0)
        putchar('\n');
    else if (untold)
        puts("No new failures.");
}

/* ---- All of it. */

static int write_lists(const struct totals *totals, const struct totals_sums *sums,
                       const struct telling *telling, struct error *why)
{
    const struct totals_shown *shown = totals->shown;
    bool is_all = shown->top > 0;
    bool has_details = shown->failing || shown->reasons;
    size_t rows = is_all ? ALL : ROWS_MOST, few = is_all ? ALL : SHORT_MOST;
    const struct tally_facts *details = &sums->lists[TOTALS_DETAILS];
    if (telling->domains <= ROWS_MOST || is_all) {
        if (totals_rows_write(TOTALS_POLICIES, sums, rows, why) != 0)
            return -1;
        putchar('\n');
    }
    if (totals_rows_write(TOTALS_ORGANISATIONS, sums, few, why) != 0)
        return -1;
    if (details->count == 0)
        return 0;
    putchar('\n');
    if (totals_rows_write(TOTALS_TYPES, sums, few, why) != 0)
        return -1;
    putchar('\n');
    totals_rows_details(sums, has_details || is_all ? ALL : 1, shown->reasons);
    return 0;
}

static int write_all(const struct totals *totals, struct totals_sums *sums, struct error *why)
{
    static const enum totals_list lists[] = {TOTALS_POLICIES, TOTALS_ORGANISATIONS, TOTALS_TYPES,
                                             TOTALS_DETAILS};
    struct telling telling = {0};
    const struct totals_reading reading = {lists, sizeof(lists) / sizeof(lists[0]), keep_advice,
                                           &telling};
    struct totals_shown shown = *totals->shown;
    struct totals arranged = *totals;
    shown.is_by = true; /* what fails comes first */
    arranged.shown = &shown;
    int result = totals_read(sums, &arranged, &reading, why);
    if (result == 0) {
        write_counts(totals, sums);
        write_news(totals->news, false, NEWS_MOST);
        write_advice(&telling, totals->shown->top);
        result = write_lists(totals, sums, &telling, why);
    }
    for (size_t i = 0; i < telling.count; i++)
        told_free(&telling.items[i]);
    free(telling.items);
    return result;
}

int totals_write_text(const struct totals *totals, bool *failed, struct error *why)
{
    struct totals_sums sums = {0};
    int result = 0;
    const enum totals_list by = totals->shown->by;
    if (totals->shown->only_new)
        write_news(totals->news, true, ALL);
    else if (!totals->shown->is_by)
        result = write_all(totals, &sums, why);
    else
        result = totals_read(&sums, totals, &(struct totals_reading){.lists = &by, .list_count = 1},
                             why);
    if (result == 0 && totals->shown->is_by && !totals->shown->only_new)
        result = totals_rows_write(by, &sums, ALL, why);
    *failed = sums.failures > 0;
    totals_free(&sums);
    if (result == 0 && fflush(stdout) != 0)
        result = error_set(why, "the sums cannot be written");
    return result;
}
