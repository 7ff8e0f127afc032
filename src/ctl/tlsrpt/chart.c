/* SPDX-License-Identifier: ISC */
/* chart: a bar for each day, of characters that every terminal has. */
#include "ctl/tlsrpt/chart.h"

#include "common/base/printable.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/tlsrpt/report_text.h"

#define GAP_SHOWN 3 /* days without a report that have a line each */

static size_t scale(int64_t number, int64_t most, size_t least)
{
    size_t length = most > 0 ? (size_t)((double)number / (double)most * CHART_WIDTH + 0.5) : 0;
    return number > 0 && length < least ? least : length;
}

const char *chart_bar(char out[CHART_WIDTH + 1], int64_t successes, int64_t failures, int64_t most)
{
    size_t bad = scale(failures, most, 1);
    size_t good = scale(successes, most, 1);
    if (bad > CHART_WIDTH - (successes > 0))
        bad = CHART_WIDTH - (successes > 0);
    if (good > CHART_WIDTH - bad)
        good = CHART_WIDTH - bad;
    memset(out, '#', good);
    memset(out + good, '!', bad);
    out[good + bad] = '\0';
    return out;
}

static void write_gap(int from, int until)
{
    char day[16];
    if (until - from > GAP_SHOWN) {
        printf("...         (%d days without a report)\n", until - from);
        return;
    }
    for (int at = from; at < until; at++)
        printable_say(stdout, "%s  (no report)", report_day_text(at, day));
}

static void write_day(const struct tally_fact *fact, int64_t most)
{
    char day[16];
    char bar[CHART_WIDTH + 1];
    chart_bar(bar, fact->successes, fact->failures, most);
    printable_part(stdout, "%s  %s%s%" PRId64, report_day_text(fact->first_day, day), bar,
                   bar[0] != '\0' ? " " : "", fact->successes);
    if (fact->failures > 0)
        printf(", %" PRId64 " failed", fact->failures);
    putchar('\n');
}

void chart_write(const struct tally_facts *days)
{
    int64_t most = 0;
    for (size_t i = 0; i < days->count; i++) {
        const struct tally_fact *day = &days->items[i];
        int64_t sum =
            day->successes > INT64_MAX - day->failures ? INT64_MAX : day->successes + day->failures;
        most = sum > most ? sum : most;
    }
    for (size_t i = 0; i < days->count; i++) {
        if (i > 0)
            write_gap(days->items[i - 1].first_day + 1, days->items[i].first_day);
        write_day(&days->items[i], most);
    }
}
