/* SPDX-License-Identifier: ISC */
/* repair: corrects mistakes in a policy file that have one obvious correction, and lists what it
 * did. */
#include "ctl/lint/repair.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/base/span.h"
#include "common/policy/lint.h"
#include "common/policy/policytext.h"
#include "ctl/lint/repair_line.h"
#include "ctl/lint/repair_rewrite.h"
#include "ctl/lint/tlsreport.h"

/* How bad a policy is: an error is worse than any number of warnings. */
struct weight {
    size_t errors, warnings;
};

static void weigh_finding(void *context, const struct lint_finding *finding)
{
    struct weight *weight = context;
    weight->errors += finding->rule->severity == SEVERITY_ERROR;
    weight->warnings += finding->rule->severity == SEVERITY_WARNING;
}

static struct weight weigh(const char *bytes, size_t length)
{
    struct weight weight = {0};
    (void)lint_policy_text(bytes, length, weigh_finding, &weight);
    return weight;
}

static bool has_pattern(const struct policy *policy, const char *pattern)
{
    struct arena arena = {0};
    struct span name = repair_line_name(&arena, span_of(pattern));
    bool found = false;
    for (size_t i = 0; i < policy->mx_count && name.bytes != NULL && !found; i++)
        found = strlen(policy->mx[i]) == name.length &&
                strncasecmp(policy->mx[i], name.bytes, name.length) == 0;
    arena_free(&arena);
    return found;
}

static bool is_same_policy(const struct policy *old, const struct policy *new)
{
    size_t numbers;
    if (old->mode != new->mode || old->max_age != new->max_age)
        return false;
    for (size_t i = 0; i < old->mx_count; i++)
        if (!has_pattern(new, old->mx[i]) &&
            lint_meant_names(old->mx[i], strlen(old->mx[i]), &numbers) == 0)
            return false;
    return true;
}

/* What was valid as it stood must say the same. What was not has no other meaning than the one that
 * the rewriting found. */
static bool keeps_meaning(const struct repair *repair, const char *bytes, size_t length)
{
    struct policytext old;
    struct policytext new;
    bool was_valid = policytext_read(&old, bytes, length, NULL) == 0;
    bool is_valid = policytext_read(&new, repair->bytes, repair->length, NULL) == 0;
    bool keeps = !was_valid || (is_valid && is_same_policy(&old.policy, &new.policy));
    policytext_free(&old);
    policytext_free(&new);
    return keeps;
}

static bool is_better(const struct repair *repair, const char *bytes, size_t length)
{
    struct weight old = weigh(bytes, length);
    struct weight new = weigh(repair->bytes, repair->length);
    return new.errors < old.errors || (new.errors == old.errors &&new.warnings < old.warnings);
}

/* A line that must stay has come to the top, and looks like a mark there. */
static bool begins_with_mark(const struct repair *repair)
{
    static const char *const marks[] = {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (repair->length >= strlen(marks[i]) &&
            memcmp(repair->bytes, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

/* The text behind what programs put in front of it. Returns 0, or -1 when out of memory. */
static int take_off_mark(struct repair *out, struct span *text)
{
    struct span plain;
    if (repair_text_from_utf16(&plain, &out->arena, *text)) {
        *text = plain;
        return repair_rewrite_step(out, 1, "utf-16", "the file is plain ASCII text");
    }
    if (text->length < 3 || memcmp(text->bytes, "\xef\xbb\xbf", 3) != 0)
        return 0;
    *text = (struct span){text->bytes + 3, text->length - 3};
    return repair_rewrite_step(out, 1, "bom", "the byte order mark is removed");
}

int repair_policy(struct repair *out, const char *bytes, size_t length)
{
    struct span text = {bytes, length};
    *out = (struct repair){.bytes = bytes, .length = length};
    if (length > POLICY_MAX_BYTES || lint_is_pem(bytes, length) || tlsreport_is(bytes, length))
        return 0;
    if (take_off_mark(out, &text) != 0 || repair_rewrite(out, text) != 0)
        return -1;
    if (out->bytes != bytes && !begins_with_mark(out) && is_better(out, bytes, length) &&
        keeps_meaning(out, bytes, length))
        return 0;
    out->bytes = bytes;
    out->length = length;
    out->count = 0;
    return 0;
}

void repair_free(struct repair *repair)
{
    free(repair->steps);
    arena_free(&repair->arena);
    *repair = (struct repair){0};
}
