/* SPDX-License-Identifier: ISC */
/* fuzz_logline: any bytes as lines of an access log, and what is made of them. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/senders/sender_agent.h"
#include "ctl/seen/fetchqueue.h"
#include "ctl/seen/mxday.h"

#define NOW INT64_C(1800000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const struct logline *line)
{
    assert(line->family <= SENDER_AGENT_OTHER && line->time >= 0);
    if (line->kind == LOGLINE_FETCH)
        assert(line->domain.length > 0 && line->time > 0);
    for (size_t i = 0; i < line->domain.length; i++) {
        char byte = line->domain.bytes[i];
        assert((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
               byte == '.');
    }
}

static void take(struct coverage *coverage, struct fetchqueue *queue, const char *text,
                 size_t length)
{
    struct logline line;
    int64_t when, clock = coverage->clock;
    logline_read(&line, text, length);
    check_line(&line);
    if (line.kind == LOGLINE_OTHER || coverage_add(coverage, &line, &when, NULL) != 0)
        return;
    assert(when >= clock && when <= NOW);
    if (line.kind == LOGLINE_FETCH)
        assert(fetchqueue_add(queue, &line, when, NULL) == 0);
}

/* No answer is before the last fetch of an older policy and its max_age. */
static void check_answers(const struct coverage *coverage, const struct lastseen *lastseen)
{
    for (uint32_t i = 0; i < lastseen->domain_count; i++) {
        const struct mxday_question question = {
            .coverage = coverage, .lastseen = lastseen, .domain = lastseen->domains[i]};
        struct mxday answer;
        mxday_make(&answer, &question);
        for (uint32_t at = lastseen->domains[i]->policies; at != LASTSEEN_NONE;
             at = lastseen->policies[at].next) {
            const struct lastseen_policy *policy = &lastseen->policies[at];
            assert(answer.kind == MXDAY_SERVED || !mxday_counts(&question, policy) ||
                   answer.until >= (int64_t)policy->last + policy->max_age);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct coverage coverage = {.now = NOW};
    struct lastseen lastseen = {0};
    struct fetchqueue queue = {.to = &lastseen};
    const char *at = (const char *)data, *end = at + size;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        take(&coverage, &queue, at, (size_t)((stop != NULL ? stop : end) - at));
        at = stop != NULL ? stop + 1 : end;
    }
    assert(fetchqueue_finish(&queue, NULL) == 0);
    if (coverage_finish(&coverage, NULL) == 0) {
        lastseen_sort(&lastseen);
        check_answers(&coverage, &lastseen);
    }
    coverage_free(&coverage);
    lastseen_free(&lastseen);
    return 0;
}
