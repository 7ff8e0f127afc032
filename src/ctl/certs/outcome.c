/* SPDX-License-Identifier: ISC */
/* outcome: says what came of each host of a renewal, and of the whole. */
#include "ctl/certs/outcome.h"

#include <stdio.h>
#include <time.h>

#include "common/base/moment.h"
#include "common/base/printable.h"
#include "ctl/base/print.h"
#include "ctl/base/progress.h"

#define TEXT_MAX (sizeof(struct error) + 512)

int outcome_open(struct outcome *out, struct told *told, bool json, bool all, struct error *why)
{
    *out = (struct outcome){.json = json, .all = all, .told = told, .hosts = json_array()};
    return out->hosts != NULL ? 0 : error_set(why, "out of memory");
}

void outcome_close(struct outcome *outcome)
{
    json_decref(outcome->hosts);
    *outcome = (struct outcome){0};
}

static int64_t now_s(void)
{
    return (int64_t)time(NULL);
}

static void tell(struct outcome *outcome, json_t *result, const char *host, const char *text)
{
    if (!outcome->json && text != NULL) {
        progress_wipe();
        printable_say(stdout, "%s: %s", host, text);
        fflush(stdout);
    }
    json_array_append_new(outcome->hosts, result);
}

/* The same of a host in trouble, which key stands for. */
static void tell_trouble(struct outcome *outcome, json_t *result, const char *host,
                         const char *text, const char *key, enum due_stage stage)
{
    bool is_said = told_note(outcome->told, key, stage, now_s()) || outcome->all;
    outcome->recent += !told_is_old(outcome->told, key, now_s());
    outcome->unsaid += !is_said;
    tell(outcome, result, host, is_said ? text : NULL);
}

static enum due_stage stage_of(const struct plan_step *step)
{
    return step->not_after == 0 ? DUE_STAGE_REFUSED
                                : due_stage(step->item->not_before, step->not_after, now_s());
}

/* What a postmaster wants to know of a host that gets no new certificate. */
static const char *end_text(const struct plan_step *step, char *out, size_t size)
{
    char date[MOMENT_TEXT_MAX];
    char span[MOMENT_TEXT_MAX];
    int64_t left = step->not_after - now_s();
    if (step->not_after == 0)
        snprintf(out, size, "it has no certificate that can be used");
    else if (left > 0)
        snprintf(out, size, "its certificate ends in %s, on %s", moment_span(left, span),
                 moment_text(step->not_after, date));
    else
        snprintf(out, size, "its certificate expired on %s, so senders refuse it",
                 moment_text(step->not_after, date));
    return out;
}

static json_t *end_json(const struct plan_step *step)
{
    return step->not_after != 0 ? json_integer((json_int_t)step->not_after) : json_null();
}

void outcome_renewed(struct outcome *outcome, const struct plan_step *step, int64_t not_after)
{
    const char *host = step->item->host.text;
    char date[MOMENT_TEXT_MAX];
    char text[128];
    outcome->renewed++;
    told_end(outcome->told, host);
    snprintf(text, sizeof(text), "renewed, valid until %s", moment_text(not_after, date));
    tell(outcome,
         json_pack("{s:s, s:s, s:I}", "host", host, "outcome", "renewed", "not_after",
                   (json_int_t)not_after),
         host, text);
    progress_step();
}

void outcome_failed(struct outcome *outcome, const struct plan_step *step, const char *reason,
                    int64_t next_try)
{
    const char *host = step->item->host.text;
    char date[MOMENT_TEXT_MAX];
    char end[256];
    char text[TEXT_MAX];
    outcome->failed++;
    end_text(step, end, sizeof(end));
    if (next_try != 0)
        snprintf(text, sizeof(text), "failed: %s; tried again after %s; %s", reason,
                 moment_text(next_try, date), end);
    else
        snprintf(text, sizeof(text), "failed: %s; the next run tries again; %s", reason, end);
    json_t *next = next_try != 0 ? json_integer((json_int_t)next_try) : json_null();
    tell_trouble(outcome,
                 json_pack("{s:s, s:s, s:o, s:o, s:o}", "host", host, "outcome", "failed", "reason",
                           print_path_json(reason), "next_try", next, "not_after", end_json(step)),
                 host, text, host, stage_of(step));
    progress_step();
}

void outcome_not_ready(struct outcome *outcome, const struct plan_step *step, const char *reason)
{
    const char *host = step->item->host.text;
    char end[256];
    char text[TEXT_MAX];
    outcome->not_ready++;
    snprintf(text, sizeof(text), "not ready: %s; the CA was not asked; %s", reason,
             end_text(step, end, sizeof(end)));
    tell_trouble(outcome,
                 json_pack("{s:s, s:s, s:o, s:o}", "host", host, "outcome", "not ready", "reason",
                           print_path_json(reason), "not_after", end_json(step)),
                 host, text, host, stage_of(step));
    progress_step();
}

void outcome_waits(struct outcome *outcome, const struct plan_step *step, unsigned failures,
                   const char *reason)
{
    const char *host = step->item->host.text;
    char date[MOMENT_TEXT_MAX];
    char end[256];
    char text[TEXT_MAX];
    outcome->waiting++;
    snprintf(text, sizeof(text),
             "waits until %s after %u failure%s, the last of them: %s; %s; to try at once: "
             "mta-stsctl certs --renew --force %s",
             moment_text(step->order_at, date), failures, failures == 1 ? "" : "s", reason,
             end_text(step, end, sizeof(end)), step->item->domain);
    tell_trouble(outcome,
                 json_pack("{s:s, s:s, s:o, s:I, s:o}", "host", host, "outcome", "waits", "reason",
                           print_path_json(reason), "next_try", (json_int_t)step->order_at,
                           "not_after", end_json(step)),
                 host, text, host, stage_of(step));
}

void outcome_undeployed(struct outcome *outcome, const char *host, const char *reason)
{
    char text[TEXT_MAX];
    char key[TEXT_MAX];
    outcome->undeployed++;
    snprintf(key, sizeof(key), "%s undeployed", host);
    snprintf(text, sizeof(text), "not on the other machines: %s; the next run tries again", reason);
    tell_trouble(outcome,
                 json_pack("{s:s, s:s, s:o}", "host", host, "outcome", "undeployed", "reason",
                           print_path_json(reason)),
                 host, text, key, DUE_STAGE_GOOD);
}

static int write_json(const struct outcome *outcome, const struct outcome_rest *rest, size_t left)
{
    return print_json(json_pack(
        "{s:O, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s?, s:s?}", "hosts", outcome->hosts, "renewed",
        (json_int_t)outcome->renewed, "failed", (json_int_t)outcome->failed, "not_ready",
        (json_int_t)outcome->not_ready, "waiting", (json_int_t)outcome->waiting, "left",
        (json_int_t)left, "undeployed", (json_int_t)outcome->undeployed, "next_order_at",
        (json_int_t)rest->next_order_at, "note", rest->note, "ended", rest->ended));
}

static void write_lines(const struct outcome *outcome, const struct outcome_rest *rest, size_t left)
{
    char date[MOMENT_TEXT_MAX];
    printf("%zu renewed, %zu failed, ", outcome->renewed, outcome->failed);
    if (outcome->not_ready > 0)
        printf("%zu not ready, ", outcome->not_ready);
    printf("%zu wait after a failure, %zu left\n", outcome->waiting, left);
    if (outcome->unsaid > 0)
        printf("%zu of them for over a day, and named once a day; `mta-stsctl certs --plan` names "
               "them, `--renew DOMAIN` says why\n",
               outcome->unsaid);
    if (left > 0 && rest->next_order_at > rest->now)
        printable_say(stdout, "the order rate of %u an hour allows the next order at %s",
                      rest->orders_per_hour, moment_text(rest->next_order_at, date));
}

int outcome_sum_up(struct outcome *outcome, const struct outcome_rest *rest, struct error *why)
{
    size_t left =
        rest->due - outcome->waiting - outcome->renewed - outcome->failed - outcome->not_ready;
    if (!outcome->json)
        write_lines(outcome, rest, left);
    else if (write_json(outcome, rest, left) != 0)
        return error_set(why, "the result cannot be written");
    return 0;
}
