/* SPDX-License-Identifier: ISC */
/* lintfinding: what a rule of lint says, as a finding in its parts. */
#ifndef CTL_BASE_LINTFINDING_H
#define CTL_BASE_LINTFINDING_H

#include "common/policy/lint.h"
#include "ctl/base/finding.h"

/* Adds the text of the rule, its problem, sender and advice apart; the rest is the finding's. */
void lintfinding_add(struct findings *all, const struct finding *about,
                     const struct lint_rule *rule, const char *text);

#endif
