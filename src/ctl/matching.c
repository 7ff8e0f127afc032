/* SPDX-License-Identifier: ISC */
/* matching: the verb `match`: whether mail to an MX host is delivered under a policy. */
#include "ctl/matching.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/printable.h"
#include "common/name/hostname.h"
#include "common/policy/mxmatch.h"
#include "common/policy/policytext.h"
#include "common/senders/sender.h"
#include "ctl/base/options.h"
#include "ctl/base/print.h"
#include "ctl/base/setup.h"
#include "ctl/base/writer.h"
#include "ctl/net/fetch.h"
#include "ctl/net/livemx.h"
#include "ctl/net/net_options.h"

enum { OPTION_JSON = 256 };

static const char help[] =
    "Usage: mta-stsctl match [-c FILE] [OPTIONS] DOMAIN [MX...]\n"
    "Tells for each MX host whether the policy of DOMAIN allows it, which pattern\n"
    "matches, and what happens to mail. Without MX: the domain's MX records.\n"
    "\n"
    "  -c, --config FILE   use the policy of this mta-stsd configuration, not the\n"
    "                      one that is served today\n"
    "      --json          print JSON\n" NET_OPTIONS_HELP "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 all match, 1 one does not, 2 usage error or failure.\n"
    "See mta-stsctl(1).\n";

static const struct option option_words[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, OPTION_JSON},
    NET_OPTIONS_WORDS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct params {
    const char *config_path; /* NULL: the policy is fetched */
    bool json;
    struct net_options net;
    struct hostname domain;
    char **hosts; /* of the command line, in lower case */
    size_t host_count;
};

/* ---- The policy. */

static int read_config(struct policytext *out, const struct params *params)
{
    struct config *config;
    struct error why;
    int status;
    if (setup_load(&config, params->config_path, NULL) != 0)
        return SETUP_FAILED;
    const struct config_domain *domain = setup_find(config, params->domain.text);
    if (domain == NULL)
        status = setup_fail_unknown(params->domain.text);
    else if (policytext_read(out, domain->policy->bytes, domain->policy->length, &why) != 0)
        status = setup_fail("%s", why.text);
    else
        status = SETUP_FINE;
    config_free(config);
    return status;
}

/* As a sender does: the first address that gives a policy. */
static int fetch_any(struct policytext *out, const struct params *params, const char *host,
                     const struct network_address *addresses, size_t count)
{
    struct error why = {.text = "no address was found"};
    int result = -1;
    for (size_t i = 0; i < count && i < FETCH_ADDRESSES_MAX && result != 0; i++) {
        struct fetch fetch;
        const struct fetch_request request = {.host = host,
                                              .address = &addresses[i],
                                              .port = params->net.port,
                                              .trust = params->net.trust};
        result = fetch_policy(&fetch, &request);
        if (result != 0) {
            why = fetch.why;
        } else {
            policytext_free(out);
            result = policytext_read(out, fetch.body, fetch.length, &why);
        }
        fetch_free(&fetch);
    }
    return result == 0 ? SETUP_FINE : setup_fail("%s: cannot fetch a policy: %s", host, why.text);
}

static int fetch_live(struct policytext *out, const struct params *params)
{
    struct hostname host;
    struct network_address *addresses;
    struct error why;
    size_t count;
    if (hostname_policy_host(&host, &params->domain, &why) != 0)
        return setup_fail("%s", why.text);
    if (dns_addresses(params->net.dns, host.text, &addresses, &count, &why) != DNS_FOUND)
        return setup_fail("cannot fetch a policy: %s", why.text);
    int status = fetch_any(out, params, host.text, addresses, count);
    free(addresses);
    return status;
}

/* ---- The hosts. */

static const char *find_pattern(const struct policy *policy, const char *host)
{
    for (size_t i = 0; i < policy->mx_count; i++) {
        if (mxmatch(policy->mx[i], host))
            return policy->mx[i];
    }
    return NULL;
}

static const char *consequence(enum policy_mode mode, bool matches)
{
    switch (mode) {
    case POLICY_MODE_ENFORCE:
        return matches ? "mail goes out, if the certificate is good" : "mail does not go out";
    case POLICY_MODE_TESTING:
        return matches ? "mail goes out" : "mail goes out, and a failure is reported";
    case POLICY_MODE_NONE:
        break;
    }
    return "mail goes out, and nothing is checked";
}

static int write_columns(const struct policy *policy, char *const *hosts, size_t count)
{
    struct print_table table = {.columns = 4};
    print_table_add(&table, PRINT_PLAIN, (const char *const[]){"MX", "MATCHES", "PATTERN", "SO"});
    for (size_t i = 0; i < count; i++) {
        const char *pattern = find_pattern(policy, hosts[i]);
        enum print_tone tone = policy->mode == POLICY_MODE_ENFORCE ? PRINT_ERROR : PRINT_WARNING;
        print_table_add(&table, pattern != NULL ? PRINT_PLAIN : tone,
                        (const char *const[]){hosts[i], pattern != NULL ? "yes" : "no",
                                              pattern != NULL ? pattern : "-",
                                              consequence(policy->mode, pattern != NULL)});
    }
    return print_table_finish(&table);
}

static int write_json(const struct params *params, const struct policy *policy, char *const *hosts,
                      size_t count)
{
    struct writer writer;
    writer_open(&writer, &writer_json, stdout);
    writer_text(&writer, "domain", params->domain.text);
    writer_text(&writer, "source", params->config_path != NULL ? "configuration" : "live");
    writer_text(&writer, "mode", policy_mode_name(policy->mode));
    writer_list(&writer, "patterns");
    for (size_t i = 0; i < policy->mx_count; i++)
        writer_shown(&writer, NULL, policy->mx[i]);
    writer_end(&writer);
    writer_list(&writer, "hosts");
    for (size_t i = 0; i < count; i++) {
        const char *pattern = find_pattern(policy, hosts[i]);
        writer_start(&writer, NULL);
        writer_text(&writer, "host", hosts[i]);
        writer_text(&writer, "pattern", pattern);
        writer_boolean(&writer, "delivers", pattern != NULL || policy->mode != POLICY_MODE_ENFORCE);
        writer_end(&writer);
    }
    writer_end(&writer);
    return writer_finish(&writer);
}

static int judge(const struct params *params, const struct policy *policy, char *const *hosts,
                 size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all = all && find_pattern(policy, hosts[i]) != NULL;
    int result = params->json ? write_json(params, policy, hosts, count)
                              : write_columns(policy, hosts, count);
    if (result != 0)
        return setup_fail("the result cannot be written");
    return all ? SETUP_FINE : SETUP_FOUND;
}

/* The hosts of the command line, or else of DNS. */
static int judge_hosts(const struct params *params, const struct policy *policy)
{
    struct livemx mx = {0};
    struct error why;
    int status;
    if (params->host_count > 0)
        return judge(params, policy, params->hosts, params->host_count);
    if (livemx_find(&mx, params->net.dns, params->domain.text, &why) != 0)
        status = setup_fail("%s", why.text);
    else if (mx.null)
        status = setup_fail("%s takes no mail (RFC 7505)", params->domain.text);
    else
        status = judge(params, policy, mx.hosts, mx.count);
    livemx_free(&mx);
    return status;
}

static int act(struct params *params)
{
    struct policytext text = {0};
    struct error why;
    bool asks = params->config_path == NULL || params->host_count == 0;
    if (asks && net_options_open(&params->net, &why) != 0)
        return setup_fail("%s", why.text);
    int status =
        params->config_path != NULL ? read_config(&text, params) : fetch_live(&text, params);
    if (status == SETUP_FINE)
        status = judge_hosts(params, &text.policy);
    policytext_free(&text);
    return status;
}

static int take(void *context, int option, const char *argument)
{
    struct params *params = context;
    switch (option) {
    case 'c':
        params->config_path = argument;
        return 0;
    case OPTION_JSON:
        params->json = true;
        return 0;
    default:
        return net_options_take(&params->net, option, argument);
    }
}

/* Whether the name would be one but for its underscores, which host names do not have, and some MX
 * hosts do. */
static bool is_underscored(const char *name, size_t length)
{
    char bare[HOSTNAME_MAX + 1];
    if (length > HOSTNAME_MAX || memchr(name, '_', length) == NULL)
        return false;
    for (size_t i = 0; i < length; i++)
        bare[i] = name[i] == '_' ? 'x' : name[i];
    struct hostname host;
    return hostname_parse(&host, bare, length, NULL) == 0;
}

static bool takes_no_underscore(const struct sender *sender)
{
    return sender->no_underscore;
}

/* Names the senders for whom no pattern matches such a host. */
static void warn_of_underscore(const char *name)
{
    char names[SENDERS_TEXT_MAX];
    printable_say(stderr,
                  "mta-stsctl: match: warning: %s has an underscore, and so it never matches for "
                  "%s; give the host another name",
                  name, senders_names(names, senders_which(takes_no_underscore)));
}

/* Normalises the names in place: lower case, without a final dot. */
static int take_names(struct params *params, char **names, size_t count)
{
    if (count == 0)
        return setup_fail("match: give a domain; try 'mta-stsctl match --help'");
    if (setup_name(&params->domain, "match", names[0], strlen(names[0])) != 0)
        return SETUP_FAILED;
    params->hosts = names + 1;
    params->host_count = count - 1;
    for (size_t i = 1; i < count; i++) {
        struct hostname host;
        size_t length = strlen(names[i]);
        if (length > 1 && names[i][length - 1] == '.')
            names[i][--length] = '\0';
        if (is_underscored(names[i], length)) {
            for (char *byte = names[i]; *byte != '\0'; byte++)
                *byte = policy_lower(*byte);
            warn_of_underscore(names[i]);
            continue;
        }
        if (setup_name(&host, "match", names[i], length) != 0)
            return SETUP_FAILED;
        memcpy(names[i], host.text, length);
    }
    return 0;
}

static const struct options options = {help, "c:h", option_words, take};

int matching_run(int argc, char **argv)
{
    struct params params = {0};
    int status = options_read(&options, argc, argv, &params);
    if (status != OPTIONS_READ)
        return status;
    status = take_names(&params, argv + optind, (size_t)(argc - optind));
    if (status == 0)
        status = act(&params);
    net_options_close(&params.net);
    return status;
}
