/* SPDX-License-Identifier: ISC */
/* order: what the command line of the verb tlsrpt asks for. */
#include "ctl/tlsrpt/order.h"

#include <assert.h>
#include <string.h>

#include "ctl/base/options.h"
#include "ctl/base/setup.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/store_fold.h"

#define DAY_S     86400
#define DAYS_MOST 36500
#define ROWS_MOST 1000000

enum {
    OPTION_JSON = 256,
    OPTION_CSV,
    OPTION_METRICS,
    OPTION_DOMAIN,
    OPTION_SINCE,
    OPTION_DAYS,
    OPTION_HTML,
    OPTION_STORE,
    OPTION_KEEP,
    OPTION_MAILBOX,
    OPTION_NEW,
    OPTION_BY,
    OPTION_ORG,
    OPTION_MX,
    OPTION_FAILING,
    OPTION_TOP,
    OPTION_REASONS,
};

static const char help[] =
    "Usage: mta-stsctl tlsrpt [OPTION...] [FILE...]\n"
    "Summarises the TLS reports (RFC 8460) that senders mailed, and tells for each\n"
    "domain whether `mode: enforce` is safe now, and which MX host prevents it.\n"
    "\n"
    "FILE is a report as JSON, gzip or zip, a mail with reports attached, a\n"
    "mailbox, a directory of these, or - for standard input.\n"
    "\n"
    "  -c, --config FILE     read [tlsrpt] of this file, not of\n"
    "                        " SETUP_CONFIG "\n"
    "      --domain DOMAIN   only reports about this domain\n"
    "      --org NAME        only reports of this organisation, or signing domain\n"
    "      --mx HOST         only failures at this MX host\n"
    "      --since DATE      only reports of this day (2026-11-21) and later\n"
    "      --days N          only reports of the last N days\n"
    "      --failing         only what has failures\n"
    "      --by day | org | mx | ip | type | domain\n"
    "                        print the sums by that alone\n"
    "      --top N           print at most N rows of each table; N domains of a page\n"
    "      --reasons         print each failure, with its reason in full\n"
    "      --store FILE      take the reports into this file, made if there is none,\n"
    "                        and sum up what it holds; without a FILE, that alone\n"
    "      --keep DAYS       the store keeps so many days (400d), from now on\n"
    "      --mailbox         read what `mailbox` of [tlsrpt] names as well\n"
    "      --new             print the failures in the store that this option has\n"
    "                        not printed yet; exit 1 if there are any\n"
    "      --json            print JSON\n"
    "      --csv             print a table in CSV\n"
    "      --prometheus      print metrics for the textfile collector\n"
    "      --html FILE       write a page for a browser to FILE as well\n"
    "  -h, --help            print this\n"
    "\n"
    "Exit status: 0 nothing failed, 1 sessions failed or a file is damaged, 2 usage\n"
    "error, or no report could be read. See mta-stsctl(1).\n";

static const struct option option_words[] = {
    {"config", required_argument, NULL, 'c'},
    {"domain", required_argument, NULL, OPTION_DOMAIN},
    {"org", required_argument, NULL, OPTION_ORG},
    {"mx", required_argument, NULL, OPTION_MX},
    {"since", required_argument, NULL, OPTION_SINCE},
    {"days", required_argument, NULL, OPTION_DAYS},
    {"failing", no_argument, NULL, OPTION_FAILING},
    {"by", required_argument, NULL, OPTION_BY},
    {"top", required_argument, NULL, OPTION_TOP},
    {"reasons", no_argument, NULL, OPTION_REASONS},
    {"store", required_argument, NULL, OPTION_STORE},
    {"keep", required_argument, NULL, OPTION_KEEP},
    {"mailbox", no_argument, NULL, OPTION_MAILBOX},
    {"new", no_argument, NULL, OPTION_NEW},
    {"json", no_argument, NULL, OPTION_JSON},
    {"csv", no_argument, NULL, OPTION_CSV},
    {"prometheus", no_argument, NULL, OPTION_METRICS},
    {"html", required_argument, NULL, OPTION_HTML},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int take_days(struct order *order, const char *text)
{
    unsigned days;
    order->sinces++;
    if (!setup_number(&days, text, 1, DAYS_MOST))
        return setup_fail("tlsrpt: \"%s\" is no number of days; write 1 to %d", text, DAYS_MOST);
    order->filter.since = (int)(order->now / DAY_S - days);
    return SETUP_FINE;
}

static int take_since(struct order *order, const char *text)
{
    order->sinces++;
    if (report_day_parse(&order->filter.since, text) != 0)
        return setup_fail("tlsrpt: \"%s\" is no date; write it as 2026-11-21", text);
    return SETUP_FINE;
}

/* "400d" or "400". */
static int take_keep(struct order *order, const char *text)
{
    char number[8] = "";
    size_t length = strlen(text);
    if (length > 0 && length < sizeof(number))
        memcpy(number, text, text[length - 1] == 'd' ? length - 1 : length);
    if (!setup_number(&order->keep, number, 1, STORE_KEEP_MOST))
        return setup_fail("tlsrpt: --keep: \"%s\" is no number of days; write one such as 400d",
                          text);
    return SETUP_FINE;
}

static int take_by(struct order *order, const char *text)
{
    static const struct {
        const char *word;
        enum totals_list list;
    } rows[] = {
        {"day", TOTALS_DAYS}, {"org", TOTALS_ORGANISATIONS}, {"mx", TOTALS_MX},
        {"ip", TOTALS_IPS},   {"type", TOTALS_TYPES},        {"domain", TOTALS_POLICIES},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(text, rows[i].word) == 0) {
            order->shown.is_by = true;
            order->shown.by = rows[i].list;
            return SETUP_FINE;
        }
    }
    return setup_fail("tlsrpt: --by: unknown word \"%s\"; write day, org, mx, ip, type or domain",
                      text);
}

static int take_domain(struct order *order, const char *text)
{
    struct error why;
    if (hostname_parse(&order->domain, text, strlen(text), &why) != 0)
        return setup_fail("tlsrpt: --domain: %s", why.text);
    order->filter.domain = order->domain.text;
    return SETUP_FINE;
}

static int take_top(struct order *order, const char *text)
{
    if (!setup_number(&order->shown.top, text, 1, ROWS_MOST))
        return setup_fail("tlsrpt: \"%s\" is no number of rows; write 1 to %d", text, ROWS_MOST);
    return SETUP_FINE;
}

static int take_format(struct order *order, enum order_format format)
{
    order->formats += order->format != format;
    order->format = format;
    return SETUP_FINE;
}

static int take_flag(struct order *order, int option)
{
    switch (option) {
    case OPTION_FAILING:
        order->shown.failing = true;
        return SETUP_FINE;
    case OPTION_REASONS:
        order->shown.reasons = true;
        return SETUP_FINE;
    case OPTION_MAILBOX:
        order->takes_mailbox = true;
        return SETUP_FINE;
    case OPTION_NEW:
        order->shown.only_new = true;
        return SETUP_FINE;
    case OPTION_JSON:
        return take_format(order, ORDER_JSON);
    case OPTION_CSV:
        return take_format(order, ORDER_CSV);
    default:
        assert(option == OPTION_METRICS);
        return take_format(order, ORDER_METRICS);
    }
}

static int take(void *context, int option, const char *argument)
{
    struct order *order = context;
    switch (option) {
    case 'c':
        order->config_path = argument;
        return SETUP_FINE;
    case OPTION_DOMAIN:
        return take_domain(order, argument);
    case OPTION_ORG:
        order->filter.organisation = argument;
        return SETUP_FINE;
    case OPTION_MX:
        order->filter.mx = argument;
        return SETUP_FINE;
    case OPTION_SINCE:
        return take_since(order, argument);
    case OPTION_DAYS:
        return take_days(order, argument);
    case OPTION_BY:
        return take_by(order, argument);
    case OPTION_TOP:
        return take_top(order, argument);
    case OPTION_STORE:
        order->store = argument;
        return SETUP_FINE;
    case OPTION_KEEP:
        return take_keep(order, argument);
    case OPTION_HTML:
        order->page = argument;
        return SETUP_FINE;
    default:
        return take_flag(order, option);
    }
}

static int judge(const struct order *order, bool has_files)
{
    const struct tally_filter *filter = &order->filter;
    bool is_filtered = filter->domain != NULL || filter->organisation != NULL ||
                       filter->mx != NULL || order->sinces > 0 || order->shown.is_by;
    if (order->sinces > 1)
        return setup_fail("tlsrpt: --since and --days are mutually exclusive");
    if (order->formats > 1)
        return setup_fail("tlsrpt: --json, --csv and --prometheus are mutually exclusive");
    if (order->keep > 0 && order->store == NULL)
        return setup_fail("tlsrpt: --keep is for a --store");
    if (order->shown.only_new && order->store == NULL)
        return setup_fail("tlsrpt: --new needs a --store, which knows what was told");
    if (order->shown.only_new && is_filtered)
        return setup_fail("tlsrpt: --new tells of all; leave out --domain, --org, --mx, --since, "
                          "--days and --by");
    if (order->store == NULL && !has_files && !order->takes_mailbox)
        return setup_fail("tlsrpt: no files; try 'mta-stsctl tlsrpt --help'");
    return OPTIONS_READ;
}

int order_read(struct order *out, int argc, char **argv, int64_t now)
{
    static const struct options options = {help, "c:h", option_words, take};
    *out = (struct order){.now = now};
    int status = options_read(&options, argc, argv, out);
    return status != OPTIONS_READ ? status : judge(out, optind < argc);
}
