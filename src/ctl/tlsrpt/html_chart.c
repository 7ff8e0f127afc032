/* SPDX-License-Identifier: ISC */
/* html_chart: success over time as a figure of a page: a bar for each day, or for several. */
#include "ctl/tlsrpt/html_chart.h"

#include <inttypes.h>

#include "ctl/tlsrpt/html_out.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/totals_rows.h"

#define BARS_MIN   28
#define BARS_MAX   130
#define BAR_WIDTH  10u
#define HEIGHT     100u
#define FAILED_MIN 4u /* of a bar's height, so that one failure of many sessions is seen */
#define TREND_DAYS 14
#define NAMED_MAX  60 /* bars that tell their numbers, where not all do */

struct bar {
    int64_t successes, failures;
    bool reported;
};

struct chart {
    struct bar bars[BARS_MAX];
    size_t count;
    int first;      /* day of the first bar */
    int width_days; /* of a bar */
    int64_t most;
};

static void fill(struct chart *chart, const struct tally_facts *days)
{
    int first = days->items[0].first_day;
    int last = days->items[days->count - 1].first_day;
    *chart = (struct chart){.width_days = 1};
    while ((last - first) / chart->width_days >= BARS_MAX - 1)
        chart->width_days = chart->width_days == 1 ? 7 : chart->width_days * 2;
    chart->count = (size_t)((last - first) / chart->width_days) + 1;
    if (chart->count < BARS_MIN)
        chart->count = BARS_MIN;
    chart->first = last - (int)chart->count * chart->width_days + 1; /* the last bar is whole */
    for (size_t i = 0; i < days->count; i++) {
        const struct tally_fact *day = &days->items[i];
        struct bar *bar = &chart->bars[(day->first_day - chart->first) / chart->width_days];
        bar->reported = true;
        bar->successes = tally_add_up(bar->successes, day->successes);
        bar->failures = tally_add_up(bar->failures, day->failures);
        int64_t sum = tally_add_up(bar->successes, bar->failures);
        chart->most = sum > chart->most ? sum : chart->most;
    }
}

static unsigned scale(const struct chart *chart, int64_t number, unsigned least)
{
    double part = chart->most > 0 ? (double)number / (double)chart->most : 0;
    unsigned height = (unsigned)(part * (HEIGHT - FAILED_MIN) + 0.5);
    return number > 0 && height < least ? least : height;
}

static unsigned middle(size_t bar)
{
    return (unsigned)bar * BAR_WIDTH + BAR_WIDTH / 2;
}

static void put_good(FILE *out, const struct chart *chart)
{
    html_put(out, "<path class='g' d='");
    for (size_t i = 0; i < chart->count; i++) {
        unsigned height = scale(chart, chart->bars[i].successes, 1);
        if (height > 0)
            html_put(out, "M%u %uV%u", middle(i), HEIGHT, HEIGHT - height);
    }
    html_put(out, "'/>");
}

static void put_failed(FILE *out, const struct chart *chart)
{
    html_put(out, "<path class='f' d='");
    for (size_t i = 0; i < chart->count; i++) {
        unsigned good = scale(chart, chart->bars[i].successes, 1);
        unsigned failed = scale(chart, chart->bars[i].failures, FAILED_MIN);
        unsigned top = good + failed < HEIGHT ? HEIGHT - good - failed : 0;
        if (failed > 0)
            html_put(out, "M%u %uV%u", middle(i), top + failed, top);
    }
    html_put(out, "'/>");
}

static void put_unreported(FILE *out, const struct chart *chart)
{
    html_put(out, "<path class='e' d='");
    for (size_t i = 0; i < chart->count; i++) {
        if (!chart->bars[i].reported)
            html_put(out, "M%u %uv-2", middle(i), HEIGHT);
    }
    html_put(out, "'/>");
}

static void put_numbers(FILE *out, const struct chart *chart, bool names_all)
{
    char day[16];
    size_t named = 0;
    for (size_t i = 0; i < chart->count; i++) {
        const struct bar *bar = &chart->bars[i];
        if (!bar->reported || (!names_all && (bar->failures == 0 || named++ >= NAMED_MAX)))
            continue;
        html_put(out, "<rect x='%u' width='10' height='100'><title>%s%s: %" PRId64 " succeeded",
                 (unsigned)i * BAR_WIDTH, chart->width_days > 1 ? "from " : "",
                 report_day_text(chart->first + (int)i * chart->width_days, day), bar->successes);
        if (bar->failures > 0)
            html_put(out, ", %" PRId64 " failed", bar->failures);
        html_put(out, "</title></rect>");
    }
}

/* ---- In words. */

struct span {
    int64_t successes, failures;
    int failing; /* days */
};

/* From after one day up to another. */
static struct span sum_span(const struct tally_facts *days, int after, int until)
{
    struct span span = {0};
    for (size_t i = 0; i < days->count; i++) {
        const struct tally_fact *day = &days->items[i];
        if (day->first_day <= after || day->first_day > until)
            continue;
        span.successes = tally_add_up(span.successes, day->successes);
        span.failures = tally_add_up(span.failures, day->failures);
        span.failing += day->failures > 0;
    }
    return span;
}

static void put_trend(FILE *out, const struct tally_facts *days)
{
    char now_share[TOTALS_SHARE_MAX], before_share[TOTALS_SHARE_MAX];
    int last = days->items[days->count - 1].first_day;
    struct span now = sum_span(days, last - TREND_DAYS, last);
    struct span before = sum_span(days, last - 2 * TREND_DAYS, last - TREND_DAYS);
    if (now.successes + now.failures == 0 || before.successes + before.failures == 0)
        return;
    html_put(out, " In the last %d days %s, in the %d before %s.", TREND_DAYS,
             totals_share(now_share, now.successes, now.failures), TREND_DAYS,
             totals_share(before_share, before.successes, before.failures));
}

static void put_caption(FILE *out, const struct tally_facts *days)
{
    char share[TOTALS_SHARE_MAX];
    struct span all = sum_span(days, 0, days->items[days->count - 1].first_day);
    html_put(out,
             "<figcaption><span class='k kg'></span>%" PRId64
             " succeeded <span class='k kf'></span>%" PRId64 " failed",
             all.successes, all.failures);
    if (all.failing > 0)
        html_put(out, " on %d day%s", all.failing, all.failing == 1 ? "" : "s");
    html_put(out, ": %s.", totals_share(share, all.successes, all.failures));
    put_trend(out, days);
    html_put(out, "</figcaption>");
}

void html_chart(FILE *out, const struct tally_facts *days, bool names_all)
{
    struct chart chart;
    char first[16], last[16];
    fill(&chart, days);
    report_day_text(chart.first, first);
    report_day_text(days->items[days->count - 1].first_day, last);
    html_put(out,
             "<figure><svg role='img' viewBox='0 0 %u 100' preserveAspectRatio='none' "
             "aria-label='Sessions %s from %s to %s; the numbers stand below'>",
             (unsigned)chart.count * BAR_WIDTH, chart.width_days == 1 ? "by day" : "by weeks",
             first, last);
    put_unreported(out, &chart);
    put_good(out, &chart);
    put_failed(out, &chart);
    put_numbers(out, &chart, names_all);
    html_put(out,
             "</svg><div class='x'><span>%s</span><span>at most %" PRId64 " %s</span>"
             "<span>%s</span></div>",
             first, chart.most, chart.width_days == 1 ? "a day" : "a bar", last);
    put_caption(out, days);
    html_put(out, "</figure>");
}
