/* SPDX-License-Identifier: ISC */
/* inspection: observes several domains at a time, judges each, and saves its state. */
#include "ctl/check/inspection.h"

#include <stdlib.h>
#include <time.h>

#include "ctl/base/descriptors.h"
#include "ctl/base/jobs.h"
#include "ctl/check/rows.h"

#define FILES_MAX 64 /* descriptors for all else */

/* All domains of one run. */
struct run {
    struct inspection *out;
    const struct inspection_target *targets;
    const struct inspection_params *params;
};

static void remember(struct inspection *item, const char *directory)
{
    struct facts *facts = &item->facts;
    if (check_state_load(&facts->before, directory, facts->domain, &item->state_why) != 0 ||
        !facts->policy_valid)
        return;
    const struct check_state_now now = {
        .policy = &facts->policy.policy,
        .bytes = facts->served->body,
        .length = facts->served->length,
        .id = facts->record.id,
        .now = facts->now,
    };
    if (check_state_update(&facts->after, &facts->before, &now, &item->state_why) == 0)
        check_state_save(&facts->after, directory, facts->domain, &item->state_why);
}

static void observe(void *context, size_t index)
{
    struct run *run = context;
    struct facts *facts = &run->out[index].facts;
    observe_domain(facts, run->targets[index].domain, run->params->params, (int64_t)time(NULL));
    facts->configured = run->targets[index].configured;
    facts->records_off = run->targets[index].records_off;
    if (run->params->done != NULL)
        run->params->done();
}

static void judge(struct inspection *item, const struct inspection_params *params)
{
    facts_settle(&item->facts);
    if (params->state != NULL)
        remember(item, params->state);
    rows_judge(&item->facts, &item->findings);
    verdict_make(item->verdicts, &item->facts);
}

/* A connection that there is no descriptor for would be told as a fault of the domain. */
static size_t fit(size_t at_once)
{
    size_t taken = dns_sockets() + FILES_MAX;
    size_t limit = descriptors_limit();
    size_t most = limit > taken ? (limit - taken) / OBSERVE_DESCRIPTORS : 0;
    if (most == 0)
        most = 1;
    return at_once < most ? at_once : most;
}

int inspection_run(struct inspection *out, const struct inspection_target *targets, size_t count,
                   const struct inspection_params *params, struct error *why)
{
    struct run run = {out, targets, params};
    if (jobs_run(count, fit(params->at_once), observe, &run, why) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        judge(&out[i], params);
    return 0;
}

void inspection_free(struct inspection *item)
{
    facts_free(&item->facts);
    findings_free(&item->findings);
}
