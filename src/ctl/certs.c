/* SPDX-License-Identifier: ISC */
/* certs: the verb that lists the certificates, says what is due, and has it renewed. */
#include "certs.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ari.h"
#include "inventory.h"
#include "listing.h"
#include "pace.h"
#include "plan.h"
#include "probe.h"
#include "renew.h"
#include "schedule.h"
#include "setup.h"

#define WAIT_MOST_S 3600

enum {
    OPTION_JSON = 256,
    OPTION_PLAN,
    OPTION_RENEW,
    OPTION_FORCE,
    OPTION_WAIT,
    OPTION_RESOLVER,
    OPTION_ANCHORS,
    OPTION_PROBE_PORT,
};

static const char help[] =
    "Usage: mta-stsctl certs [-c FILE] [--plan | --renew [--force] [--wait SECONDS]] [--json]\n"
    "                        [DOMAIN]\n"
    "Lists the certificate of each policy host: issuer, key, time left, whether it covers the\n"
    "host, and whether mta-stsctl orders it.\n"
    "\n"
    "  -c, --config FILE   the configuration of mta-stsd (default: " SETUP_CONFIG ")\n"
    "      --plan          say which managed hosts are due, in which order, and when it is done\n"
    "      --renew         order those that are due, and install them\n"
    "      --force         with --renew: also those that are not due, or wait after a failure\n"
    "      --wait SECONDS  with --renew: how long to wait for hosts that are not ready\n"
    "      --resolver ADDRESS[@PORT]  ask this resolver in place of the system's\n"
    "      --trust-anchors FILE       DNSSEC trust anchors in place of the system's\n"
    "      --probe-port PORT          look at challenges on this port in place of 443\n"
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
    {"wait", required_argument, NULL, OPTION_WAIT},
    {"resolver", required_argument, NULL, OPTION_RESOLVER},
    {"trust-anchors", required_argument, NULL, OPTION_ANCHORS},
    {"probe-port", required_argument, NULL, OPTION_PROBE_PORT},
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
    const char *resolver;
    const char *anchors;
    unsigned probe_port;
    unsigned wait_s;
};

static int list(const struct config *config, const struct inventory *inventory,
                const struct order *order, int64_t now)
{
    struct ari ari;
    struct error why;
    if (ari_load(&ari, config->acme.state, &why) != 0)
        return setup_fail("%s", why.text);
    int result = listing_write(inventory, &ari, order->json, now);
    ari_free(&ari);
    if (result != 0)
        return setup_fail("the list cannot be written");
    return inventory->errors + inventory->warnings > 0 ? SETUP_FOUND : SETUP_FINE;
}

static int show_plan(const struct config *config, const struct inventory *inventory,
                     const struct order *order, int64_t now)
{
    struct pace pace;
    struct ari ari = {0};
    struct plan plan = {0};
    struct error why;
    unsigned per_hour = config->acme.orders_per_hour;
    int status = SETUP_FINE;
    if (pace_load(&pace, config->acme.state, now, &why) != 0 ||
        ari_load(&ari, config->acme.state, &why) != 0 ||
        plan_make(&plan,
                  &(struct plan_terms){
                      .inventory = inventory, .pace = &pace, .ari = &ari, .per_hour = per_hour},
                  now, &why) != 0)
        status = setup_fail("%s", why.text);
    else if (schedule_write(&plan, &pace, &ari, per_hour, order->json, now) != 0)
        status = setup_fail("the plan cannot be written");
    plan_free(&plan);
    ari_free(&ari);
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
        status = list(config, &inventory, order, now);
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
    int result = renew_run(&(struct renew_order){.config = config,
                                                 .only = order->only,
                                                 .forced = order->forced,
                                                 .json = order->json,
                                                 .resolver = order->resolver,
                                                 .anchors = order->anchors,
                                                 .probe_port = order->probe_port,
                                                 .wait_s = order->wait_s},
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

/* Reads a number of an option. */
static int read_number(unsigned *out, const char *option, const char *text, unsigned least,
                       unsigned most)
{
    if (!setup_number(out, text, least, most))
        return setup_fail("certs: %s %.50s: write a number from %u to %u", option, text, least,
                          most);
    return 0;
}

/* 0, or the exit status. */
static int take_option(struct order *order, int option)
{
    switch (option) {
    case 'c':
        order->config_path = optarg;
        return 0;
    case OPTION_PLAN:
        order->action = ACTION_PLAN;
        return 0;
    case OPTION_RENEW:
        order->action = ACTION_RENEW;
        return 0;
    case OPTION_FORCE:
        order->forced = true;
        return 0;
    case OPTION_WAIT:
        return read_number(&order->wait_s, "--wait", optarg, 1, WAIT_MOST_S);
    case OPTION_RESOLVER:
        order->resolver = optarg;
        return 0;
    case OPTION_ANCHORS:
        order->anchors = optarg;
        return 0;
    case OPTION_PROBE_PORT:
        return read_number(&order->probe_port, "--probe-port", optarg, 1, 65535);
    case OPTION_JSON:
        order->json = true;
        return 0;
    default:
        fputs("Try 'mta-stsctl certs --help'.\n", stderr);
        return SETUP_FAILED;
    }
}

int certs_run(int argc, char **argv)
{
    struct order order = {.config_path = SETUP_CONFIG, .probe_port = PROBE_PORT};
    int option;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return SETUP_FINE;
        }
        int status = take_option(&order, option);
        if (status != 0)
            return status;
    }
    if ((order.forced || order.wait_s > 0) && order.action != ACTION_RENEW)
        return setup_fail("certs: %s goes with --renew", order.forced ? "--force" : "--wait");
    if (argc - optind > 1)
        return setup_fail("certs: one domain at most; try 'mta-stsctl certs --help'");
    order.only = argv[optind];
    return load_and_act(&order);
}
