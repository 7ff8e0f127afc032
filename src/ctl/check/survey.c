/* SPDX-License-Identifier: ISC */
/* survey: the verb `check`: what a sender would find at a domain, and what it would do. */
#include "ctl/check/survey.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/config/config_load.h"
#include "ctl/base/finding_out.h"
#include "ctl/base/options.h"
#include "ctl/base/progress.h"
#include "ctl/base/setup.h"
#include "ctl/check/inspection.h"
#include "ctl/check/surveyjson.h"
#include "ctl/check/surveytext.h"
#include "ctl/check/surveywatch.h"
#include "ctl/net/net_options.h"

enum {
    OPTION_JSON = 256,
    OPTION_ALL,
    OPTION_CONNECT,
    OPTION_SMTP_PORT,
    OPTION_STATE,
    OPTION_RATE,
    OPTION_WATCH,
    OPTION_TELL_LATER,
    OPTION_TELL,
    OPTION_PROMETHEUS
};
enum { AT_ONCE = 128, AT_ONCE_MAX = 1000, BATCH = 512, PORT_MAX = 65535, RATE_MAX = 100000 };
enum { HOST_RATE = 50 }; /* a second; mta-stsd bears 200 handshakes of one source, or 200 ms */

static const char help[] =
    "Usage: mta-stsctl check [OPTIONS] DOMAIN... | --all\n"
    "Checks each domain as senders see it: DNS, every address of the policy host,\n"
    "the policy, every MX host with STARTTLS, and TLSRPT; then predicts what each\n"
    "sender does with mail to it.\n"
    "\n"
    "  -c, --config FILE   mta-stsd's configuration; only --all needs it\n"
    "                      (default: " SETUP_CONFIG ")\n"
    "      --all           check every domain of the configuration; private\n"
    "                      addresses found in DNS are not contacted\n"
    "      --state DIR     keep each result there, and compare with the previous one\n"
    "      --watch         tell only what began, got worse or ended since the last\n"
    "                      run with this --state: see [watch] in mta-stsd.ini(5)\n"
    "      --tell-later    with --watch: leave mail and command to check --tell\n"
    "      --tell          check nothing: mail what --tell-later left, and run the\n"
    "                      command\n"
    "      --prometheus    with --watch: print metrics, and the rest on stderr\n"
    "  -j, --jobs N        check N domains at a time (default: 128)\n"
    "      --rate N        begin at most N connections a second, over all domains\n"
    "      --connect HOST:PORT\n"
    "                      fetch policies from there, not from the policy host\n"
    "      --smtp-port PORT\n"
    "                      connect to MX hosts on this port, not on 25\n" NET_OPTIONS_HELP
    "      --json          print JSON\n"
    "  -h, --help          print this\n"
    "\n"
    "Exit status: 0 no errors or warnings, 1 some, 2 usage error or failure.\n"
    "See mta-stsctl(1).\n";

static const struct option option_words[] = {
    {"config", required_argument, NULL, 'c'},
    {"all", no_argument, NULL, OPTION_ALL},
    {"state", required_argument, NULL, OPTION_STATE},
    {"watch", no_argument, NULL, OPTION_WATCH},
    {"tell-later", no_argument, NULL, OPTION_TELL_LATER},
    {"tell", no_argument, NULL, OPTION_TELL},
    {"prometheus", no_argument, NULL, OPTION_PROMETHEUS},
    {"jobs", required_argument, NULL, 'j'},
    {"rate", required_argument, NULL, OPTION_RATE},
    {"connect", required_argument, NULL, OPTION_CONNECT},
    {"smtp-port", required_argument, NULL, OPTION_SMTP_PORT},
    {"json", no_argument, NULL, OPTION_JSON},
    NET_OPTIONS_WORDS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

struct params {
    const char *config_path;
    const char *state;
    const char *connect_to;
    unsigned jobs;
    unsigned smtp_port;
    unsigned rate; /* 0: none */
    bool all;
    bool json;
    bool watch;
    bool tell_later, tell;
    bool metrics;
    struct net_options net;
};

/* What is counted over all batches. */
struct sums {
    size_t errors, warnings, notes;
    bool failed;
    size_t wanted;
    struct surveytext_mail mail; /* of what is written as text */
    struct writer writer;        /* in the list of domains; {0} without --json */
    struct surveywatch watch;    /* {0} without --watch */
};

/* ---- What is written. */

static void write_one(const struct inspection *item, const struct params *params, struct sums *sums)
{
    sums->errors += item->findings.errors;
    sums->warnings += item->findings.warnings;
    sums->notes += item->findings.notes;
    if (item->state_why.text[0] != '\0') {
        setup_fail("%s", item->state_why.text);
        sums->failed = true;
    }
    if (params->watch) {
        surveywatch_take(&sums->watch, item);
    } else if (params->json) {
        surveyjson_put(item, &sums->writer);
    } else if (surveytext_write(item) != 0) {
        setup_fail("%s: out of memory", item->facts.domain);
        sums->failed = true;
    } else if (sums->wanted > 1) {
        surveytext_count_mail(&sums->mail, &item->facts);
        putchar('\n');
    }
}

static void write_sums(const struct params *params, struct sums *sums)
{
    if (!params->json) {
        if (sums->wanted > 1)
            printf("%zu domains: %zu errors, %zu warnings, %zu notes\n", sums->wanted, sums->errors,
                   sums->warnings, sums->notes);
        surveytext_write_mail(&sums->mail);
        return;
    }
    writer_end(&sums->writer);
    findings_put_counts(sums->errors, sums->warnings, sums->notes, &sums->writer);
    if (writer_finish(&sums->writer) == 0)
        return;
    setup_fail("the result cannot be written");
    sums->failed = true;
}

/* ---- Checking. */

/* A batch is freed before the next, so that any number of domains fits into memory. */
static int check_batches(const struct inspection_target *targets, size_t count,
                         const struct params *params, const struct inspection_params *inspecting,
                         struct sums *sums)
{
    struct error why;
    struct inspection *batch = calloc(BATCH, sizeof(*batch));
    int result = batch != NULL ? 0 : setup_fail("out of memory");
    progress_begin("checked", count);
    for (size_t from = 0; from < count && result == 0; from += BATCH) {
        size_t length = count - from < BATCH ? count - from : BATCH;
        if (inspection_run(batch, targets + from, length, inspecting, &why) != 0)
            result = setup_fail("%s", why.text);
        progress_wipe();
        for (size_t i = 0; i < length; i++) {
            if (result == 0)
                write_one(&batch[i], params, sums);
            inspection_free(&batch[i]);
        }
    }
    progress_end();
    free(batch);
    return result;
}

/* Where the results go. */
static int begin(struct sums *sums, const struct surveywatch_params *watching,
                 const struct params *params)
{
    struct error why;
    if (params->watch)
        return surveywatch_open(&sums->watch, watching, &why) == 0 ? 0 : setup_fail("%s", why.text);
    if (!params->json)
        return 0;
    writer_open(&sums->writer, &writer_json, stdout);
    writer_list(&sums->writer, "domains");
    return 0;
}

static int finish(struct sums *sums, const struct params *params)
{
    if (params->watch)
        return surveywatch_finish(&sums->watch);
    write_sums(params, sums);
    return sums->errors + sums->warnings > 0 ? SETUP_FOUND : SETUP_FINE;
}

static int check(const struct inspection_target *targets, size_t count, struct params *params,
                 const struct config *config)
{
    struct sums sums = {.wanted = count};
    struct mxhost_pool *pool = NULL;
    struct rate rate;
    struct rates host_rates;
    struct error why;
    const struct reach reach = {config};
    const struct reach *bounds = params->all ? &reach : NULL;
    struct mxhost_params mail = {.port = params->smtp_port, .reach = bounds, .rate = &rate};
    const struct surveywatch_params watching = {
        params->state, config, params->all, params->json, params->tell_later, params->metrics};
    int status = SETUP_FAILED;
    rate_open(&rate, params->rate);
    rates_open(&host_rates, params->rate == 0 ? HOST_RATE : 0);
    if (begin(&sums, &watching, params) != 0)
        goto done;
    if (net_options_open(&params->net, &why) != 0) {
        setup_fail("%s", why.text);
        goto done;
    }
    mail.dns = params->net.dns;
    mail.trust = params->net.trust;
    if (mxhost_open(&pool, &mail, &why) != 0) {
        setup_fail("%s", why.text);
        goto done;
    }
    const struct observe_params how = {
        .dns = params->net.dns,
        .trust = params->net.trust,
        .mxhosts = pool,
        .connect_to = params->connect_to,
        .port = params->net.port,
        .reach = bounds,
        .rate = &rate,
        .host_rates = &host_rates,
    };
    const struct inspection_params inspecting = {&how, params->state, params->jobs, progress_step};
    if (check_batches(targets, count, params, &inspecting, &sums) == 0)
        status = finish(&sums, params);
done:
    if (sums.failed)
        status = SETUP_FAILED;
    mxhost_close(pool);
    net_options_close(&params->net);
    writer_close(&sums.writer);
    surveywatch_close(&sums.watch);
    rate_close(&rate);
    rates_close(&host_rates);
    return status;
}

/* ---- Which domains. */

static size_t list_configured(struct inspection_target *targets, const struct config *config)
{
    size_t count = 0;
    for (size_t i = 0; i < config->domain_count; i++) {
        const struct config_domain *domain = &config->domains[i];
        if (!domain->broken)
            targets[count++] =
                (struct inspection_target){domain->name, domain->policy, domain->records_off};
    }
    return count;
}

static int list_named(struct inspection_target *targets, struct hostname *names, char *const *words,
                      const struct config *config)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        if (setup_name(&names[i], "check", words[i], strlen(words[i])) != 0)
            return SETUP_FAILED;
        const struct config_domain *known =
            config != NULL ? setup_find(config, names[i].text) : NULL;
        targets[i] = (struct inspection_target){names[i].text, known != NULL ? known->policy : NULL,
                                                known != NULL && known->records_off};
    }
    return 0;
}

static int list_and_check(struct params *params, const struct config *config, char *const *words,
                          size_t count)
{
    struct inspection_target *targets =
        calloc((params->all ? config->domain_count : count) + 1, sizeof(*targets));
    struct hostname *names = calloc(count + 1, sizeof(*names));
    int status = SETUP_FAILED;
    if (targets == NULL || names == NULL)
        setup_fail("out of memory");
    else if (params->all)
        status = check(targets, list_configured(targets, config), params, config);
    else if (list_named(targets, names, words, config) == 0)
        status = check(targets, count, params, config);
    free(targets);
    free(names);
    return status;
}

static int act(struct params *params, char *const *words, size_t count)
{
    struct config *config = NULL;
    const char *path = params->config_path != NULL ? params->config_path : SETUP_CONFIG;
    bool watches = params->watch || params->tell;
    if ((params->all || watches || params->config_path != NULL) &&
        setup_load(&config, path, watches ? CONFIG_RULE_WATCH : NULL) != 0)
        return SETUP_FAILED;
    int status = SETUP_FAILED;
    if (params->tell)
        status = surveywatch_tell(&config->watch, params->state);
    else if (params->state != NULL && mkdir(params->state, 0755) != 0 && errno != EEXIST)
        setup_fail("%s: %s", params->state, strerror(errno));
    else
        status = list_and_check(params, config, words, count);
    config_free(config);
    return status;
}

/* ---- The command line. */

static int read_number(unsigned *out, const char *word, unsigned most, const char *name)
{
    return setup_number(out, word, 1, most)
               ? 0
               : setup_fail("check: %s must be a number from 1 to %u", name, most);
}

static int take(void *context, int option, const char *argument)
{
    struct params *params = context;
    switch (option) {
    case 'c':
        params->config_path = argument;
        return 0;
    case 'j':
        return read_number(&params->jobs, argument, AT_ONCE_MAX, "--jobs");
    case OPTION_ALL:
        params->all = true;
        return 0;
    case OPTION_STATE:
        params->state = argument;
        return 0;
    case OPTION_WATCH:
        params->watch = true;
        return 0;
    case OPTION_TELL_LATER:
        params->tell_later = true;
        return 0;
    case OPTION_TELL:
        params->tell = true;
        return 0;
    case OPTION_PROMETHEUS:
        params->metrics = true;
        return 0;
    case OPTION_CONNECT:
        params->connect_to = argument;
        return 0;
    case OPTION_RATE:
        return read_number(&params->rate, argument, RATE_MAX, "--rate");
    case OPTION_SMTP_PORT:
        return read_number(&params->smtp_port, argument, PORT_MAX, "--smtp-port");
    case OPTION_JSON:
        params->json = true;
        return 0;
    default:
        return net_options_take(&params->net, option, argument);
    }
}

static const struct options options = {help, "c:j:h", option_words, take};

int survey_run(int argc, char **argv)
{
    struct params params = {.jobs = AT_ONCE};
    int status = options_read(&options, argc, argv, &params);
    if (status != OPTIONS_READ)
        return status;
    bool has_domains = params.all || optind < argc;
    if (params.tell ? has_domains : params.all == (optind < argc))
        return setup_fail("check: give domains, or --all; try 'mta-stsctl check --help'");
    if ((params.watch || params.tell) && params.state == NULL)
        return setup_fail("check: --watch and --tell need --state DIR, where is what was told");
    if (params.tell_later && !params.watch)
        return setup_fail("check: --tell-later goes with --watch");
    if (params.metrics && (!params.watch || params.json))
        return setup_fail("check: --prometheus goes with --watch, and without --json");
    return act(&params, argv + optind, (size_t)(argc - optind));
}
