/* SPDX-License-Identifier: ISC */
/* tlsrpt: the verb that reads TLS reports, sums them up, and says whether enforce is safe. */
#include "ctl/tlsrpt/tlsrpt.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/config/config_load.h"
#include "common/name/hostname.h"
#include "ctl/base/options.h"
#include "ctl/base/progress.h"
#include "ctl/base/setup.h"
#include "ctl/tlsrpt/gather.h"
#include "ctl/tlsrpt/html_page.h"
#include "ctl/tlsrpt/intake.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/reportfile.h"
#include "ctl/tlsrpt/totals_csv.h"
#include "ctl/tlsrpt/totals_json.h"
#include "ctl/tlsrpt/totals_metrics.h"
#include "ctl/tlsrpt/totals_text.h"

#define DAY_S     86400
#define DAYS_MOST 36500

enum {
    OPTION_JSON = 256,
    OPTION_CSV,
    OPTION_METRICS,
    OPTION_DOMAIN,
    OPTION_SINCE,
    OPTION_DAYS,
    OPTION_HTML,
};

static const char help[] =
    "Usage: mta-stsctl tlsrpt [-c FILE] [--domain DOMAIN] [--since DATE | --days N]\n"
    "                         [--json | --csv | --prometheus] [--html FILE] FILE...\n"
    "Summarises the TLS reports (RFC 8460) that senders mailed, and tells for each\n"
    "domain whether `mode: enforce` is safe now, and which MX host prevents it.\n"
    "\n"
    "FILE is a report as JSON, gzip or zip, a mail with reports attached, a\n"
    "mailbox, a directory of these, or - for standard input.\n"
    "\n"
    "  -c, --config FILE     read [tlsrpt] of this file, not of\n"
    "                        " SETUP_CONFIG "\n"
    "      --domain DOMAIN   only reports about this domain\n"
    "      --since DATE      only reports of this day (2026-11-21) and later\n"
    "      --days N          only reports of the last N days\n"
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
    {"since", required_argument, NULL, OPTION_SINCE},
    {"days", required_argument, NULL, OPTION_DAYS},
    {"json", no_argument, NULL, OPTION_JSON},
    {"csv", no_argument, NULL, OPTION_CSV},
    {"prometheus", no_argument, NULL, OPTION_METRICS},
    {"html", required_argument, NULL, OPTION_HTML},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct order {
    struct tally_filter filter;
    struct hostname domain;
    unsigned sinces;  /* of --since and --days */
    unsigned formats; /* of --json, --csv and --prometheus */
    int format;       /* OPTION_JSON and so on; 0: text */
    int64_t now;
    const char *config_path; /* NULL: SETUP_CONFIG, if it exists */
    const char *page;        /* NULL: none is written */
};

static int write_totals(const struct totals *totals, const struct config *config, int format,
                        struct error *why)
{
    switch (format) {
    case OPTION_JSON:
        return totals_write_json(totals, why);
    case OPTION_CSV:
        return totals_write_csv(totals, why);
    case OPTION_METRICS:
        return totals_write_metrics(totals, config, why);
    default:
        return totals_write_text(totals, why);
    }
}

static int finish(struct intake *intake, const struct config *config, const struct order *order)
{
    struct error why;
    intake_finish(intake);
    const struct tally_counts *counts = &intake->tally.counts;
    struct totals totals = {
        .tally = &intake->tally, .said = &intake->said, .today = (int)(order->now / DAY_S)};
    if (counts->reports == 0 && counts->outside > 0)
        return setup_fail("tlsrpt: none of the reports is of that domain or of those days");
    if (counts->reports == 0)
        return setup_fail("tlsrpt: there is no report that can be read");
    if (order->page != NULL && html_page_write(&totals, order->page, &why) != 0)
        return setup_fail("%s", why.text);
    if (write_totals(&totals, config, order->format, &why) != 0)
        return setup_fail("%s", why.text);
    return counts->damaged > 0 || totals_have_failures(&totals) ? SETUP_FOUND : SETUP_FINE;
}

/* The domains are needed for metrics alone. */
static int load(struct config **out, const struct order *order)
{
    bool is_built_in = order->config_path == NULL;
    const char *path = is_built_in ? SETUP_CONFIG : order->config_path;
    return order->format == OPTION_METRICS
               ? setup_load(out, path, CONFIG_RULE_TLSRPT)
               : setup_load_settings(out, path, CONFIG_RULE_TLSRPT, is_built_in);
}

static int read_and_sum(char *const paths[], size_t count, const struct order *order)
{
    struct config *config;
    if (load(&config, order) != 0)
        return SETUP_FAILED;
    struct intake intake = {
        .filter = order->filter,
        .auth = {config->tlsrpt.authserv, config->tlsrpt.authserv_count},
        .now = order->now,
    };
    progress_begin("files read:", 0);
    gather_paths(paths, count, REPORTFILE_MAX, &intake_events, &intake);
    int status = finish(&intake, config, order);
    intake_free(&intake);
    config_free(config);
    return status;
}

static int take_days(struct order *order, const char *text)
{
    unsigned days;
    if (!setup_number(&days, text, 1, DAYS_MOST))
        return setup_fail("tlsrpt: \"%s\" is no number of days; write 1 to %d", text, DAYS_MOST);
    order->filter.since = (int)(order->now / DAY_S - days);
    return SETUP_FINE;
}

static int take(void *context, int option, const char *argument)
{
    struct order *order = context;
    struct error why;
    switch (option) {
    case 'c':
        order->config_path = argument;
        return SETUP_FINE;
    case OPTION_DOMAIN:
        if (hostname_parse(&order->domain, argument, strlen(argument), &why) != 0)
            return setup_fail("tlsrpt: --domain: %s", why.text);
        order->filter.domain = order->domain.text;
        return SETUP_FINE;
    case OPTION_SINCE:
        order->sinces++;
        if (report_day_parse(&order->filter.since, argument) != 0)
            return setup_fail("tlsrpt: \"%s\" is no date; write it as 2026-11-21", argument);
        return SETUP_FINE;
    case OPTION_DAYS:
        order->sinces++;
        return take_days(order, argument);
    case OPTION_HTML:
        order->page = argument;
        return SETUP_FINE;
    default:
        assert(option == OPTION_JSON || option == OPTION_CSV || option == OPTION_METRICS);
        order->formats += order->format != option;
        order->format = option;
        return SETUP_FINE;
    }
}

static const struct options options = {help, "c:h", option_words, take};

int tlsrpt_run(int argc, char **argv)
{
    struct order order = {.now = (int64_t)time(NULL)};
    int status = options_read(&options, argc, argv, &order);
    if (status != OPTIONS_READ)
        return status;
    if (order.sinces > 1)
        return setup_fail("tlsrpt: --since and --days are mutually exclusive");
    if (order.formats > 1)
        return setup_fail("tlsrpt: --json, --csv and --prometheus are mutually exclusive");
    if (optind == argc)
        return setup_fail("tlsrpt: no files; try 'mta-stsctl tlsrpt --help'");
    return read_and_sum(argv + optind, (size_t)(argc - optind), &order);
}
