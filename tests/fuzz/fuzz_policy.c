/* SPDX-License-Identifier: ISC */
/* fuzz_policy: any bytes as a policy file, and as the values of a policy; what lint says of values
 * is what it says of their rendering. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/policy/lint.h"

#define MX_MAX    64
#define RULES_MAX 128

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
    unsigned counts[RULES_MAX];
    unsigned last_line;
    size_t total;
    bool refused;
};

static void hear(void *context, const struct lint_finding *finding)
{
    struct heard *heard = context;
    size_t number = (size_t)(finding->rule - lint_rules);

    char sentence[FINDING_MAX];
    size_t length = finding_print(sentence, sizeof(sentence), &finding->found);
    assert(length < sizeof(sentence));
    assert(number < RULES_MAX && lint_rules[number].id != NULL);
    assert(finding->found.line <= heard->last_line);
    char whom[LINT_WHOM_MAX];
    assert(strstr(sentence, lint_rule_whom(whom, finding->rule)) != NULL);
    for (const char *text = sentence; *text != '\0'; text++)
        assert((unsigned char)*text >= ' ' && *text != 0x7f);
    heard->counts[number]++;
    heard->total++;
    heard->refused = heard->refused || finding->rule->severity == SEVERITY_ERROR;
}

static void judge_as_file(const char *bytes, size_t size)
{
    struct heard heard = {.last_line = 1};
    for (size_t i = 0; i < size; i++)
        heard.last_line += bytes[i] == '\n';
    assert(lint_policy_text(bytes, size, hear, &heard) == !heard.refused);
}

/* The rendering of what lint accepts has each finding of the values, and none of form. */
static void judge_rendering(const struct policy *policy, const struct heard *values)
{
    size_t length = policy_rendered_length(policy);
    struct heard text = {.last_line = 1 + 3 + MX_MAX};
    char *out = malloc(length);
    if (out == NULL)
        return;
    policy_render(policy, out);
    bool fine = lint_policy_text(out, length, hear, &text);
    if (!values->refused) {
        assert(fine);
        assert(memcmp(text.counts, values->counts, sizeof(text.counts)) == 0);
    }
    free(out);
}

/* The first byte is the mode, the next four are max_age, each line behind them is an mx. */
static void judge_as_values(const uint8_t *data, size_t size)
{
    const char *mx[MX_MAX];
    struct heard heard = {.last_line = 0};
    struct policy policy = {.mx = mx};

    if (size < 5)
        return;
    char *lines = malloc(size - 4);
    if (lines == NULL)
        return;
    memcpy(lines, data + 5, size - 5);
    lines[size - 5] = '\0';
    policy.mode = (enum policy_mode)(data[0] % 3);
    memcpy(&policy.max_age, data + 1, sizeof(policy.max_age));
    for (char *line = lines; line != NULL && policy.mx_count < MX_MAX; policy.mx_count++) {
        mx[policy.mx_count] = line;
        line = strchr(line, '\n');
        if (line != NULL)
            *line++ = '\0';
    }

    assert(lint_policy(&policy, hear, &heard) == !heard.refused);
    judge_rendering(&policy, &heard);
    free(lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    judge_as_file((const char *)data, size);
    judge_as_values(data, size);
    return 0;
}
