/* SPDX-License-Identifier: ISC */
/* fuzz_repair: any bytes as a policy file to be put right; the result breaks fewer rules, keeps
 * what was valid, and has nothing left to be put right. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/policy/lint.h"
#include "common/policy/policytext.h"
#include "ctl/lint/repair.h"

#define RULES_MAX 128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
    unsigned counts[RULES_MAX];
    size_t errors, warnings;
    const struct repair_step *step; /* looked for */
    bool has_step;
};

static void hear(void *context, const struct lint_finding *finding)
{
    struct heard *heard = context;
    heard->counts[finding->rule - lint_rules]++;
    heard->errors += finding->rule->severity == SEVERITY_ERROR;
    heard->warnings += finding->rule->severity == SEVERITY_WARNING;
    if (heard->step != NULL && strcmp(heard->step->rule, finding->rule->id) == 0)
        heard->has_step = true;
}

static unsigned count_of(const struct heard *heard, const char *rule)
{
    unsigned count = 0;
    bool is_there = false;
    for (size_t i = 0; lint_rules[i].id != NULL; i++) {
        bool is_it = strcmp(lint_rules[i].id, rule) == 0; /* variants share an id */
        is_there = is_there || is_it;
        count += is_it ? heard->counts[i] : 0;
    }
    assert(is_there);
    return count;
}

/* What unseen characters or UTF-16 hid from lint, and repetitions of what was put right. */
static bool is_hidden(const struct repair *repair, const struct repair_step *step)
{
    for (size_t i = 0; i < repair->count; i++)
        if (strcmp(repair->steps[i].rule, "utf-16") == 0 ||
            strcmp(repair->steps[i].rule, "non-ascii") == 0)
            return true;
    return strcmp(step->rule, "mx-duplicate") == 0;
}

/* Each step is about something that lint finds, and finds less often afterwards. */
static void check_steps(const struct repair *repair, const uint8_t *data, size_t size,
                        const struct heard *after)
{
    for (size_t i = 0; i < repair->count; i++) {
        const struct repair_step *step = &repair->steps[i];
        struct heard before = {.step = step};
        (void)lint_policy_text((const char *)data, size, hear, &before);
        assert(before.has_step || is_hidden(repair, step));
        assert(is_hidden(repair, step) ||
               count_of(after, step->rule) < count_of(&before, step->rule));
        for (const char *text = step->done; *text != '\0'; text++)
            assert((unsigned char)*text >= ' ' && *text != 0x7f);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct repair repair;
    struct repair again;
    struct heard before = {.step = NULL};
    struct heard after = {.step = NULL};
    struct policytext old;
    struct policytext new;

    assert(repair_policy(&repair, (const char *)data, size) == 0);
    (void)lint_policy_text((const char *)data, size, hear, &before);
    (void)lint_policy_text(repair.bytes, repair.length, hear, &after);
    if (repair.count == 0)
        assert(repair.length == size && (size == 0 || memcmp(repair.bytes, data, size) == 0));
    else
        assert(after.errors < before.errors ||
               (after.errors == before.errors && after.warnings < before.warnings));
    check_steps(&repair, data, size, &after);

    assert(repair_policy(&again, repair.bytes, repair.length) == 0);
    assert(again.count == 0);

    if (policytext_read(&old, (const char *)data, size, NULL) == 0) {
        assert(policytext_read(&new, repair.bytes, repair.length, NULL) == 0);
        assert(new.policy.mode == old.policy.mode &&new.policy.max_age == old.policy.max_age);
        policytext_free(&new);
    }
    policytext_free(&old);
    repair_free(&again);
    repair_free(&repair);
    return 0;
}
