/* SPDX-License-Identifier: ISC */
/* certs: the verb that lists the certificates, says what is due, and has it renewed. */
#include "certs.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "inventory.h"
#include "listing.h"
#include "pace.h"
#include "plan.h"
#include "renew.h"
#include "schedule.h"
#include "setup.h"

enum { OPTION_JSON = 256, OPTION_PLAN, OPTION_RENEW, OPTION_FORCE };

static const char help[] =
    "Usage: mta-stsctl certs [-c FILE] [--plan | --renew [--force]] [--json] [DOMAIN]\n"
    "Lists the certificate of each policy host: issuer, key, time left, whether it covers the\n"
    "host, and whether mta-stsctl orders it.\n"
    "\n"
    "  -c, --config FILE   the configuration of mta-stsd (default: " SETUP_CONFIG ")\n"
    "      --plan          say which managed hosts are due, in which order, and when it is done\n"
    "      --renew         order those that are due, and install them\n"
    "      --force         with --renew: also those that are not due, or wait after a failure\n"
    "      --json          write JSON\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 all is well, 1 something was found or failed, 2 usage or failure to run.\n"
    "See mta-stsctl(1).\n";

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"plan", no_argument, NULL, OPTION_PLAN},
    {"renew", no_argument, NULL, OPTION_RENEW},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

enum action { ACTION_LIST, ACTION_PLAN, ACTION_RENEW };

struct order {
    enum action action;
    const char *config_path;
    const char *only; /* a domain or host; NULL: all */
    bool forced;
    bool json;
};

static int list(const struct inventory *inventory, const struct order *order, int64_t now)
{
    if (listing_write(inventory, order->json, now) != 0)
        return setup_fail("the list cannot be written");
    return inventory->errors + inventory->warnings > 0 ? SETUP_FOUND : SETUP_FINE;
}

static int show_plan(const struct config *config, const struct inventory *inventory,
                     const struct order *order, int64_t now)
{
    struct pace pace;
    struct plan plan = {0};
    struct error why;
    unsigned per_hour = config->acme.orders_per_hour;
    int status = SETUP_FINE;
    if (pace_load(&pace, config->acme.state, now, &why) != 0 ||
        plan_make(&plan, inventory, &pace, per_hour, false, now, &why) != 0)
        status = setup_fail("%s", why.text);
    else if (schedule_write(&plan, &pace, per_hour, order->json, now) != 0)
        status = setup_fail("the plan cannot be written");
    plan_free(&plan);
    pace_free(&pace);
    return status;
}

static int act_on(const struct config *config, const struct order *order)
{
    struct inventory inventory;
    struct error why;
    int64_t now = (int64_t)time(NULL);
    int status = SETUP_FAILED;
    if (inventory_load(&inventory, config, order->only, now, &why) != 0)
        return setup_fail("%s", why.text);
    switch (order->action) {
    case ACTION_LIST:
        status = list(&inventory, order, now);
        break;
    case ACTION_PLAN:
    case ACTION_RENEW:
        status = show_plan(config, &inventory, order, now);
        break;
    }
    inventory_free(&inventory);
    return status;
}

static int renew(const struct config *config, const struct order *order)
{
    struct error why;
    int result = renew_run(
        &(struct renew_order){
            .config = config, .only = order->only, .forced = order->forced, .json = order->json},
        &why);
    return result < 0 ? setup_fail("%s", why.text) : result;
}

static bool has_domain(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->domain_count; i++) {
        struct hostname host;
        snprintf(host.text, sizeof(host.text), "mta-sts.%s", config->domains[i].name);
        if (strcmp(name, config->domains[i].name) == 0 || strcmp(name, host.text) == 0)
            return !config->domains[i].broken;
    }
    return false;
}

static int act(const struct config *config, const struct order *order)
{
    if (order->only != NULL && !has_domain(config, order->only))
        return setup_fail("%s is not configured, or has errors; `mta-stsd --check` says more",
                          order->only);
    return order->action == ACTION_RENEW ? renew(config, order) : act_on(config, order);
}

static int load_and_act(const struct order *order)
{
    struct config *config;
    if (setup_load(&config, order->config_path) != 0)
        return SETUP_FAILED;
    int status = act(config, order);
    config_free(config);
    return status;
}

int certs_run(int argc, char **argv)
{
    struct order order = {.config_path = SETUP_CONFIG};
    int option;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            order.config_path = optarg;
            break;
        case OPTION_PLAN:
            order.action = ACTION_PLAN;
            break;
        case OPTION_RENEW:
            order.action = ACTION_RENEW;
            break;
        case OPTION_FORCE:
            order.forced = true;
            break;
        case OPTION_JSON:
            order.json = true;
            break;
        case 'h':
            fputs(help, stdout);
            return SETUP_FINE;
        default:
            fputs("Try 'mta-stsctl certs --help'.\n", stderr);
            return SETUP_FAILED;
        }
    }
    if (order.forced && order.action != ACTION_RENEW)
        return setup_fail("certs: --force goes with --renew");
    if (argc - optind > 1)
        return setup_fail("certs: one domain at most; try 'mta-stsctl certs --help'");
    order.only = argv[optind];
    return load_and_act(&order);
}
