/* SPDX-License-Identifier: ISC */
/* tlsrpt: the verb that reads TLS reports, sums them up, and says whether enforce is safe. */
#include "ctl/tlsrpt/tlsrpt.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/base/printable.h"
#include "common/config/config_load.h"
#include "ctl/base/become.h"
#include "ctl/base/options.h"
#include "ctl/base/progress.h"
#include "ctl/base/setup.h"
#include "ctl/tlsrpt/gather.h"
#include "ctl/tlsrpt/html_page.h"
#include "ctl/tlsrpt/intake.h"
#include "ctl/tlsrpt/order.h"
#include "ctl/tlsrpt/totals_csv.h"
#include "ctl/tlsrpt/totals_json.h"
#include "ctl/tlsrpt/totals_metrics.h"
#include "ctl/tlsrpt/totals_text.h"

#define DAY_S 86400

/* ---- Results. */

static int write_totals(const struct totals *totals, const struct config *config,
                        enum order_format format, bool *failed, struct error *why)
{
    switch (format) {
    case ORDER_TEXT:
        return totals_write_text(totals, failed, why);
    case ORDER_JSON:
        return totals_write_json(totals, failed, why);
    case ORDER_CSV:
        return totals_write_csv(totals, failed, why);
    case ORDER_METRICS:
        return totals_write_metrics(totals, config, failed, why);
    }
    return 0;
}

/* Whether write_totals calls totals_read, for which all domains are read once. */
static bool reads_totals(const struct order *order)
{
    return order->format == ORDER_CSV ? order->shown.is_by
                                      : order->format != ORDER_TEXT || !order->shown.only_new;
}

/* Writes what the order asks for, and the page while that is read. */
static int write_with_page(const struct totals *totals, const struct config *config,
                           const struct order *order, bool *failed, struct error *why)
{
    struct html_page page = {.totals = totals,
                             .path = order->page,
                             .most = order->shown.top > 0 ? order->shown.top : HTML_DOMAINS_MOST};
    const struct totals_also also = html_page_also(&page);
    struct totals both = *totals;
    int result = 0;
    both.also = &also;
    if (!reads_totals(order)) {
        struct totals_sums sums;
        result = totals_read(&sums, &both, &(struct totals_reading){.lists = NULL}, why);
        totals_free(&sums);
        both.also = NULL;
    }
    if (result == 0)
        result = write_totals(&both, config, order->format, failed, why);
    if (result == 0 && page.shown < page.count)
        printable_say(stderr,
                      "mta-stsctl: %s has a part for %zu of %zu domains, those that need most; "
                      "--domain shows one of the others, --top more",
                      order->page, page.shown, page.count);
    html_page_free(&page);
    return result;
}

/* What was new is told once all of it is written. */
static int write_all(const struct totals *totals, const struct config *config,
                     const struct order *order, bool *failed, struct error *why)
{
    int result = order->page != NULL ? write_with_page(totals, config, order, failed, why)
                                     : write_totals(totals, config, order->format, failed, why);
    if (result != 0 || !order->shown.only_new)
        return result;
    *failed = totals->news->untold > 0;
    return *failed ? store_news_tell(totals->store, why) : 0;
}

static int finish(struct intake *intake, const struct config *config, const struct order *order)
{
    struct error why;
    struct store_news news = {0};
    struct store *store = intake->taking.store;
    const struct tally_counts *counts = &intake->tally.counts;
    struct totals totals = {.tally = &intake->tally,
                            .store = store,
                            .filter = &order->filter,
                            .shown = &order->shown,
                            .said = &intake->said.findings,
                            .news = &news,
                            .today = (int)(order->now / DAY_S)};
    bool failed = false;
    int status = SETUP_FINE;
    if (intake_finish(intake, &why) != 0)
        return setup_fail("%s", why.text);
    if (store == NULL && counts->reports == 0 && counts->outside > 0)
        return setup_fail("tlsrpt: none of the reports is of that domain or of those days");
    if (store == NULL && counts->reports == 0)
        return setup_fail("tlsrpt: there is no report that can be read");
    if ((store != NULL && store_news_read(&news, store, &order->filter, &why) != 0) ||
        write_all(&totals, config, order, &failed, &why) != 0)
        status = setup_fail("%s", why.text);
    else if (failed || (counts->damaged > 0 && !order->shown.only_new))
        status = SETUP_FOUND;
    else if (counts->files == 0 && counts->damaged > 0) /* as said; with --new */
        status = SETUP_FAILED;
    store_news_free(&news);
    return status;
}

/* ---- Reading. */

/* The domains are needed for metrics alone. */
static int load(struct config **out, const struct order *order)
{
    bool is_built_in = order->config_path == NULL;
    const char *path = is_built_in ? SETUP_CONFIG : order->config_path;
    return order->format == ORDER_METRICS
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

static int read_and_sum(char *const paths[], size_t count, const struct order *order,
                        const struct config *config)
{
    struct store *store;
    struct error why;
    int status;
    if (open_store(&store, order, count > 0, &why) != 0)
        return setup_fail("%s", why.text);
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
    return status;
}

/* The files of the command line, and the mailbox where that is asked for. */
static int read_paths(char *const words[], size_t count, const struct order *order,
                      const struct config *config)
{
    char **paths = calloc(count + 1, sizeof(*paths));
    if (paths == NULL)
        return setup_fail("out of memory");
    if (count > 0)
        memcpy(paths, words, count * sizeof(*paths));
    if (order->takes_mailbox && config->tlsrpt.mailbox == NULL) {
        free(paths);
        return setup_fail("tlsrpt: --mailbox: [tlsrpt] names none; write mailbox = "
                          "/home/tlsrpt/Maildir, say");
    }
    if (order->takes_mailbox)
        paths[count++] = (char *)(uintptr_t)config->tlsrpt.mailbox;
    int status = read_and_sum(paths, count, order, config);
    free(paths);
    return status;
}

int tlsrpt_run(int argc, char **argv)
{
    struct order order;
    struct config *config;
    int status = order_read(&order, argc, argv, (int64_t)time(NULL));
    if (status != OPTIONS_READ)
        return status;
    if (load(&config, &order) != 0)
        return SETUP_FAILED;
    status = read_paths(argv + optind, (size_t)(argc - optind), &order, config);
    config_free(config);
    return status;
}
