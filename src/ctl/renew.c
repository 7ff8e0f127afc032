/* SPDX-License-Identifier: ISC */
/* renew: has the ACME client order what is due, a few at a time, and installs what it gets. */
#include "renew.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "child.h"
#include "deploy.h"
#include "install.h"
#include "inventory.h"
#include "issuer.h"
#include "lock.h"
#include "pace.h"
#include "plan.h"
#include "print.h"

#define PARALLEL 4 /* orders at a time */

/* An order that the client is at. */
struct slot {
    struct child child;
    const struct plan_step *step; /* NULL: free */
    int64_t bound;
};

struct run {
    const struct renew_order *order;
    const struct config_acme *acme;
    struct inventory inventory;
    struct pace pace;
    struct plan plan;
    size_t next; /* the step whose turn is next */
    struct slot slots[PARALLEL];
    json_t *results;
    size_t renewed, failed;
    size_t undeployed;  /* certificates that the other machines still lack */
    bool ends;          /* no further order is begun */
    bool halted;        /* what ended it is a failure */
    struct error fault; /* the state could not be written */
};

static int64_t now_s(void)
{
    return (int64_t)time(NULL);
}

static void tell(struct run *run, json_t *result, const char *host, const char *text)
{
    if (!run->order->json) {
        printf("%s: %s\n", host, text);
        fflush(stdout);
    }
    json_array_append_new(run->results, result);
}

/* Has the certificate that is in its place brought to the other machines. */
static int deploy(struct run *run, const struct inventory_item *item)
{
    struct error why;
    char text[sizeof(struct error) + 128];
    const char *host = item->host.text;
    if (deploy_certificate(run->acme, host, item->path, &why) == 0)
        return 0;
    run->undeployed++;
    snprintf(text, sizeof(text), "not on the other machines: %s; the next run tries again",
             why.text);
    tell(run,
         json_pack("{s:s, s:s, s:s}", "host", host, "outcome", "undeployed", "reason", why.text),
         host, text);
    return -1;
}

/* What an earlier run owes. Where one fails, others would wait as long for the same machine. */
static void deploy_owed(struct run *run)
{
    for (size_t i = 0; i < run->inventory.count; i++) {
        const struct inventory_item *item = &run->inventory.items[i];
        if (item->managed && item->loaded && deploy_is_owed(run->acme, item->host.text) &&
            deploy(run, item) != 0)
            return;
    }
}

static void tell_renewed(struct run *run, const struct plan_step *step, int64_t not_after)
{
    char date[PRINT_TEXT_MAX];
    char text[128];
    const char *host = step->item->host.text;
    run->renewed++;
    if (pace_note_success(&run->pace, host, &run->fault) != 0)
        run->ends = run->halted = true;
    snprintf(text, sizeof(text), "renewed, valid until %s", print_time(not_after, date));
    tell(run,
         json_pack("{s:s, s:s, s:I}", "host", host, "outcome", "renewed", "not_after",
                   (json_int_t)not_after),
         host, text);
    deploy(run, step->item);
}

static void tell_failed(struct run *run, const struct plan_step *step, const char *reason)
{
    char date[PRINT_TEXT_MAX];
    char text[sizeof(struct error) + 128];
    const char *host = step->item->host.text;
    run->failed++;
    if (pace_note_failure(&run->pace, host, now_s(), reason, &run->fault) != 0)
        run->ends = run->halted = true;
    int64_t next = pace_next_try(&run->pace, host);
    snprintf(text, sizeof(text), "failed: %s; tried again after %s", reason,
             print_time(next, date));
    tell(run,
         json_pack("{s:s, s:s, s:s, s:I}", "host", host, "outcome", "failed", "reason", reason,
                   "next_try", (json_int_t)next),
         host, text);
}

/* Puts what the client has into its place. Returns 0 with *not_after, or -1 with why. */
static int install(const struct run *run, const struct plan_step *step, int64_t *not_after,
                   struct error *why)
{
    struct install found;
    if (install_load(&found, run->acme->state, &step->item->host, now_s(), why) != 0)
        return -1;
    *not_after = found.not_after;
    int result = deploy_owe(run->acme, step->item->host.text, why);
    if (result == 0)
        result = install_put(&found, step->item->path, why);
    install_free(&found);
    return result;
}

/* Whether a run that was killed got the certificate, and had no time to install it. */
static bool take_left_over(struct run *run, const struct plan_step *step)
{
    struct install found;
    struct error why;
    int64_t not_after;
    if (run->order->forced ||
        install_load(&found, run->acme->state, &step->item->host, now_s(), NULL) != 0)
        return false;
    bool fresh = due_at(found.not_before, found.not_after) > now_s();
    install_free(&found);
    if (!fresh)
        return false;
    if (install(run, step, &not_after, &why) == 0)
        tell_renewed(run, step, not_after);
    else
        tell_failed(run, step, why.text);
    return true;
}

/* Begins the step in the slot, or ends it at once. */
static void begin(struct run *run, struct slot *slot, const struct plan_step *step)
{
    struct error why;
    if (take_left_over(run, step))
        return;
    if (pace_note_order(&run->pace, now_s(), &run->fault) != 0) {
        run->ends = run->halted = true;
        return;
    }
    if (issuer_start(&slot->child, run->acme, step->item->host.text, &why) != 0) {
        tell_failed(run, step, why.text);
        return;
    }
    slot->step = step;
    slot->bound = now_s() + ISSUER_BOUND_S;
}

static bool may_begin(const struct run *run)
{
    return !run->ends && run->next < run->plan.count && !run->plan.steps[run->next].waits &&
           pace_order_at(&run->pace, run->acme->orders_per_hour, now_s(), 0) <= now_s();
}

/* Gives each free slot a step. Returns how many are at work. */
static size_t fill_slots(struct run *run)
{
    size_t busy = 0;
    for (size_t i = 0; i < PARALLEL; i++) {
        while (run->slots[i].step == NULL && may_begin(run))
            begin(run, &run->slots[i], &run->plan.steps[run->next++]);
        busy += run->slots[i].step != NULL;
    }
    return busy;
}

static void finish(struct run *run, struct slot *slot)
{
    struct error why;
    int64_t not_after;
    const struct plan_step *step = slot->step;
    enum issuer_ending ending = issuer_judge(run->acme, &slot->child, &why);
    child_free(&slot->child);
    slot->step = NULL;
    switch (ending) {
    case ISSUER_DONE:
        if (install(run, step, &not_after, &why) == 0)
            tell_renewed(run, step, not_after);
        else
            tell_failed(run, step, why.text);
        break;
    case ISSUER_NO_CA:
    case ISSUER_NO_ACCOUNT:
    case ISSUER_NO_CLIENT:
        run->ends = true; /* the others would fare no better */
        tell_failed(run, step, why.text);
        break;
    case ISSUER_FAILED:
        tell_failed(run, step, why.text);
        break;
    }
}

static void look_after(struct run *run, struct slot *slot)
{
    if (slot->step == NULL)
        return;
    if (child_has_ended(&slot->child)) {
        finish(run, slot);
    } else if (now_s() >= slot->bound) {
        const struct plan_step *step = slot->step;
        child_end(&slot->child);
        child_free(&slot->child);
        slot->step = NULL;
        tell_failed(run, step, "the order took over five minutes and was ended");
    }
}

/* What is under way is given up: no fault of those hosts. */
static void give_up(struct run *run)
{
    run->ends = run->halted = true;
    for (size_t i = 0; i < PARALLEL; i++) {
        if (run->slots[i].step == NULL)
            continue;
        child_end(&run->slots[i].child);
        child_free(&run->slots[i].child);
        run->slots[i].step = NULL;
    }
    error_set(&run->fault, "stopped by a signal; the next run goes on");
}

static void work(struct run *run)
{
    sigset_t watched;
    sigset_t before;
    struct timespec second = {.tv_sec = 1};
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGTERM);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGHUP);
    sigprocmask(SIG_BLOCK, &watched, &before);
    while (fill_slots(run) > 0) {
        int got = sigtimedwait(&watched, NULL, &second);
        if (got == SIGTERM || got == SIGINT || got == SIGHUP)
            give_up(run);
        for (size_t i = 0; i < PARALLEL; i++)
            look_after(run, &run->slots[i]);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static int sum_up(struct run *run, struct error *why)
{
    char date[PRINT_TEXT_MAX];
    size_t left = run->plan.count - run->plan.waiting - run->renewed - run->failed;
    int64_t next = pace_order_at(&run->pace, run->acme->orders_per_hour, now_s(), 0);
    if (run->order->json) {
        json_t *out =
            json_pack("{s:O, s:I, s:I, s:I, s:I, s:I, s:I}", "hosts", run->results, "renewed",
                      (json_int_t)run->renewed, "failed", (json_int_t)run->failed, "waiting",
                      (json_int_t)run->plan.waiting, "left", (json_int_t)left, "undeployed",
                      (json_int_t)run->undeployed, "next_order_at", (json_int_t)next);
        if (print_json(out) != 0)
            return error_set(why, "the result cannot be written");
    } else {
        printf("%zu renewed, %zu failed, %zu wait after a failure, %zu left\n", run->renewed,
               run->failed, run->plan.waiting, left);
        if (left > 0 && next > now_s())
            printf("the order rate of %u an hour allows the next order at %s\n",
                   run->acme->orders_per_hour, print_time(next, date));
    }
    if (run->halted)
        fprintf(stderr, "mta-stsctl: %s\n", run->fault.text);
    return run->failed + run->plan.waiting + run->undeployed > 0 || run->halted ? 1 : 0;
}

static bool has_managed(const struct inventory *inventory)
{
    for (size_t i = 0; i < inventory->count; i++) {
        if (inventory->items[i].managed)
            return true;
    }
    return false;
}

static int run_locked(struct run *run, struct error *why)
{
    const struct renew_order *order = run->order;
    unsigned per_hour = run->acme->orders_per_hour;
    run->results = json_array();
    if (run->results == NULL)
        return error_set(why, "out of memory");
    if (inventory_load(&run->inventory, order->config, order->only, now_s(), why) != 0 ||
        pace_load(&run->pace, run->acme->state, now_s(), why) != 0 ||
        plan_make(&run->plan, &run->inventory, &run->pace, per_hour, order->forced, now_s(), why) !=
            0)
        return -1;
    if (order->only != NULL && !has_managed(&run->inventory))
        return error_set(why,
                         "%s is not managed: it has a certificate of its own, or its pattern is "
                         "not one file with another path for each host",
                         order->only);
    deploy_owed(run);
    if (run->plan.count > run->plan.waiting) {
        if (issuer_need_account(run->acme, why) != 0)
            return -1;
        work(run);
    }
    return sum_up(run, why);
}

int renew_run(const struct renew_order *order, struct error *why)
{
    struct run run = {.order = order, .acme = &order->config->acme};
    if (!run.acme->present || !run.acme->accept_terms)
        return error_set(why, "nothing may be asked of a CA; write `accept_terms = yes` in [acme] "
                              "once you have read the CA's terms");
    if (!run.acme->renew_auto)
        return error_set(why, "nothing is ordered, since [acme] says `renew = off`");
    if (issuer_prepare(run.acme, why) != 0)
        return -1;
    int lock = lock_take(run.acme->state, why);
    if (lock < 0)
        return -1;
    int result = run_locked(&run, why);
    plan_free(&run.plan);
    pace_free(&run.pace);
    inventory_free(&run.inventory);
    json_decref(run.results);
    lock_release(lock);
    return result;
}
