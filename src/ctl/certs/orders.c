/* SPDX-License-Identifier: ISC */
/* orders: checks the hosts of a plan, runs the ACME client for those that are ready, a few at a
 * time, and installs the certificates. */
#include "ctl/certs/orders.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "common/base/moment.h"
#include "ctl/acme/deploy.h"
#include "ctl/acme/issuer.h"
#include "ctl/base/child.h"
#include "ctl/certs/install.h"
#include "ctl/certs/leftover.h"
#include "ctl/certs/turns.h"

#define SLOTS    12 /* hosts at a time, in all */
#define PARALLEL 4  /* of them, orders; one, until it is known that the CA is there */
#define TICK_MS  50
#define STUMBLES 12 /* orders of one host at which the client stopped: one more is its failure */

enum stage {
    STAGE_FREE,
    STAGE_CHECK, /* it is looked at */
    STAGE_READY, /* its order may begin */
    STAGE_ORDER, /* the client is at it */
};

struct slot {
    enum stage stage;
    struct turn *turn;
    struct precheck *precheck;
    struct child child;
    int64_t bound_ms;
    unsigned stumbles;
    unsigned char before[CERT_FINGERPRINT]; /* of what the client had before the order */
    struct error note;                      /* of the precheck: a reason why the CA may refuse */
};

struct run {
    const struct orders_params *params;
    struct turns turns;
    struct slot slots[SLOTS];
    int64_t until_ms;   /* hosts that are not ready are waited for */
    bool answered;      /* the CA took an order or refused one: it is there */
    bool ends;          /* no further order is begun */
    bool halted;        /* what ended it is a failure */
    struct error fault; /* that failure */
};

static int64_t now_s(void)
{
    return (int64_t)time(NULL);
}

static void tell_renewed(struct run *run, const struct plan_step *step, int64_t not_after)
{
    struct error why;
    const char *host = step->item->host.text;
    if (pace_note_success(run->params->pace, host, &run->fault) != 0)
        run->ends = run->halted = true;
    outcome_renewed(run->params->outcome, step, not_after);
    if (deploy_certificate(run->params->acme, host, step->item->path, &why) != 0)
        outcome_undeployed(run->params->outcome, host, why.text);
}

static void tell_failed(struct run *run, const struct plan_step *step, const char *reason)
{
    const char *host = step->item->host.text;
    struct pace *pace = run->params->pace;
    int64_t now = now_s();
    if (pace_note_failure(pace, host, step->not_after, now, reason, &run->fault) != 0)
        run->ends = run->halted = true;
    outcome_failed(run->params->outcome, step, reason,
                   pace_next_try(pace, host, step->not_after, now));
}

static void tell_refused(struct run *run, const struct slot *slot, const char *reason)
{
    struct error both;
    const char *note = slot->note.text;
    error_set(&both, "%s%s%s", reason, note[0] != '\0' ? "; " : "", note);
    tell_failed(run, slot->turn->step, both.text);
}

/* A local failure: orders did not cause it, so the host is not delayed. */
static void tell_failed_here(const struct run *run, const struct plan_step *step,
                             const char *reason)
{
    outcome_failed(run->params->outcome, step, reason, 0);
}

/* The CA, the account or the client is missing: no host's fault, and the others would fail, too. */
static void end_run(struct run *run, const struct plan_step *step, const char *reason)
{
    struct error why;
    run->ends = true;
    if (run->halted)
        return;
    run->halted = true;
    error_set(&run->fault, "%s; the run ends here, and the other hosts are not delayed by that",
              reason);
    if (pace_note_away(run->params->pace, step->item->host.text, &why) != 0)
        error_set(&run->fault, "%s", why.text);
}

/* Installs the certificate, reports the result, and frees it. */
static void install(struct run *run, const struct plan_step *step, struct install *found)
{
    struct error why;
    if (deploy_owe(run->params->acme, step->item->host.text, &why) == 0 &&
        install_put(found, step->item->path, &why) == 0)
        tell_renewed(run, step, found->not_after);
    else
        tell_failed_here(run, step, why.text);
    install_free(found);
}

/* The same of what the client has received, which must be another certificate than it had before.
 */
static void install_received(struct run *run, const struct slot *slot)
{
    struct install found;
    struct error why;
    const struct plan_step *step = slot->turn->step;
    if (install_load(&found, run->params->acme->state, &step->item->host, now_s(), &why) != 0) {
        tell_failed(run, step, why.text);
    } else if (install_is(&found, slot->before) || install_is(&found, step->item->fingerprint)) {
        install_free(&found);
        tell_failed(
            run, step,
            "the ACME client reported success, but left the certificate of before the order");
    } else {
        install(run, step, &found);
    }
}

/* An unusable certificate counts as none. */
static void remember_received(const struct run *run, struct slot *slot)
{
    struct install found;
    memset(slot->before, 0, sizeof(slot->before));
    if (install_load(&found, run->params->acme->state, &slot->turn->step->item->host, now_s(),
                     NULL) != 0)
        return;
    memcpy(slot->before, found.fingerprint, sizeof(slot->before));
    install_free(&found);
}

/* Whether an earlier run received the certificate but did not install it. */
static bool take_left_over(struct run *run, const struct plan_step *step)
{
    struct install found;
    if (run->params->anew ||
        !leftover_load(&found, run->params->acme, step->item, run->params->ari, now_s()))
        return false;
    install(run, step, &found);
    return true;
}

/* Begins the host's turn in the slot, or ends it at once. */
static void begin(struct run *run, struct slot *slot, struct turn *turn)
{
    struct error why;
    if (take_left_over(run, turn->step))
        return;
    if (install_check_place(turn->step->item->path, &why) != 0) {
        tell_failed_here(run, turn->step, why.text);
        return;
    }
    *slot = (struct slot){.stage = STAGE_READY, .turn = turn};
    if (run->params->precheck == NULL)
        return;
    slot->stage = STAGE_CHECK;
    slot->precheck = precheck_start(run->params->precheck, &turn->step->item->host, &why);
    if (slot->precheck != NULL)
        return;
    slot->stage = STAGE_FREE;
    outcome_not_ready(run->params->outcome, turn->step, why.text);
}

static void begin_order(struct run *run, struct slot *slot)
{
    struct error why;
    const struct plan_step *step = slot->turn->step;
    slot->stage = STAGE_FREE;
    remember_received(run, slot);
    if (pace_note_order(run->params->pace, now_s(), &run->fault) != 0) {
        run->ends = run->halted = true;
    } else if (issuer_start(&slot->child, run->params->acme, step->item->host.text, &why) != 0) {
        tell_failed_here(run, step, why.text);
    } else {
        slot->stage = STAGE_ORDER;
        slot->bound_ms = moment_steady_ms() + ISSUER_BOUND_S * INT64_C(1000);
    }
}

static size_t count_slots(const struct run *run, enum stage stage)
{
    size_t count = 0;
    for (size_t i = 0; i < SLOTS; i++)
        count += run->slots[i].stage == stage;
    return count;
}

/* Counts hosts that may still order as orders. */
static bool may_begin(const struct run *run)
{
    size_t before = count_slots(run, STAGE_CHECK) + count_slots(run, STAGE_READY);
    return !run->ends && pace_order_at(run->params->pace, run->params->acme->orders_per_hour,
                                       now_s(), before) <= now_s();
}

/* A late host lets those being checked go first. */
static bool is_its_turn(const struct run *run, const struct slot *slot)
{
    for (size_t i = 0; i < SLOTS && slot->turn->step->late; i++) {
        const struct slot *other = &run->slots[i];
        if ((other->stage == STAGE_CHECK || other->stage == STAGE_READY) &&
            !other->turn->step->late)
            return false;
    }
    return true;
}

/* Gives each free slot a turn. Returns whether there is something to wait for; the hour of the
 * order rate is not, since the next run goes on. */
static bool fill_slots(struct run *run)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct turn *turn = NULL;
        while (run->slots[i].stage == STAGE_FREE && may_begin(run) &&
               (turn = turns_next(&run->turns, moment_steady_ms())) != NULL)
            begin(run, &run->slots[i], turn);
    }
    for (size_t i = 0; i < SLOTS && !run->ends; i++) {
        if (run->slots[i].stage == STAGE_READY &&
            count_slots(run, STAGE_ORDER) < (run->answered ? PARALLEL : 1) &&
            is_its_turn(run, &run->slots[i]))
            begin_order(run, &run->slots[i]);
    }
    return count_slots(run, STAGE_CHECK) + count_slots(run, STAGE_ORDER) > 0 ||
           (!run->ends &&
            (count_slots(run, STAGE_READY) > 0 || (run->turns.parked > 0 && may_begin(run))));
}

static void finish_check(struct run *run, struct slot *slot)
{
    struct error why;
    enum precheck_ending ending = precheck_end(slot->precheck, false, &why);
    slot->stage = ending == PRECHECK_READY ? STAGE_READY : STAGE_FREE;
    slot->note = why;
    if (ending != PRECHECK_READY &&
        !turns_again(&run->turns, slot->turn, ending == PRECHECK_NOT_YET, run->until_ms,
                     moment_steady_ms()))
        outcome_not_ready(run->params->outcome, slot->turn->step, why.text);
}

/* Whether the order is repeated at once, within the order rate. */
static bool order_again(const struct run *run, struct slot *slot)
{
    if (++slot->stumbles >= STUMBLES || !may_begin(run))
        return false;
    slot->stage = STAGE_READY;
    return true;
}

static void finish_order(struct run *run, struct slot *slot)
{
    struct error why;
    const struct plan_step *step = slot->turn->step;
    enum issuer_ending ending = issuer_judge(run->params->acme, &slot->child, &why);
    child_free(&slot->child);
    slot->stage = STAGE_FREE;
    if (ending == ISSUER_DONE || ending == ISSUER_FAILED || ending == ISSUER_STUMBLED)
        run->answered = true;
    switch (ending) {
    case ISSUER_DONE:
        install_received(run, slot);
        break;
    case ISSUER_NO_CA:
    case ISSUER_NO_ACCOUNT:
    case ISSUER_NO_CLIENT:
        end_run(run, step, why.text);
        break;
    case ISSUER_STUMBLED:
        if (!order_again(run, slot))
            tell_failed(run, step, why.text);
        break;
    case ISSUER_FAILED:
        tell_refused(run, slot, why.text);
        break;
    }
}

static void look_after(struct run *run, struct slot *slot)
{
    if (slot->stage == STAGE_CHECK && precheck_has_ended(slot->precheck)) {
        finish_check(run, slot);
    } else if (slot->stage == STAGE_ORDER && child_has_ended(&slot->child)) {
        finish_order(run, slot);
    } else if (slot->stage == STAGE_ORDER && moment_steady_ms() >= slot->bound_ms) {
        child_end(&slot->child);
        child_free(&slot->child);
        slot->stage = STAGE_FREE;
        tell_failed(run, slot->turn->step, "the order took over five minutes and was ended");
    }
}

/* Stops what is running, without blaming the hosts. */
static void give_up(struct run *run)
{
    struct error why;
    run->ends = run->halted = true;
    for (size_t i = 0; i < SLOTS; i++) {
        struct slot *slot = &run->slots[i];
        if (slot->stage == STAGE_CHECK)
            precheck_end(slot->precheck, true, &why);
        if (slot->stage == STAGE_ORDER) {
            child_end(&slot->child);
            child_free(&slot->child);
        }
        slot->stage = STAGE_FREE;
    }
    error_set(&run->fault, "stopped by a signal; the next run goes on");
}

static void work(struct run *run)
{
    sigset_t watched;
    sigset_t before;
    struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGHUP);
    sigprocmask(SIG_BLOCK, &watched, &before);
    while (fill_slots(run)) {
        int got = sigtimedwait(&watched, NULL, &tick);
        if (got == SIGTERM || got == SIGINT || got == SIGHUP)
            give_up(run);
        for (size_t i = 0; i < SLOTS; i++)
            look_after(run, &run->slots[i]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

int orders_run(const struct orders_params *params, struct error *why)
{
    struct run run = {.params = params,
                      .until_ms = moment_steady_ms() + params->wait_s * INT64_C(1000)};
    if (turns_open(&run.turns, params->plan, why) != 0)
        return -1;
    work(&run);
    turns_close(&run.turns);
    return run.halted ? error_set(why, "%s", run.fault.text) : 0;
}
