/* SPDX-License-Identifier: ISC */
/* certs: the verb `certs`: lists the certificates, plans and runs renewals. */
#include "ctl/certs/certs.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/printable.h"
#include "common/name/hostname.h"
#include "ctl/acme/ari.h"
#include "ctl/acme/probe.h"
#include "ctl/base/options.h"
#include "ctl/base/setup.h"
#include "ctl/certs/inventory.h"
#include "ctl/certs/listing.h"
#include "ctl/certs/listing_metrics.h"
#include "ctl/certs/pace.h"
#include "ctl/certs/plan.h"
#include "ctl/certs/renew.h"
#include "ctl/certs/schedule.h"

#define WAIT_MOST_S 3600

enum {
    OPTION_JSON = 256,
    OPTION_METRICS,
    OPTION_PLAN,
    OPTION_RENEW,
    OPTION_FORCE,
    OPTION_WAIT,
    OPTION_RESOLVER,
    OPTION_ANCHORS,
    OPTION_PROBE_PORT,
};

static const char help[] =
    "Usage: mta-stsctl certs [-c FILE] [--plan | --renew [--force] [--wait SECONDS]]\n"
    "                        [--json | --prometheus] [DOMAIN]\n"
    "Lists the certificate of each policy host: issuer, key, time left, whether it\n"
    "covers the host, and whether mta-stsctl renews it.\n"
    "\n"
    "  -c, --config FILE   mta-stsd's configuration\n"
    "                      (default: " SETUP_CONFIG ")\n"
    "      --plan          list the managed hosts that are due, in order, and when\n"
    "                      each is ordered\n"
    "      --renew         order the certificates that are due, and install them\n"
    "      --force         with --renew: also those not due, or waiting after a\n"
    "                      failure\n"
    "      --wait SECONDS  with --renew: how long to wait for hosts not ready yet\n"
    "      --resolver ADDRESS[@PORT]\n"
    "                      with --renew: use this resolver, not /etc/resolv.conf\n"
    "      --trust-anchors FILE\n"
    "                      with --renew: validate DNSSEC with these trust anchors\n"
    "      --probe-port PORT\n"
    "                      with --renew: test challenges on this port, not on 443\n"
    "      --json          print JSON\n"
    "      --prometheus    print metrics for the textfile collector\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 success, 1 something was found or failed, 2 usage error or\n"
    "failure, 3 everything found has been so for over a day.\n"
    "See mta-stsctl(1).\n";

static const struct option option_words[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"prometheus", no_argument, NULL, OPTION_METRICS},
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

struct params {
    enum action action;
    const char *config_path;
    struct hostname domain; /* or its host; empty: all */
    const char *only;       /* the same; NULL: all */
    const char *of_renewal; /* an option that was given and goes with --renew alone, or NULL */
    bool forced;
    bool json;
    bool metrics;
    const char *resolver;
    const char *anchors;
    unsigned probe_port;
    unsigned wait_s;
};

static int list(const struct config *config, const struct inventory *inventory,
                const struct params *params, int64_t now)
{
    struct ari ari;
    struct error why;
    if (ari_load(&ari, config->acme.state, &why) != 0)
        return setup_fail("%s", why.text);
    int result = params->metrics ? listing_metrics_write(inventory)
                                 : listing_write(inventory, &ari, params->json, now);
    ari_free(&ari);
    if (result != 0)
        return setup_fail("the list cannot be written");
    return inventory->errors + inventory->warnings > 0 ? SETUP_FOUND : SETUP_FINE;
}

static int show_plan(const struct config *config, const struct inventory *inventory,
                     const struct params *params, int64_t now)
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
                  &(struct plan_params){
                      .inventory = inventory, .pace = &pace, .ari = &ari, .per_hour = per_hour},
                  now, &why) != 0)
        status = setup_fail("%s", why.text);
    else if (schedule_write(&plan, &pace, &ari, per_hour, params->json, now) != 0)
        status = setup_fail("the plan cannot be written");
    if (pace.damaged)
        printable_say(stderr, "mta-stsctl: %s; the next run renames it", pace.damage.text);
    plan_free(&plan);
    ari_free(&ari);
    pace_free(&pace);
    return status;
}

static int act_on(const struct config *config, const struct params *params)
{
    struct inventory inventory;
    struct error why;
    int64_t now = (int64_t)time(NULL);
    int status = SETUP_FAILED;
    if (inventory_load(&inventory, config, params->only, now, &why) != 0)
        return setup_fail("%s", why.text);
    switch (params->action) {
    case ACTION_LIST:
        if (inventory_judge_access(&inventory, params->config_path, &why) == 0)
            status = list(config, &inventory, params, now);
        else
            setup_fail("%s", why.text);
        break;
    case ACTION_PLAN:
    case ACTION_RENEW:
        status = show_plan(config, &inventory, params, now);
        break;
    }
    inventory_free(&inventory);
    return status;
}

static int renew(const struct config *config, const struct params *params)
{
    struct error why;
    int result = renew_run(&(struct renew_params){.config = config,
                                                  .only = params->only,
                                                  .forced = params->forced,
                                                  .json = params->json,
                                                  .resolver = params->resolver,
                                                  .anchors = params->anchors,
                                                  .probe_port = params->probe_port,
                                                  .wait_s = params->wait_s},
                           &why);
    return result < 0 ? setup_fail("%s", why.text) : result;
}

static bool has_domain(const struct config *config, const char *name)
{
    const char *domain = hostname_policy_domain(name);
    return setup_find(config, name) != NULL ||
           (domain != NULL && setup_find(config, domain) != NULL);
}

static int act(const struct config *config, const struct params *params)
{
    if (params->only != NULL && !has_domain(config, params->only))
        return setup_fail_unknown(params->only);
    return params->action == ACTION_RENEW ? renew(config, params) : act_on(config, params);
}

static int load_and_act(const struct params *params)
{
    struct config *config;
    if (setup_load(&config, params->config_path, NULL) != 0)
        return SETUP_FAILED;
    int status = act(config, params);
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

static int take_action(struct params *params, enum action action)
{
    if (params->action != ACTION_LIST && params->action != action)
        return setup_fail("certs: --plan and --renew are mutually exclusive");
    params->action = action;
    return 0;
}

static int take_of_renewal(struct params *params, int option, const char *argument)
{
    switch (option) {
    case OPTION_FORCE:
        params->of_renewal = "--force";
        params->forced = true;
        return 0;
    case OPTION_WAIT:
        params->of_renewal = "--wait";
        return read_number(&params->wait_s, "--wait", argument, 1, WAIT_MOST_S);
    case OPTION_RESOLVER:
        params->of_renewal = "--resolver";
        params->resolver = argument;
        return 0;
    case OPTION_ANCHORS:
        params->of_renewal = "--trust-anchors";
        params->anchors = argument;
        return 0;
    default:
        assert(option == OPTION_PROBE_PORT);
        params->of_renewal = "--probe-port";
        return read_number(&params->probe_port, "--probe-port", argument, 1, 65535);
    }
}

static int take(void *context, int option, const char *argument)
{
    struct params *params = context;
    switch (option) {
    case 'c':
        params->config_path = argument;
        return 0;
    case OPTION_PLAN:
        return take_action(params, ACTION_PLAN);
    case OPTION_RENEW:
        return take_action(params, ACTION_RENEW);
    case OPTION_JSON:
        params->json = true;
        return 0;
    case OPTION_METRICS:
        params->metrics = true;
        return 0;
    default:
        return take_of_renewal(params, option, argument);
    }
}

static const struct options options = {help, "c:h", option_words, take};

int certs_run(int argc, char **argv)
{
    struct params params = {.config_path = SETUP_CONFIG, .probe_port = PROBE_PORT};
    int status = options_read(&options, argc, argv, &params);
    if (status != OPTIONS_READ)
        return status;
    if (params.of_renewal != NULL && params.action != ACTION_RENEW)
        return setup_fail("certs: %s needs --renew", params.of_renewal);
    if (params.metrics && (params.json || params.action != ACTION_LIST))
        return setup_fail("certs: --prometheus goes with neither --json, --plan nor --renew");
    if (argc - optind > 1)
        return setup_fail("certs: give at most one domain; try 'mta-stsctl certs --help'");
    if (argv[optind] != NULL) {
        if (setup_name(&params.domain, "certs", argv[optind], strlen(argv[optind])) != 0)
            return SETUP_FAILED;
        params.only = params.domain.text;
    }
    return load_and_act(&params);
}
