/* SPDX-License-Identifier: ISC */
/* outcome: reports the result of each host of a renewal, and the totals. */
#include "ctl/certs/outcome.h"

#include <stdio.h>
#include <time.h>

#include "common/base/moment.h"
#include "ctl/base/print.h"
#include "ctl/base/progress.h"

#define TEXT_MAX (sizeof(struct error) + 512)

void outcome_open(struct outcome *out, struct told *told, bool json, bool all)
{
    *out = (struct outcome){.json = json, .all = all, .told = told};
    if (!json)
        return;
    writer_open(&out->writer, &writer_json, stdout);
    writer_list(&out->writer, "hosts");
}

void outcome_close(struct outcome *outcome)
{
    writer_close(&outcome->writer);
    *outcome = (struct outcome){0};
}

static int64_t now_s(void)
{
    return (int64_t)time(NULL);
}

static void say_line(const struct outcome *outcome, const char *host, const char *text)
{
    if (outcome->json)
        return;
    progress_wipe();
    print_line("%s: %s", host, text);
    fflush(stdout);
}

/* Prints the line of a host in trouble, unless it was recently; key identifies the trouble. */
static void say_trouble(struct outcome *outcome, const char *host, const char *text,
                        const char *key, enum due_stage stage)
{
    bool is_said = told_note(outcome->told, key, stage, now_s()) || outcome->all;
    outcome->recent += !told_is_old(outcome->told, key, now_s());
    outcome->unsaid += !is_said;
    if (is_said)
        say_line(outcome, host, text);
}

/* Begins the host's object; reason may be NULL. */
static struct writer *start_host(struct outcome *outcome, const char *host, const char *result,
                                 const char *reason)
{
    struct writer *writer = &outcome->writer;
    writer_start(writer, NULL);
    writer_text(writer, "host", host);
    writer_text(writer, "outcome", result);
    if (reason != NULL)
        writer_text(writer, "reason", reason);
    return writer;
}

static enum due_stage stage_of(const struct plan_step *step)
{
    return step->not_after == 0 ? DUE_STAGE_REFUSED
                                : due_stage(step->item->not_before, step->not_after, now_s());
}

/* When the current certificate ends. */
static const char *end_text(const struct plan_step *step, char *out, size_t size)
{
    char date[MOMENT_TEXT_MAX];
    char span[MOMENT_TEXT_MAX];
    int64_t left = step->not_after - now_s();
    if (step->not_after == 0)
        snprintf(out, size, "it has no usable certificate");
    else if (left > 0)
        snprintf(out, size, "its certificate ends in %s, on %s", moment_span(left, span),
                 moment_text(step->not_after, date));
    else
        snprintf(out, size, "its certificate expired on %s, so senders refuse it",
                 moment_text(step->not_after, date));
    return out;
}

void outcome_renewed(struct outcome *outcome, const struct plan_step *step, int64_t not_after)
{
    const char *host = step->item->host.text;
    char date[MOMENT_TEXT_MAX];
    char text[128];
    outcome->renewed++;
    told_end(outcome->told, host);
    snprintf(text, sizeof(text), "renewed, valid until %s", moment_text(not_after, date));
    say_line(outcome, host, text);
    struct writer *writer = start_host(outcome, host, "renewed", NULL);
    writer_number(writer, "not_after", not_after);
    writer_end(writer);
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
    say_trouble(outcome, host, text, host, stage_of(step));
    struct writer *writer = start_host(outcome, host, "failed", reason);
    writer_time(writer, "next_try", next_try);
    writer_time(writer, "not_after", step->not_after);
    writer_end(writer);
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
    say_trouble(outcome, host, text, host, stage_of(step));
    struct writer *writer = start_host(outcome, host, "not ready", reason);
    writer_time(writer, "not_after", step->not_after);
    writer_end(writer);
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
    say_trouble(outcome, host, text, host, stage_of(step));
    struct writer *writer = start_host(outcome, host, "waits", reason);
    writer_number(writer, "next_try", step->order_at);
    writer_time(writer, "not_after", step->not_after);
    writer_end(writer);
}

void outcome_undeployed(struct outcome *outcome, const char *host, const char *reason)
{
    char text[TEXT_MAX];
    char key[TEXT_MAX];
    outcome->undeployed++;
    snprintf(key, sizeof(key), "%s undeployed", host);
    snprintf(text, sizeof(text), "not on the other machines: %s; the next run tries again", reason);
    say_trouble(outcome, host, text, key, DUE_STAGE_GOOD);
    writer_end(start_host(outcome, host, "undeployed", reason));
}

static int write_json(struct outcome *outcome, const struct outcome_rest *rest, size_t left)
{
    struct writer *writer = &outcome->writer;
    writer_end(writer);
    writer_number(writer, "renewed", (int64_t)outcome->renewed);
    writer_number(writer, "failed", (int64_t)outcome->failed);
    writer_number(writer, "not_ready", (int64_t)outcome->not_ready);
    writer_number(writer, "waiting", (int64_t)outcome->waiting);
    writer_number(writer, "left", (int64_t)left);
    writer_number(writer, "undeployed", (int64_t)outcome->undeployed);
    writer_number(writer, "next_order_at", rest->next_order_at);
    writer_text(writer, "note", rest->note);
    writer_text(writer, "ended", rest->ended);
    return writer_finish(writer);
}

static void write_lines(const struct outcome *outcome, const struct outcome_rest *rest, size_t left)
{
    char date[MOMENT_TEXT_MAX];
    char not_ready[40] = "";
    if (outcome->not_ready > 0)
        snprintf(not_ready, sizeof(not_ready), "%zu not ready, ", outcome->not_ready);
    print_line("%zu renewed, %zu failed, %s%zu wait after a failure, %zu left", outcome->renewed,
               outcome->failed, not_ready, outcome->waiting, left);
    if (outcome->unsaid > 0)
        print_line("%zu of them for over a day, listed once a day; `mta-stsctl certs --plan` lists "
                   "them, `--renew DOMAIN` says why",
                   outcome->unsaid);
    if (left > 0 && rest->next_order_at > rest->now)
        print_line("the order rate of %u an hour allows the next order at %s",
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
