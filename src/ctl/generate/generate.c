/* SPDX-License-Identifier: ISC */
/* generate: the verb `generate`: writes sections, list lines, policies, and the files of a web
 * server. */
#include "ctl/generate/generate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
#include "common/name/hostname.h"
#include "ctl/base/jobs.h"
#include "ctl/base/options.h"
#include "ctl/base/progress.h"
#include "ctl/base/setup.h"
#include "ctl/generate/proposalout.h"
#include "ctl/generate/propose.h"
#include "ctl/generate/webtree.h"

enum {
    OPTION_LIST = 256,
    OPTION_POLICY,
    OPTION_JSON,
    OPTION_WWW,
    OPTION_MX,
    OPTION_PRESET,
    OPTION_FROM_DNS,
    OPTION_WILDCARD,
    OPTION_FROM_LIVE,
    OPTION_OFFLINE,
    OPTION_MODE,
    OPTION_MAX_AGE
};
enum { AT_ONCE = 16 };

static const char help[] =
    "Usage: mta-stsctl generate SOURCE... [OPTIONS] DOMAIN...\n"
    "       mta-stsctl generate -c FILE --www DIR [DOMAIN...]\n"
    "Prints a configuration section with a policy for each domain; with -c, writes\n"
    "the policies of a configuration as files. SOURCE is where the MX hosts come\n"
    "from, one or more of:\n"
    "\n"
    "      --mx PATTERN    this host or pattern; may be repeated\n"
    "      --preset microsoft365 | google\n"
    "                      the hosts of this provider\n"
    "      --from-dns      the domain's MX records, each in full\n"
    "      --wildcard      with --from-dns: *.example.net, not mail.example.net\n"
    "or alone:\n"
    "      --from-live     the policy that is served today\n"
    "\n"
    "      --mode testing | enforce | none\n"
    "                      (default: testing, or as served today)\n"
    "      --max-age SECONDS\n"
    "                      (default: 604800 in enforce, else 86400, or as served\n"
    "                      today)\n"
    "      --list          print lines for a list of domains\n"
    "      --policy        print the policy of one domain as it is served\n"
    "      --json          print JSON\n"
    "      --www DIR       write DIR/DOMAIN/.well-known/mta-sts.txt, for another web\n"
    "                      server\n"
    "  -c, --config FILE   with --www: the domains of this mta-stsd configuration,\n"
    "                      or those named\n"
    "      --offline       with --mx and --preset: do not look anything up in "
    "DNS\n" NET_OPTIONS_HELP "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 success, 1 a domain has no policy, 2 usage error or failure.\n"
    "See mta-stsctl(1).\n";

static const struct option option_words[] = {
    {"config", required_argument, NULL, 'c'},
    {"list", no_argument, NULL, OPTION_LIST},
    {"policy", no_argument, NULL, OPTION_POLICY},
    {"json", no_argument, NULL, OPTION_JSON},
    {"www", required_argument, NULL, OPTION_WWW},
    {"mx", required_argument, NULL, OPTION_MX},
    {"preset", required_argument, NULL, OPTION_PRESET},
    {"from-dns", no_argument, NULL, OPTION_FROM_DNS},
    {"wildcard", no_argument, NULL, OPTION_WILDCARD},
    {"from-live", no_argument, NULL, OPTION_FROM_LIVE},
    {"offline", no_argument, NULL, OPTION_OFFLINE},
    {"mode", required_argument, NULL, OPTION_MODE},
    {"max-age", required_argument, NULL, OPTION_MAX_AGE},
    NET_OPTIONS_WORDS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct params {
    struct propose_params propose;
    struct net_options net;
    enum proposalout_format format;
    unsigned outputs; /* of --list, --policy, --json and --www */
    const char *www;
    const char *config_path; /* NULL: none */
    struct proposal *proposals;
    size_t count;
};

/* ---- The command line. */

static int take_preset(struct params *params, const char *name)
{
    params->propose.preset = preset_find(name);
    return params->propose.preset != NULL
               ? 0
               : setup_fail("generate: --preset must be microsoft365 or google");
}

static int take_values(struct params *params, int option, const char *argument)
{
    struct propose_params *wanted = &params->propose;
    struct error why;
    int result;
    if (option == OPTION_MODE) {
        wanted->mode_set = true;
        result = policy_mode_parse(&wanted->mode, argument, &why);
    } else {
        wanted->max_age_set = true;
        result = policy_max_age_parse(&wanted->max_age, argument, &why);
    }
    return result == 0 ? 0 : setup_fail("generate: %s", why.text);
}

static int take(void *context, int option, const char *argument)
{
    struct params *params = context;
    struct propose_params *wanted = &params->propose;
    switch (option) {
    case 'c':
        params->config_path = argument;
        return 0;
    case OPTION_LIST:
    case OPTION_POLICY:
    case OPTION_JSON:
        params->outputs++;
        params->format = PROPOSALOUT_LIST + (enum proposalout_format)(option - OPTION_LIST);
        return 0;
    case OPTION_WWW:
        params->outputs++;
        params->www = argument;
        return 0;
    case OPTION_MX:
        wanted->mx[wanted->mx_count++] = argument;
        return 0;
    case OPTION_PRESET:
        return take_preset(params, argument);
    case OPTION_FROM_DNS:
        wanted->from_dns = true;
        return 0;
    case OPTION_WILDCARD:
        wanted->wildcards = true;
        return 0;
    case OPTION_FROM_LIVE:
        wanted->from_live = true;
        return 0;
    case OPTION_OFFLINE:
        wanted->offline = true;
        return 0;
    case OPTION_MODE:
    case OPTION_MAX_AGE:
        return take_values(params, option, argument);
    default:
        return net_options_take(&params->net, option, argument);
    }
}

static int judge_usage(const struct params *params)
{
    const struct propose_params *wanted = &params->propose;
    bool chosen = wanted->mx_count > 0 || wanted->preset != NULL || wanted->from_dns;
    if (params->outputs > 1)
        return setup_fail("generate: --list, --policy, --json and --www are mutually exclusive");
    if (params->config_path != NULL && params->www == NULL)
        return setup_fail("generate: -c needs --www");
    if (params->config_path != NULL &&
        (chosen || wanted->from_live || wanted->mode_set || wanted->max_age_set ||
         wanted->wildcards || wanted->offline))
        return setup_fail(
            "generate: with -c, the configuration defines the policies; remove the other options");
    if (params->config_path != NULL)
        return 0;
    if (params->count == 0)
        return setup_fail("generate: give a domain; try 'mta-stsctl generate --help'");
    if (!chosen && !wanted->from_live)
        return setup_fail(
            "generate: give the MX hosts by --mx, --preset, --from-dns or --from-live");
    if (chosen && wanted->from_live)
        return setup_fail(
            "generate: --from-live and --mx, --preset or --from-dns are mutually exclusive");
    if (wanted->wildcards && !wanted->from_dns)
        return setup_fail("generate: --wildcard needs --from-dns");
    if (wanted->offline && (wanted->from_dns || wanted->from_live))
        return setup_fail(
            "generate: --offline and --from-dns or --from-live are mutually exclusive");
    if (params->format == PROPOSALOUT_POLICY && params->count != 1)
        return setup_fail("generate: --policy needs exactly one domain");
    return 0;
}

/* Lists the names of the arguments, in lower case. */
static int take_domains(struct params *params, char **names, size_t count)
{
    params->proposals = calloc(count + 1, sizeof(*params->proposals));
    if (params->proposals == NULL)
        return setup_fail("out of memory");
    for (size_t i = 0; i < count; i++) {
        struct hostname name;
        struct hostname host;
        struct error why;
        if (setup_name(&name, "generate", names[i], strlen(names[i])) != 0)
            return SETUP_FAILED;
        if (hostname_policy_host(&host, &name, &why) != 0)
            return setup_fail("generate: %s", why.text);
        memcpy(names[i], name.text, name.length);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(params->proposals[j].domain, names[i]) == 0)
                return setup_fail("generate: %s is given twice", names[i]);
        }
        params->proposals[params->count++].domain = names[i];
    }
    return 0;
}

/* ---- The policies of a configuration, as files. */

static int write_domain(const struct params *params, const struct config_domain *domain)
{
    struct error why;
    int result = webtree_write(params->www, domain->name, domain->policy->bytes,
                               domain->policy->length, &why);
    progress_step();
    return result == 0 ? SETUP_FINE : setup_fail("%s", why.text);
}

static int write_config(const struct params *params, const struct config *config)
{
    int status = SETUP_FINE;
    for (size_t i = 0; i < params->count && status == SETUP_FINE; i++) {
        const char *name = params->proposals[i].domain;
        const struct config_domain *domain = setup_find(config, name);
        status = domain != NULL ? write_domain(params, domain) : setup_fail_unknown(name);
    }
    for (size_t i = 0; i < config->domain_count && params->count == 0 && status == SETUP_FINE;
         i++) {
        if (!config->domains[i].broken)
            status = write_domain(params, &config->domains[i]);
    }
    return status == SETUP_FINE && params->count == 0 && config->broken_count > 0 ? SETUP_FOUND
                                                                                  : status;
}

static int load_and_write(const struct params *params)
{
    struct config *config;
    if (setup_load(&config, params->config_path, NULL) != 0)
        return SETUP_FAILED;
    progress_begin("written", params->count > 0 ? params->count : config->domain_count);
    int status = write_config(params, config);
    progress_end();
    config_free(config);
    return status;
}

/* ---- New policies. */

static void propose_one(void *context, size_t index)
{
    struct params *params = context;
    propose(&params->proposals[index], &params->propose);
    progress_step();
}

static int write_files(struct params *params)
{
    for (size_t i = 0; i < params->count; i++) {
        struct proposal *proposal = &params->proposals[i];
        struct error why = {.text = ""};
        size_t length;
        if (proposal->failed)
            continue;
        proposalout_say(proposal);
        char *bytes = proposal_render(proposal, &length);
        int result = bytes == NULL
                         ? error_set(&why, "out of memory")
                         : webtree_write(params->www, proposal->domain, bytes, length, &why);
        free(bytes);
        if (result != 0)
            return setup_fail("%s", why.text);
    }
    return SETUP_FINE;
}

static int say_failed(const struct params *params)
{
    int status = SETUP_FINE;
    for (size_t i = 0; i < params->count; i++) {
        if (!params->proposals[i].failed)
            continue;
        printable_say(stderr, "mta-stsctl: %s: %s", params->proposals[i].domain,
                      params->proposals[i].why.text);
        status = SETUP_FOUND;
    }
    return status;
}

static int propose_all(struct params *params)
{
    struct error why;
    int status = SETUP_FINE;
    if (propose_asks(&params->propose) && net_options_open(&params->net, &why) != 0)
        return setup_fail("%s", why.text);
    params->propose.net = &params->net;
    progress_begin("looked at", params->count);
    int result = jobs_run(params->count, AT_ONCE, propose_one, params, &why);
    progress_end();
    if (result != 0)
        return setup_fail("%s", why.text);
    if (params->www != NULL)
        status = write_files(params);
    else if (proposalout_write(params->proposals, params->count, params->format) != 0)
        status = setup_fail("the policies cannot be written");
    return status == SETUP_FINE ? say_failed(params) : status;
}

static int act(struct params *params)
{
    int status = judge_usage(params);
    if (status != 0)
        return status;
    if (params->config_path != NULL)
        return load_and_write(params);
    status = propose_all(params);
    net_options_close(&params->net);
    return status;
}

static const struct options options = {help, "c:h", option_words, take};

int generate_run(int argc, char **argv)
{
    struct params params = {.propose.mx = calloc((size_t)argc + 1, sizeof(char *))};
    if (params.propose.mx == NULL)
        return setup_fail("out of memory");
    int status = options_read(&options, argc, argv, &params);
    if (status == OPTIONS_READ) {
        status = take_domains(&params, argv + optind, (size_t)(argc - optind));
        if (status == 0)
            status = act(&params);
    }
    for (size_t i = 0; i < params.count; i++)
        proposal_free(&params.proposals[i]);
    free(params.proposals);
    free(params.propose.mx);
    return status;
}
