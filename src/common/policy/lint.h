/* SPDX-License-Identifier: ISC */
/* lint: the rules that a policy must meet, one table, each with the sender it protects. Daemon and
 * mta-stsctl judge by this table alone, so they cannot disagree. */
#ifndef COMMON_POLICY_LINT_H
#define COMMON_POLICY_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/finding.h"
#include "common/policy/lint_rule.h"
#include "common/policy/policy.h"

/* One break of one rule. The texts live until the callback returns. */
struct lint_finding {
    const struct lint_rule *rule;
    struct finding found; /* where is NULL; line 0: the policy as a whole */
    size_t mx_index;      /* of the pattern meant, or LINT_NO_MX */
};

#define LINT_NO_MX ((size_t)-1)

typedef void lint_report(void *context, const struct lint_finding *finding);

/* Judges a policy made of values, as the daemon renders it. Reports each finding in order; returns
 * whether none of them is an error. */
bool lint_policy(const struct policy *policy, lint_report *report, void *context);

/* Judges the bytes of a policy file, served as they stand: the same rules, and those of form. */
bool lint_policy_text(const char *bytes, size_t length, lint_report *report, void *context);

/* The same for this domain's policy, in lower case: what admits all of its hosts is found too. */
bool lint_policy_text_of(const char *domain, const char *bytes, size_t length, lint_report *report,
                         void *context);

/* The texts of a finding without anything of the file that is judged. found points to them then. */
#define LINT_TEXT_MAX 512
struct lint_unquoted {
    char problem[LINT_TEXT_MAX];
    char advice[LINT_TEXT_MAX];
};
void lint_unquote(struct finding *found, const struct lint_rule *rule, struct lint_unquoted *texts);

/* Whether a certificate or a key, in PEM, is anywhere in these bytes. That is the one finding then:
 * nothing of them is quoted, as they may be secret. */
bool lint_is_pem(const char *bytes, size_t length);

/* Judges the size alone, of a policy file that is too large to be read. */
bool lint_policy_size(size_t length, lint_report *report, void *context);

/* What a key or a mode is meant to be that is translated or in capital letters: static; NULL where
 * that is not clear. */
const char *lint_meant_key(const char *bytes, size_t length);
const char *lint_meant_mode(const char *bytes, size_t length);

/* Whether a line of the policy has this key, blanks and letter case aside; or, exact, just so. */
bool lint_has_key(const char *bytes, size_t length, const char *key, bool exact);

/* How many names in full an mx value is, and how many numbers beside them; 0 names: it is no such
 * thing. And the first of the names, or NULL behind the last. */
size_t lint_meant_names(const char *bytes, size_t length, size_t *numbers);
const char *lint_meant_next_name(const char *bytes, size_t length, size_t *name_length);

#endif
