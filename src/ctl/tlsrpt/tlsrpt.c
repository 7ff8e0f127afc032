/* SPDX-License-Identifier: ISC */
/* tlsrpt: the verb that reads TLS reports, sums them up, and says whether enforce is safe. */
#include "ctl/tlsrpt/tlsrpt.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/config/config_load.h"
#include "common/name/hostname.h"
#include "ctl/base/become.h"
#include "ctl/base/options.h"
#include "ctl/base/progress.h"
#include "ctl/base/setup.h"
#include "ctl/tlsrpt/gather.h"
#include "ctl/tlsrpt/html_page.h"
#include "ctl/tlsrpt/intake.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/store.h"
#include "ctl/tlsrpt/store_fold.h"
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
    OPTION_STORE,
    OPTION_KEEP,
};

static const char help[] =
    "Usage: mta-stsctl tlsrpt [-c FILE] [--domain DOMAIN] [--since DATE | --days N]\n"
    "                         [--store FILE [--keep DAYS]] [--html FILE]\n"
    "                         [--json | --csv | --prometheus] [FILE...]\n"
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
    "      --store FILE      take the reports into this file, made if there is none,\n"
    "                        and sum up what it holds; without a FILE, that alone\n"
    "      --keep DAYS       the store keeps so many days (400d), from now on\n"
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
    {"store", required_argument, NULL, OPTION_STORE},
    {"keep", required_argument, NULL, OPTION_KEEP},
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
    const char *store;       /* a path, or NULL */
    unsigned keep;           /* days; 0: as many as the store does */
    const char *config_path; /* NULL: SETUP_CONFIG, if it exists */
    const char *page;        /* NULL: none is written */
};

static int write_totals(const struct totals *totals, const struct config *config, int format,
                        bool *failed, struct error *why)
{
    switch (format) {
    case OPTION_JSON:
        return totals_write_json(totals, failed, why);
    case OPTION_CSV:
        return totals_write_csv(totals, failed, why);
    case OPTION_METRICS:
        return totals_write_metrics(totals, config, failed, why);
    default:
        return totals_write_text(totals, failed, why);
    }
}

/* The page shows the facts of each domain, which it wants to have all at once. */
static int write_page(const struct totals *totals, const char *path, struct error *why)
{
    struct tally tally;
    struct totals whole = *totals;
    if (totals->store == NULL)
        return html_page_write(totals, path, why);
    int result = totals_gather(&tally, totals, why);
    whole.tally = &tally;
    whole.store = NULL;
    if (result == 0)
        result = html_page_write(&whole, path, why);
    tally_free(&tally);
    return result;
}

static int finish(struct intake *intake, const struct config *config, const struct order *order)
{
    struct error why;
    bool failed = false;
    struct store *store = intake->taking.store;
    if (intake_finish(intake, &why) != 0)
        return setup_fail("%s", why.text);
    const struct tally_counts *counts = &intake->tally.counts;
    struct totals totals = {.tally = &intake->tally,
                            .store = store,
                            .filter = &order->filter,
                            .said = &intake->said,
                            .today = (int)(order->now / DAY_S)};
    if (store == NULL && counts->reports == 0 && counts->outside > 0)
        return setup_fail("tlsrpt: none of the reports is of that domain or of those days");
    if (store == NULL && counts->reports == 0)
        return setup_fail("tlsrpt: there is no report that can be read");
    if ((order->page != NULL && write_page(&totals, order->page, &why) != 0) ||
        write_totals(&totals, config, order->format, &failed, &why) != 0)
        return setup_fail("%s", why.text);
    return counts->damaged > 0 || failed ? SETUP_FOUND : SETUP_FINE;
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

/* Opens the store, by its owner's rights, or those of its directory's. */
static int open_store(struct store **out, const struct order *order, bool takes, struct error *why)
{
    *out = NULL;
    if (order->store == NULL)
        return 0;
    if (become_owner_of_file(order->store, why) != 0)
        return -1;
    return store_open(out, order->store, takes, why);
}

static int read_and_sum(char *const paths[], size_t count, const struct order *order)
{
    struct config *config;
    struct store *store;
    struct error why;
    int status;
    if (load(&config, order) != 0)
        return SETUP_FAILED;
    if (open_store(&store, order, count > 0, &why) != 0) {
        config_free(config);
        return setup_fail("%s", why.text);
    }
    struct intake intake = {
        .filter = order->filter,
        .auth = {config->tlsrpt.authserv, config->tlsrpt.authserv_count},
        .now = order->now,
        .taking = {.store = store, .now = order->now, .keep = (int)order->keep},
    };
    if (intake_begin(&intake, count > 0, &why) != 0) {
        status = setup_fail("%s", why.text);
    } else {
        progress_begin_bytes("files read:", gather_size(paths, count));
        gather_paths(paths, count, &intake_events, &intake);
        status = finish(&intake, config, order);
    }
    intake_free(&intake);
    store_close(store);
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
    case OPTION_STORE:
        order->store = argument;
        return SETUP_FINE;
    case OPTION_KEEP:
        return take_keep(order, argument);
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
    if (order.keep > 0 && order.store == NULL)
        return setup_fail("tlsrpt: --keep is for a --store");
    if (order.store == NULL && optind == argc)
        return setup_fail("tlsrpt: no files; try 'mta-stsctl tlsrpt --help'");
    return read_and_sum(argv + optind, (size_t)(argc - optind), &order);
}
