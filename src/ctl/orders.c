/* SPDX-License-Identifier: ISC */
/* orders: looks at the hosts of a plan, has the ACME client order for those that are ready, a few
 * at a time, and installs what it gets. */
#include "orders.h"

#include <signal.h>
#include <time.h>

#include "child.h"
#include "deploy.h"
#include "install.h"
#include "issuer.h"
#include "leftover.h"
#include "moment.h"
#include "turns.h"

#define SLOTS    12 /* hosts at a time, in all */
#define PARALLEL 4  /* of them, orders */
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
    int64_t bound;
    unsigned stumbles;
};

struct run {
    const struct orders_terms *terms;
    struct turns turns;
    struct slot slots[SLOTS];
    int64_t until_ms;   /* hosts that are not ready are waited for */
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
    if (pace_note_success(run->terms->pace, host, &run->fault) != 0)
        run->ends = run->halted = true;
    outcome_renewed(run->terms->outcome, host, not_after);
    if (deploy_certificate(run->terms->acme, host, step->item->path, &why) != 0)
        outcome_undeployed(run->terms->outcome, host, why.text);
}

static void tell_failed(struct run *run, const struct plan_step *step, const char *reason)
{
    const char *host = step->item->host.text;
    if (pace_note_failure(run->terms->pace, host, now_s(), reason, &run->fault) != 0)
        run->ends = run->halted = true;
    outcome_failed(run->terms->outcome, host, reason, pace_next_try(run->terms->pace, host));
}

/* Puts the certificate into its place, says what came of that, and frees it. */
static void install(struct run *run, const struct plan_step *step, struct install *found)
{
    struct error why;
    if (deploy_owe(run->terms->acme, step->item->host.text, &why) == 0 &&
        install_put(found, step->item->path, &why) == 0)
        tell_renewed(run, step, found->not_after);
    else
        tell_failed(run, step, why.text);
    install_free(found);
}

/* The same of what the client has received. */
static void install_received(struct run *run, const struct plan_step *step)
{
    struct install found;
    struct error why;
    if (install_load(&found, run->terms->acme->state, &step->item->host, now_s(), &why) == 0)
        install(run, step, &found);
    else
        tell_failed(run, step, why.text);
}

/* Whether a run that was killed got the certificate, and had no time to install it. */
static bool take_left_over(struct run *run, const struct plan_step *step)
{
    struct install found;
    if (run->terms->anew ||
        !leftover_load(&found, run->terms->acme, step->item, run->terms->ari, now_s()))
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
    *slot = (struct slot){.stage = STAGE_READY, .turn = turn};
    if (run->terms->precheck == NULL)
        return;
    slot->stage = STAGE_CHECK;
    slot->precheck = precheck_start(run->terms->precheck, &turn->step->item->host, &why);
    if (slot->precheck != NULL)
        return;
    slot->stage = STAGE_FREE;
    outcome_not_ready(run->terms->outcome, turn->step->item->host.text, why.text);
}

static void begin_order(struct run *run, struct slot *slot)
{
    struct error why;
    const struct plan_step *step = slot->turn->step;
    slot->stage = STAGE_FREE;
    if (pace_note_order(run->terms->pace, now_s(), &run->fault) != 0) {
        run->ends = run->halted = true;
    } else if (issuer_start(&slot->child, run->terms->acme, step->item->host.text, &why) != 0) {
        tell_failed(run, step, why.text);
    } else {
        slot->stage = STAGE_ORDER;
        slot->bound = now_s() + ISSUER_BOUND_S;
    }
}

static size_t count_slots(const struct run *run, enum stage stage)
{
    size_t count = 0;
    for (size_t i = 0; i < SLOTS; i++)
        count += run->slots[i].stage == stage;
    return count;
}

/* Those that may come to an order are counted as one already. */
static bool may_begin(const struct run *run)
{
    size_t before = count_slots(run, STAGE_CHECK) + count_slots(run, STAGE_READY);
    return !run->ends && pace_order_at(run->terms->pace, run->terms->acme->orders_per_hour, now_s(),
                                       before) <= now_s();
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
        if (run->slots[i].stage == STAGE_READY && count_slots(run, STAGE_ORDER) < PARALLEL)
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
    if (ending != PRECHECK_READY &&
        !turns_again(&run->turns, slot->turn, ending == PRECHECK_NOT_YET, run->until_ms,
                     moment_steady_ms()))
        outcome_not_ready(run->terms->outcome, slot->turn->step->item->host.text, why.text);
}

/* Whether the host is ordered for once more, at once: the order rate holds. */
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
    enum issuer_ending ending = issuer_judge(run->terms->acme, &slot->child, &why);
    child_free(&slot->child);
    slot->stage = STAGE_FREE;
    switch (ending) {
    case ISSUER_DONE:
        install_received(run, step);
        break;
    case ISSUER_NO_CA:
    case ISSUER_NO_ACCOUNT:
    case ISSUER_NO_CLIENT:
        run->ends = true; /* the others would fare no better */
        tell_failed(run, step, why.text);
        break;
    case ISSUER_STUMBLED:
        if (!order_again(run, slot))
            tell_failed(run, step, why.text);
        break;
    case ISSUER_FAILED:
        tell_failed(run, step, why.text);
        break;
    }
}

static void look_after(struct run *run, struct slot *slot)
{
    if (slot->stage == STAGE_CHECK && precheck_has_ended(slot->precheck)) {
        finish_check(run, slot);
    } else if (slot->stage == STAGE_ORDER && child_has_ended(&slot->child)) {
        finish_order(run, slot);
    } else if (slot->stage == STAGE_ORDER && now_s() >= slot->bound) {
        child_end(&slot->child);
        child_free(&slot->child);
        slot->stage = STAGE_FREE;
        tell_failed(run, slot->turn->step, "the order took over five minutes and was ended");
    }
}

/* What is under way is given up: no fault of those hosts. */
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

int orders_run(const struct orders_terms *terms, struct error *why)
{
    struct run run = {.terms = terms,
                      .until_ms = moment_steady_ms() + terms->wait_s * INT64_C(1000)};
    if (turns_open(&run.turns, terms->plan, why) != 0)
        return -1;
    work(&run);
    turns_close(&run.turns);
    return run.halted ? error_set(why, "%s", run.fault.text) : 0;
}
