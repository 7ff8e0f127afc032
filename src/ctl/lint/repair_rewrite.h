/* SPDX-License-Identifier: ISC */
/* repair_rewrite: rewrites a policy's text line by line as it is meant. Private to repair. */
#ifndef CTL_LINT_REPAIR_REWRITE_H
#define CTL_LINT_REPAIR_REWRITE_H

#include "common/base/span.h"
#include "ctl/lint/repair.h"
#include "ctl/lint/repair_text.h"

/* Writes the text anew into *out, without asking whether that is better, and adds the steps.
 * Returns 0, or -1 when out of memory. */
int repair_rewrite(struct repair *out, struct span text);

/* Adds a step. Returns 0, or -1 when out of memory. */
int repair_rewrite_step(struct repair *out, unsigned line, const char *rule, const char *done);

#endif
