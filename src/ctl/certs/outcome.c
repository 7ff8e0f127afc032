/* SPDX-License-Identifier: ISC */
/* outcome: says what came of each host of a renewal, and of the whole. */
#include "ctl/certs/outcome.h"

#include <stdio.h>

#include "common/base/moment.h"
#include "ctl/base/print.h"
#include "ctl/base/progress.h"

int outcome_open(struct outcome *out, bool json, struct error *why)
{
    *out = (struct outcome){.json = json, .hosts = json_array()};
    return out->hosts != NULL ? 0 : error_set(why, "out of memory");
}

void outcome_close(struct outcome *outcome)
{
    json_decref(outcome->hosts);
    *outcome = (struct outcome){0};
}

static void tell(struct outcome *outcome, json_t *result, const char *host, const char *text)
{
    if (!outcome->json) {
        progress_wipe();
        printf("%s: %s\n", host, text);
        fflush(stdout);
    }
    json_array_append_new(outcome->hosts, result);
}

void outcome_renewed(struct outcome *outcome, const char *host, int64_t not_after)
{
    char date[MOMENT_TEXT_MAX];
    char text[128];
    outcome->renewed++;
    snprintf(text, sizeof(text), "renewed, valid until %s", moment_text(not_after, date));
    tell(outcome,
         json_pack("{s:s, s:s, s:I}", "host", host, "outcome", "renewed", "not_after",
                   (json_int_t)not_after),
         host, text);
    progress_step();
}

void outcome_failed(struct outcome *outcome, const char *host, const char *reason, int64_t next_try)
{
    char date[MOMENT_TEXT_MAX];
    char text[sizeof(struct error) + 128];
    outcome->failed++;
    snprintf(text, sizeof(text), "failed: %s; tried again after %s", reason,
             moment_text(next_try, date));
    tell(outcome,
         json_pack("{s:s, s:s, s:o, s:I}", "host", host, "outcome", "failed", "reason",
                   print_path_json(reason), "next_try", (json_int_t)next_try),
         host, text);
    progress_step();
}

void outcome_not_ready(struct outcome *outcome, const char *host, const char *reason)
{
    char text[sizeof(struct error) + 128];
    outcome->not_ready++;
    snprintf(text, sizeof(text), "not ready: %s; the CA was not asked", reason);
    tell(outcome,
         json_pack("{s:s, s:s, s:o}", "host", host, "outcome", "not ready", "reason",
                   print_path_json(reason)),
         host, text);
    progress_step();
}

void outcome_undeployed(struct outcome *outcome, const char *host, const char *reason)
{
    char text[sizeof(struct error) + 128];
    outcome->undeployed++;
    snprintf(text, sizeof(text), "not on the other machines: %s; the next run tries again", reason);
    tell(outcome,
         json_pack("{s:s, s:s, s:o}", "host", host, "outcome", "undeployed", "reason",
                   print_path_json(reason)),
         host, text);
}

static int write_json(const struct outcome *outcome, const struct outcome_rest *rest, size_t left)
{
    return print_json(
        json_pack("{s:O, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s?}", "hosts", outcome->hosts,
                  "renewed", (json_int_t)outcome->renewed, "failed", (json_int_t)outcome->failed,
                  "not_ready", (json_int_t)outcome->not_ready, "waiting", (json_int_t)rest->waiting,
                  "left", (json_int_t)left, "undeployed", (json_int_t)outcome->undeployed,
                  "next_order_at", (json_int_t)rest->next_order_at, "note", rest->note));
}

int outcome_sum_up(struct outcome *outcome, const struct outcome_rest *rest, struct error *why)
{
    char date[MOMENT_TEXT_MAX];
    size_t left =
        rest->due - rest->waiting - outcome->renewed - outcome->failed - outcome->not_ready;
    if (outcome->json) {
        if (write_json(outcome, rest, left) != 0)
            return error_set(why, "the result cannot be written");
        return 0;
    }
    printf("%zu renewed, %zu failed, ", outcome->renewed, outcome->failed);
    if (outcome->not_ready > 0)
        printf("%zu not ready, ", outcome->not_ready);
    printf("%zu wait after a failure, %zu left\n", rest->waiting, left);
    if (left > 0 && rest->next_order_at > rest->now)
        printf("the order rate of %u an hour allows the next order at %s\n", rest->orders_per_hour,
               moment_text(rest->next_order_at, date));
    return 0;
}
