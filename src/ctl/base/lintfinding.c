/* SPDX-License-Identifier: ISC */
/* lintfinding: what a rule of lint says, as a finding in its parts. */
#include "ctl/base/lintfinding.h"

void lintfinding_add(struct findings *all, const struct finding *about,
                     const struct lint_rule *rule, const char *text)
{
    struct lint_parts parts = lint_parts_of(rule, text);
    struct finding finding = *about;
    finding.sender = rule->sender;
    finding.advice = parts.advice[0] != '\0' ? parts.advice : NULL;
    findings_add(all, &finding, "%.*s", (int)parts.problem_length, text);
}
