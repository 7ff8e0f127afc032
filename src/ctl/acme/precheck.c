/* SPDX-License-Identifier: ISC */
/* precheck: checks what a CA would find for a host now: addresses, CAA records, and which server
 * answers the challenge. */
#include "ctl/acme/precheck.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/acme/deploy.h"
#include "ctl/acme/probe.h"
#include "ctl/acme/trial.h"
#include "ctl/base/jobs.h"
#include "ctl/base/thread.h"
#include "ctl/net/caa.h"

#define ADDRESSES_MAX 16 /* more are not asked: a CA does not ask them all either */
#define LOOKS         3  /* at each: a balancer may lead to several machines */

struct precheck {
    const struct precheck_params *params;
    struct hostname host;
    pthread_t thread;
    atomic_bool stopped;
    atomic_bool ended;
    enum precheck_ending ending;
    struct error why;
};

/* The looks at each address for one challenge. */
struct look {
    const struct precheck *precheck;
    const struct network_address *addresses;
    size_t count;
    const unsigned char *digest;
    enum probe_outcome outcomes[ADDRESSES_MAX * LOOKS];
    struct error whys[ADDRESSES_MAX * LOOKS];
};

static void look_at(void *context, size_t index)
{
    struct look *look = context;
    look->outcomes[index] =
        probe_address(&look->addresses[index % look->count], look->precheck->params->port,
                      &look->precheck->host, look->digest, &look->whys[index]);
}

/* Whether a short wait may help: the server reloads, or has yet to notice the challenge. */
static bool may_pass(enum probe_outcome outcome)
{
    switch (outcome) {
    case PROBE_ANSWERED:
    case PROBE_UNKNOWN_HOST:
    case PROBE_NO_CHALLENGE:
    case PROBE_WRONG_DIGEST:
        return true;
    case PROBE_SILENT:
    case PROBE_OTHER_SERVER:
    case PROBE_NO_WAY:
    case PROBE_FAILED:
        break;
    }
    return false;
}

/* Appends a sentence if it fits. */
static void append(struct error *why, const char *text)
{
    if (strstr(why->text, text) != NULL)
        return;
    size_t used = strlen(why->text);
    size_t length = strlen(text);
    if (used > 0 && used + 2 + length < sizeof(why->text)) {
        memcpy(why->text + used, "; ", 2);
        used += 2;
    } else if (used > 0) {
        return;
    }
    memcpy(why->text + used, text, length + 1);
}

/* Notes that a CA cannot reach an address that was tried because a user named the domain. */
static void append_scope(struct error *why, const struct network_address *address)
{
    char place[NETWORK_TEXT_MAX];
    char text[NETWORK_TEXT_MAX + 80];
    const char *scope = network_address_scope(address);
    if (scope == NULL)
        return;
    network_address_text(address, place);
    snprintf(text, sizeof(text), "%s is %s address, which a CA on the Internet cannot reach", place,
             scope);
    append(why, text);
}

/* A CA may ask any of the addresses, so all must answer; but that of a kind that this machine has
 * no route to proves nothing if the others do. */
static enum precheck_ending sum_up(const struct look *look, struct error *why)
{
    enum precheck_ending ending = PRECHECK_READY;
    bool answered = false;
    why->text[0] = '\0';
    for (size_t i = 0; i < look->count * LOOKS; i++)
        answered = answered || look->outcomes[i] == PROBE_ANSWERED;
    for (size_t i = 0; i < look->count * LOOKS; i++) {
        if (look->outcomes[i] == PROBE_ANSWERED || (look->outcomes[i] == PROBE_NO_WAY && answered))
            continue;
        if (ending != PRECHECK_NOT_READY)
            ending = may_pass(look->outcomes[i]) ? PRECHECK_NOT_YET : PRECHECK_NOT_READY;
        append(why, look->whys[i].text);
        append_scope(why, &look->addresses[i % look->count]);
    }
    return ending;
}

/* From this machine and the others, as the client's hook does. */
static void withdraw(const struct precheck *precheck, struct trial *trial, const char *event)
{
    const struct config_acme *acme = precheck->params->acme;
    bool ours = trial->ours;
    trial_remove(trial);
    if (ours)
        (void)deploy_run(acme, event, precheck->host.text, acme->challenges, NULL);
}

static int place(const struct precheck *precheck, struct trial *trial, struct error *why)
{
    const struct config_acme *acme = precheck->params->acme;
    if (trial_place(trial, acme->challenges, &precheck->host, why) != 0)
        return -1;
    if (!trial->ours || deploy_run(acme, "begin", precheck->host.text, acme->challenges, why) == 0)
        return 0;
    withdraw(precheck, trial, "failed");
    return -1;
}

static enum precheck_ending look_everywhere(const struct precheck *precheck,
                                            const struct network_address *addresses, size_t count,
                                            struct error *why)
{
    struct trial trial;
    enum precheck_ending ending = PRECHECK_NOT_READY;
    struct look *look = calloc(1, sizeof(*look));
    if (look == NULL) {
        error_set(why, "out of memory");
        return ending;
    }
    if (place(precheck, &trial, why) == 0) {
        look->precheck = precheck;
        look->addresses = addresses;
        look->count = count < ADDRESSES_MAX ? count : ADDRESSES_MAX;
        look->digest = trial.digest;
        if (jobs_run(look->count * LOOKS, look->count * LOOKS, look_at, look, why) == 0)
            ending = sum_up(look, why);
        withdraw(precheck, &trial, "done");
    }
    free(look);
    return ending;
}

/* Leaves out what is not looked at, as a CA on the Internet does. Returns how many are left. */
static size_t keep_allowed(const struct precheck *precheck, struct network_address *addresses,
                           size_t count, struct error *why)
{
    char text[NETWORK_TEXT_MAX] = "";
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (reach_allows(precheck->params->reach, &addresses[i]))
            addresses[kept++] = addresses[i];
        else if (text[0] == '\0')
            network_address_text(&addresses[i], text);
    }
    if (kept == 0)
        error_set(why,
                  "%s leads to %s, %s address, which a CA on the Internet cannot reach and where "
                  "mta-stsd does not listen; publish the public address; to have this one tried, "
                  "set it as `address` in [dns] if it is the server's, or name the domain: `certs "
                  "--renew DOMAIN`",
                  precheck->host.text, text, network_address_scope(&addresses[0]));
    return kept;
}

static enum precheck_ending judge(struct precheck *precheck)
{
    const struct precheck_params *params = precheck->params;
    struct network_address *addresses;
    struct error reason;
    size_t count;
    enum dns_outcome outcome =
        dns_addresses(params->dns, precheck->host.text, &addresses, &count, &reason);
    if (outcome != DNS_FOUND) {
        error_set(&precheck->why,
                  "%s; publish %s as a CNAME to the server's name, or with its addresses",
                  reason.text, precheck->host.text);
        return PRECHECK_NOT_YET;
    }
    struct caa_ca ca = {params->directory->identities, params->directory->identity_count, NULL};
    enum precheck_ending ending = PRECHECK_NOT_READY;
    struct error note;
    if (caa_check(params->dns, precheck->host.text, &ca, &note, &precheck->why) == 0 &&
        !atomic_load(&precheck->stopped) &&
        (count = keep_allowed(precheck, addresses, count, &precheck->why)) > 0)
        ending = look_everywhere(precheck, addresses, count, &precheck->why);
    if (ending == PRECHECK_READY)
        precheck->why = note;
    free(addresses);
    return ending;
}

static void *work(void *argument)
{
    struct precheck *precheck = argument;
    precheck->ending = judge(precheck);
    atomic_store(&precheck->ended, true);
    return NULL;
}

struct precheck *precheck_start(const struct precheck_params *params, const struct hostname *host,
                                struct error *why)
{
    struct precheck *precheck = calloc(1, sizeof(*precheck));
    if (precheck == NULL) {
        error_set(why, "out of memory");
        return NULL;
    }
    precheck->params = params;
    precheck->host = *host;
    int failure = thread_start(&precheck->thread, work, precheck);
    if (failure == 0)
        return precheck;
    free(precheck);
    error_set(why, "cannot start a thread: %s", strerror(failure));
    return NULL;
}

bool precheck_has_ended(const struct precheck *precheck)
{
    return atomic_load(&precheck->ended);
}

enum precheck_ending precheck_end(struct precheck *precheck, bool stop, struct error *why)
{
    if (stop)
        atomic_store(&precheck->stopped, true);
    pthread_join(precheck->thread, NULL);
    enum precheck_ending ending = precheck->ending;
    *why = precheck->why;
    free(precheck);
    return ending;
}
