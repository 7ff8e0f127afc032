/* SPDX-License-Identifier: ISC */
/* lint_rule: what a rule of lint says, how bad that is, and which senders it harms. */
#ifndef COMMON_POLICY_LINT_RULE_H
#define COMMON_POLICY_LINT_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/finding.h"

/* The value that a rule is about. */
enum lint_about {
    LINT_ABOUT_POLICY, /* the policy as a whole, or an mx */
    LINT_ABOUT_MODE,
    LINT_ABOUT_MAX_AGE,
};

/* What a break of a rule does to a sender. */
enum lint_outcome {
    LINT_REFUSES,       /* it has no policy */
    LINT_HOST_LOST,     /* it has the policy, in which this mx matches no host */
    LINT_OVER,          /* it has the policy, which is over at once */
    LINT_MODE_NONE,     /* it reads mode none */
    LINT_WANTS_CHARSET, /* it has no policy, unless the server says charset=utf-8 */
    LINT_READS,         /* it reads something else than is written, as the rule says */
};

#define LINT_EFFECTS_MAX 4

struct lint_effect {
    uint32_t senders; /* a set of rows of the table of senders; 0: nobody in particular */
    enum lint_outcome outcome;
    const char *how; /* "it is one day"; NULL: what the outcome says */
};

/* A rule, or a variant of it, which has the same id and harms other senders. An id whose is_served
 * is set has no other variants. */
struct lint_rule {
    const char *id; /* stable, for tests, documents and --json: "mx-trailing-dot" */
    enum severity severity;
    bool is_served; /* an error that was none once: the daemon warns of it, and serves the policy */
    enum lint_about about;
    const char *problem; /* what is wrong; one %s stands for the thing found */
    const char *instead; /* what to write instead; one %s may stand for the right form */
    struct lint_effect effects[LINT_EFFECTS_MAX]; /* those in use come first */
};

/* Whether the daemon refuses a policy that breaks the rule. */
bool lint_rule_refuses(const struct lint_rule *rule);

/* Whether the rule of this id is an error that the daemon only warns of; id may be NULL. */
bool lint_rule_is_served(const char *id);

/* The senders to whom a break of the rule does this. */
uint32_t lint_rule_senders(const struct lint_rule *rule, enum lint_outcome outcome);

/* Writes whom a break of the rule harms, and how: "mox, postfix-tlspol; for all others this host
 * never matches". Returns out. */
#define LINT_WHOM_MAX 512
const char *lint_rule_whom(char out[LINT_WHOM_MAX], const struct lint_rule *rule);

/* The table, ended by a rule whose id is NULL. */
extern const struct lint_rule lint_rules[];

#endif
