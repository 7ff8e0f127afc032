/* SPDX-License-Identifier: ISC */
/* lintfinding: what a rule of lint says, as a finding in its parts. */
#ifndef CTL_LINTFINDING_H
#define CTL_LINTFINDING_H

#include "finding.h"
#include "lint.h"

/* Adds the text of the rule, its problem, sender and advice apart; the rest is the finding's. */
void lintfinding_add(struct findings *all, const struct finding *about,
                     const struct lint_rule *rule, const char *text);

#endif
