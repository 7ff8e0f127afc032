/* SPDX-License-Identifier: ISC */
/* judge: makes a section's policy from its keys or its policy file, and reports each of lint's
 * findings once, at the line that caused it. */
#ifndef COMMON_CONFIG_JUDGE_H
#define COMMON_CONFIG_JUDGE_H

#include "common/config/inherit.h"

/* {.draft = ...} before the first call. */
struct judge {
    struct draft *draft;
    struct intern policies;      /* in the config's arena */
    struct intern findings;      /* said of what many inherit, so that they are said once */
    struct config_policy *image; /* owned: a policy being made */
    size_t image_size;
    struct policy last; /* made of values last, if there was nothing to say about it */
    const struct config_policy *last_policy;
    size_t file_count;        /* policy files that were read */
    const char *file_pattern; /* the policy file read last that is the same for all */
    const struct config_policy *file_policy;
};

/* The policy, or NULL when it is refused, which breaks the section that caused it. A finding in
 * what is inherited is said once, at the line where it is written. domain is NULL for a template or
 * [defaults] by itself. */
const struct config_policy *judge_policy(struct judge *judge, const struct inherit *inherit,
                                         const char *domain);

void judge_free(struct judge *judge);

#endif
