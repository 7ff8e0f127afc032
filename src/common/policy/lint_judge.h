/* SPDX-License-Identifier: ISC */
/* lint_judge: formats and reports one violation of one rule. Private to lint. */
#ifndef COMMON_POLICY_LINT_JUDGE_H
#define COMMON_POLICY_LINT_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/span.h"
#include "common/policy/lint.h"
#include "common/policy/lint_rules.h"

/* Where the judging stands, and to whom it reports. */
struct lint_judge {
    lint_report *report;
    void *context;
    const char *domain; /* whose policy it is, in lower case; NULL: not known */
    bool is_rendered;   /* made of values: an mx stands there in lower case */
    unsigned line;
    size_t mx_index;
    bool refused;
};

/* Reports a break of the rule: its sentence with the thing found, made printable, and with the
 * right form (which may be NULL where the rule's sentence has no place for one). */
void lint_judge_break(struct lint_judge *judge, enum lint_rule_number number, struct span thing,
                      const char *form);

#endif
