/* SPDX-License-Identifier: ISC */
/* records: the verb `records`: prints the DNS records to publish. */
#include "ctl/records/records.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/printable.h"
#include "common/config/config_load.h"
#include "common/name/hostname.h"
#include "ctl/base/options.h"
#include "ctl/base/setup.h"
#include "ctl/net/net_options.h"
#include "ctl/records/recordlive.h"
#include "ctl/records/recordout.h"

enum {
    OPTION_FORMAT = 256,
    OPTION_JSON,
    OPTION_CHANGED,
    OPTION_ALL,
    OPTION_FORCE,
    OPTION_ID,
    OPTION_TTL,
    OPTION_SERVER,
    OPTION_ZONE
};
enum { TTL_BUILT_IN = 3600, TTL_MAX = 604800 };

static const char help[] =
    "Usage: mta-stsctl records [-c FILE] [OPTIONS] [DOMAIN | --all]\n"
    "Prints the DNS records to publish for DOMAIN, or for each domain: _mta-sts,\n"
    "_smtp._tls and mta-sts. Nothing is changed in DNS. The _mta-sts record is held\n"
    "back until every address serves the new policy.\n"
    "\n"
    "  -c, --config FILE   mta-stsd's configuration\n"
    "                      (default: " SETUP_CONFIG ")\n"
    "      --format zone | nsupdate | json\n"
    "                      output format (default: zone)\n"
    "      --json          same as --format json\n"
    "      --changed       only records that differ from DNS\n"
    "      --all           a provider's own zone: what `target` of [dns] names, for\n"
    "                      each domain\n"
    "      --force         hold nothing back\n"
    "      --id hash | time\n"
    "                      policy id: a hash of the policy, or the time, such as\n"
    "                      20261122021351Z (default: hash)\n"
    "      --ttl SECONDS   TTL of the records (default: 3600)\n"
    "      --server HOST[@PORT]\n"
    "                      for nsupdate: the server to send updates to\n"
    "      --zone NAME     for nsupdate: the zone that contains all the names\n" NET_OPTIONS_HELP
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 success, 1 a record is held back or its state is unknown,\n"
    "2 usage error or failure.\n"
    "See mta-stsctl(1).\n";

static const struct option option_words[] = {
    {"config", required_argument, NULL, 'c'},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"json", no_argument, NULL, OPTION_JSON},
    {"changed", no_argument, NULL, OPTION_CHANGED},
    {"all", no_argument, NULL, OPTION_ALL},
    {"force", no_argument, NULL, OPTION_FORCE},
    {"id", required_argument, NULL, OPTION_ID},
    {"ttl", required_argument, NULL, OPTION_TTL},
    {"server", required_argument, NULL, OPTION_SERVER},
    {"zone", required_argument, NULL, OPTION_ZONE},
    NET_OPTIONS_WORDS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct params {
    const char *config_path;
    struct recordset_params set;
    struct recordout_params out;
    struct net_options net;
    struct hostname domain; /* empty: all */
    bool forced;
    bool timed;
};

/* ---- The command line. */

static int read_format(struct params *params, const char *word)
{
    static const char *const words[] = {"zone", "nsupdate", "json"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) != 0)
            continue;
        params->out.format = (enum recordout_format)i;
        return 0;
    }
    return setup_fail("records: --format must be zone, nsupdate or json");
}

static int read_id(struct params *params, const char *word)
{
    params->timed = strcmp(word, "time") == 0;
    return params->timed || strcmp(word, "hash") == 0
               ? 0
               : setup_fail("records: --id must be hash or time");
}

static int read_ttl(struct params *params, const char *word)
{
    return setup_number(&params->out.ttl_s, word, 0, TTL_MAX)
               ? 0
               : setup_fail("records: --ttl must be a number of seconds, at most %d", TTL_MAX);
}

/* Only a word: a line end would add a command to nsupdate's input. */
static int read_word(const char **out, const char *word)
{
    for (const char *at = word; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~' || *at == ';')
            return setup_fail("records: --server and --zone must be single words");
    }
    *out = word;
    return 0;
}

static int take(void *context, int option, const char *argument)
{
    struct params *params = context;
    switch (option) {
    case 'c':
        params->config_path = argument;
        return 0;
    case OPTION_FORMAT:
        return read_format(params, argument);
    case OPTION_JSON:
        return read_format(params, "json");
    case OPTION_CHANGED:
        params->out.changed = true;
        return 0;
    case OPTION_ALL:
        params->set.provider = true;
        return 0;
    case OPTION_FORCE:
        params->forced = true;
        return 0;
    case OPTION_ID:
        return read_id(params, argument);
    case OPTION_TTL:
        return read_ttl(params, argument);
    case OPTION_SERVER:
        return read_word(&params->out.server, argument);
    case OPTION_ZONE:
        return read_word(&params->out.zone, argument);
    default:
        return net_options_take(&params->net, option, argument);
    }
}

/* ---- The work. */

static int judge(struct recordset *set, struct params *params, struct error *why)
{
    if (params->forced && !params->out.changed)
        return 0;
    if (net_options_open(&params->net, why) != 0)
        return -1;
    const struct reach reach = {params->set.config};
    const struct recordlive_params live = {
        .dns = params->net.dns,
        .trust = params->net.trust,
        .compares = params->out.changed,
        .forced = params->forced,
        .port = params->net.port,
        .reach = params->set.only == NULL ? &reach : NULL,
    };
    return recordlive_judge(set, &live, why);
}

/* Returns how many were held back. */
static size_t say_held(const struct recordset *set)
{
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct recordset_entry *entry = &set->entries[i];
        bool held = entry->state == RECORDSET_HELD;
        if (!held && entry->state != RECORDSET_FAILED)
            continue;
        count++;
        printable_say(stderr, "mta-stsctl: %s: %s: %s", entry->name,
                      held ? "held back" : "DNS cannot be asked",
                      entry->why != NULL ? entry->why : "out of memory");
    }
    return count;
}

static void say_unset(const struct config *config, const struct params *params)
{
    const struct config_dns *dns = &config->dns;
    if (params->set.provider)
        return;
    if (dns->address_count == 0 && dns->cname == NULL)
        fputs("mta-stsctl: [dns] has no address and no cname, so no mta-sts record is printed\n",
              stderr);
    if (dns->rua_count == 0)
        fputs("mta-stsctl: [dns] has no rua, so no _smtp._tls record is printed\n", stderr);
}

/* Addresses of this network may be meant for its own name servers. */
static void say_scopes(const struct config_dns *dns)
{
    for (size_t i = 0; i < dns->address_count; i++) {
        const char *scope = network_address_scope(&dns->addresses[i]);
        char text[NETWORK_TEXT_MAX];
        network_address_text(&dns->addresses[i], text);
        if (scope != NULL)
            printable_say(stderr,
                          "mta-stsctl: %s is %s address, which senders on the Internet cannot "
                          "reach; write the public one in `address`",
                          text, scope);
    }
}

/* For those who read the records, not for nsupdate. */
static void say_printed(const struct recordset *set, const struct params *params)
{
    const struct config_dns *dns = &set->config->dns;
    bool is_host = false;
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (!recordout_is_written(&set->entries[i], &params->out))
            continue;
        count++;
        is_host = is_host || set->entries[i].kind == RECORDSET_HOST;
    }
    if (count == 0 || params->out.format == RECORDOUT_NSUPDATE)
        return;
    fputs("mta-stsctl: these records are printed only; publish them in DNS\n", stderr);
    if (is_host)
        say_scopes(dns);
    if (is_host)
        printable_say(stderr, "mta-stsctl: mta-sts leads to `%s` of [dns] at %s:%u",
                      dns->cname != NULL ? "cname" : "address", dns->host_place.file,
                      dns->host_place.line);
}

static int act(const struct config *config, struct params *params)
{
    struct recordset set = {0};
    struct error why;
    int status = SETUP_FAILED;
    params->set.config = config;
    if (params->set.provider && config->dns.target == NULL)
        return setup_fail("--all needs `target` in [dns]; set it, for example target = "
                          "%%d._mta-sts.provider.example");
    if (recordset_make(&set, &params->set, &why) != 0 || judge(&set, params, &why) != 0) {
        setup_fail("%s", why.text);
    } else if (set.count == 0 && params->set.only != NULL) {
        setup_fail_unknown(params->set.only);
    } else {
        say_unset(config, params);
        status = say_held(&set) > 0 ? SETUP_FOUND : SETUP_FINE;
        if (recordout_write(&set, &params->out) != 0)
            status = setup_fail("the records cannot be written");
        say_printed(&set, params);
    }
    recordset_free(&set);
    net_options_close(&params->net);
    return status;
}

static int load_and_act(struct params *params)
{
    struct config *config;
    if (setup_load(&config, params->config_path, CONFIG_RULE_DNS) != 0)
        return SETUP_FAILED;
    int status = act(config, params);
    config_free(config);
    return status;
}

static const struct options options = {help, "c:h", option_words, take};

int records_run(int argc, char **argv)
{
    struct params params = {.config_path = SETUP_CONFIG, .out.ttl_s = TTL_BUILT_IN};
    int status = options_read(&options, argc, argv, &params);
    if (status != OPTIONS_READ)
        return status;
    if (params.timed && params.out.changed)
        return setup_fail(
            "records: --changed needs --id hash, since a time does not depend on the policy");
    if ((params.out.server != NULL || params.out.zone != NULL) &&
        params.out.format != RECORDOUT_NSUPDATE)
        return setup_fail("records: --server and --zone need --format nsupdate");
    if (argc - optind > (params.set.provider ? 0 : 1))
        return setup_fail("records: give one domain, or --all; try 'mta-stsctl records --help'");
    if (argv[optind] != NULL) {
        if (setup_name(&params.domain, "records", argv[optind], strlen(argv[optind])) != 0)
            return SETUP_FAILED;
        params.set.only = params.domain.text;
    }
    params.set.time_id = params.timed ? (int64_t)time(NULL) : 0;
    return load_and_act(&params);
}
