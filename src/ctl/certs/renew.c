/* SPDX-License-Identifier: ISC */
/* renew: runs a renewal: plans what is due, orders it, and prints the results. */
#include "ctl/certs/renew.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/printable.h"
#include "ctl/acme/ari_poll.h"
#include "ctl/acme/deploy.h"
#include "ctl/acme/directory.h"
#include "ctl/acme/issuer.h"
#include "ctl/acme/trial.h"
#include "ctl/acme/web.h"
#include "ctl/base/become.h"
#include "ctl/base/lock.h"
#include "ctl/base/progress.h"
#include "ctl/base/setup.h"
#include "ctl/base/told.h"
#include "ctl/certs/inventory.h"
#include "ctl/certs/leftover.h"
#include "ctl/certs/orders.h"
#include "ctl/certs/outcome.h"
#include "ctl/certs/plan.h"

struct run {
    const struct renew_params *params;
    const struct config_acme *acme;
    struct inventory inventory;
    struct pace pace;
    struct ari ari;
    struct web *web; /* NULL: the CA was not asked yet */
    struct directory directory;
    struct dns *dns;
    struct plan plan;
    struct told told;
    struct outcome outcome;
    struct error note;   /* on the CA; empty: none */
    bool halted;         /* not each host had its turn */
    struct error reason; /* for that */
};

static int64_t now_s(void)
{
    return (int64_t)time(NULL);
}

static int sum_up(struct run *run, struct error *why)
{
    struct outcome_rest rest = {.due = run->plan.count,
                                .orders_per_hour = run->acme->orders_per_hour,
                                .now = now_s(),
                                .note = run->note.text[0] != '\0' ? run->note.text : NULL,
                                .ended = run->halted ? run->reason.text : NULL};
    const struct outcome *outcome = &run->outcome;
    rest.next_order_at = pace_order_at(&run->pace, rest.orders_per_hour, rest.now, 0);
    if (outcome_sum_up(&run->outcome, &rest, why) != 0)
        return -1;
    told_forget(&run->told, rest.now);
    (void)told_save(&run->told, NULL); /* what is not saved is printed again */
    if (run->halted)
        printable_say(stderr, "mta-stsctl: %s", run->reason.text);
    if (run->halted || outcome->recent > 0)
        return SETUP_FOUND;
    size_t bad = outcome->failed + outcome->not_ready + outcome->waiting + outcome->undeployed;
    return bad > 0 ? SETUP_KNOWN : SETUP_FINE;
}

static bool has_managed(const struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        if (inventory->items[i].managed)
            return true;
    }
    return false;
}

/* Fetches the CA's directory. If that fails, the first order will report it. */
static int ask_directory(struct run *run, struct error *why)
{
    struct error reason;
    if (run->web != NULL)
        return 0;
    run->web = web_open();
    if (run->web == NULL)
        return error_set(why, "out of memory");
    if (directory_fetch(&run->directory, run->web, run->acme->directory, &reason) != 0)
        error_set(&run->note, "the CA's directory could not be read: %s", reason.text);
    else if (run->directory.identity_count == 0)
        error_set(&run->note, "the CA does not publish its names for CAA records, so only records "
                              "that forbid every CA were detected");
    return 0;
}

/* A damaged file must not stop every run. */
static int load_pace(struct run *run, struct error *why)
{
    if (pace_load(&run->pace, run->acme->state, now_s(), why) != 0)
        return -1;
    if (run->pace.damaged && pace_put_aside(&run->pace, why) != 0)
        return -1;
    if (run->pace.damaged)
        printable_say(stderr, "mta-stsctl: %s", run->pace.damage.text);
    return pace_keep(&run->pace, why);
}

/* Asks the CA when to renew those of the certificates that it should be asked about now. */
static int ask_ari(struct run *run, const char **ids, size_t count, struct error *why)
{
    size_t due = ari_poll_keep_due(&run->ari, ids, count, now_s());
    if (due == 0)
        return 0;
    if (ask_directory(run, why) != 0)
        return -1;
    if (run->directory.renewal_info[0] != '\0')
        ari_poll(&run->ari, run->web, run->directory.renewal_info, ids, due, now_s());
    return 0;
}

static int ask_after_inventory(struct run *run, struct error *why)
{
    size_t count = 0;
    const char **ids = calloc(run->inventory.count + 1, sizeof(*ids));
    if (ids == NULL)
        return error_set(why, "out of memory");
    for (size_t i = 0; i < run->inventory.count; i++) {
        const struct inventory_item *item = &run->inventory.items[i];
        if (item->managed && item->loaded && item->covers && item->not_after > now_s())
            ids[count++] = item->renewal_id;
    }
    int result = ask_ari(run, ids, count, why);
    free(ids);
    return result;
}

static int make_plan(struct run *run, struct error *why)
{
    const struct renew_params *params = run->params;
    if (inventory_load(&run->inventory, params->config, params->only, now_s(), why) != 0 ||
        load_pace(run, why) != 0 || ari_load(&run->ari, run->acme->state, why) != 0)
        return -1;
    if (params->only != NULL && !has_managed(&run->inventory))
        return error_set(why,
                         "%s is not managed: its section sets a certificate, or the pattern is not "
                         "one file for each host",
                         params->only);
    if (!params->forced && ask_after_inventory(run, why) != 0)
        return -1;
    return plan_make(&run->plan,
                     &(struct plan_params){.inventory = &run->inventory,
                                           .pace = &run->pace,
                                           .ari = &run->ari,
                                           .per_hour = run->acme->orders_per_hour,
                                           .forced = params->forced},
                     now_s(), why);
}

/* Deploys what earlier runs could not. After the first failure, all others together get the time of
 * one: an unreachable machine would delay each of them.
 */
static void deploy_owed(struct run *run)
{
    struct error why;
    bool failed = false;
    int64_t end = now_s() + DEPLOY_BOUND_S;
    for (size_t i = 0; i < run->inventory.count && (!failed || now_s() < end); i++) {
        const struct inventory_item *item = &run->inventory.items[i];
        if (!item->managed || !item->loaded || !deploy_is_owed(run->acme, item->host.text) ||
            deploy_certificate(run->acme, item->host.text, item->path, &why) == 0)
            continue;
        failed = true;
        outcome_undeployed(&run->outcome, item->host.text, why.text);
    }
}

/* Asks ARI about certificates received but not installed, too: the CA may be about to revoke them.
 */
static int ask_after_left_overs(struct run *run, struct error *why)
{
    struct install found;
    size_t count = 0;
    const char **ids = calloc(run->plan.count + 1, sizeof(*ids));
    char(*texts)[ARI_ID_MAX] = calloc(run->plan.count + 1, sizeof(*texts));
    if (ids == NULL || texts == NULL) {
        free(ids);
        free(texts);
        return error_set(why, "out of memory");
    }
    for (size_t i = 0; i < run->plan.count; i++) {
        const struct plan_step *step = &run->plan.steps[i];
        if (step->waits || !leftover_load(&found, run->acme, step->item, &run->ari, now_s()))
            continue;
        memcpy(texts[count], found.renewal_id, sizeof(texts[count]));
        ids[count] = texts[count];
        count++;
        install_free(&found);
    }
    int result = ask_ari(run, ids, count, why);
    free(ids);
    free(texts);
    return result;
}

static int order_all(struct run *run, struct error *why)
{
    const struct renew_params *params = run->params;
    const struct reach reach = {params->config};
    struct precheck_params precheck = {.acme = run->acme,
                                       .directory = &run->directory,
                                       .reach = params->only == NULL ? &reach : NULL,
                                       .port = params->probe_port};
    if (issuer_need_account(run->acme, why) != 0)
        return -1;
    if (run->acme->precheck && (ask_directory(run, why) != 0 ||
                                dns_open(&run->dns, params->resolver, params->anchors, why) != 0))
        return -1;
    if (!params->forced && ask_after_left_overs(run, why) != 0)
        return -1;
    precheck.dns = run->dns;
    progress_begin("done", run->plan.count - run->plan.waiting);
    run->halted =
        orders_run(&(struct orders_params){.acme = run->acme,
                                           .plan = &run->plan,
                                           .precheck = run->acme->precheck ? &precheck : NULL,
                                           .pace = &run->pace,
                                           .ari = &run->ari,
                                           .outcome = &run->outcome,
                                           .anew = params->forced,
                                           .wait_s = params->wait_s},
                   &run->reason) != 0;
    progress_end();
    return 0;
}

static void tell_waiting(struct run *run)
{
    for (size_t i = 0; i < run->plan.count; i++) {
        const struct plan_step *step = &run->plan.steps[i];
        const char *host = step->item->host.text;
        const char *reason = pace_reason(&run->pace, host);
        if (step->waits)
            outcome_waits(&run->outcome, step, pace_failures(&run->pace, host),
                          reason != NULL ? reason : "not noted");
    }
}

static int run_locked(struct run *run, struct error *why)
{
    const struct renew_params *params = run->params;
    bool all = params->only != NULL || isatty(STDOUT_FILENO) == 1;
    outcome_open(&run->outcome, &run->told, params->json, all);
    if (told_load(&run->told, run->acme->state, why) != 0 || make_plan(run, why) != 0)
        return -1;
    deploy_owed(run);
    tell_waiting(run);
    if (run->plan.count > run->plan.waiting && order_all(run, why) != 0)
        return -1;
    return sum_up(run, why);
}

int renew_run(const struct renew_params *params, struct error *why)
{
    struct run run = {.params = params, .acme = &params->config->acme};
    if (!run.acme->present || !run.acme->accept_terms)
        return error_set(why, "no CA may be contacted; set `accept_terms = yes` in [acme] once you "
                              "have read the CA's terms");
    if (!run.acme->renew_auto)
        return error_set(why, "no certificate is ordered, since [acme] has `renew = off`");
    if (become_owner_of(run.acme->state, why) != 0 || issuer_prepare(run.acme, why) != 0)
        return -1;
    int lock = lock_take(run.acme->state, "ordering certificates", why);
    if (lock < 0)
        return -1;
    trial_remove_left(run.acme->challenges);
    int result = run_locked(&run, why);
    dns_close(run.dns);
    web_close(run.web);
    plan_free(&run.plan);
    ari_free(&run.ari);
    pace_free(&run.pace);
    inventory_free(&run.inventory);
    outcome_close(&run.outcome);
    told_free(&run.told);
    lock_release(lock);
    return result;
}
