/* SPDX-License-Identifier: ISC */
/* inherit: merges a section's keys with those of its [policy] template and [defaults]. */
#ifndef COMMON_CONFIG_INHERIT_H
#define COMMON_CONFIG_INHERIT_H

#include "common/config/draft.h"

/* Of each key, the nearest section that sets it; NULL: none does, and the built-in value holds. */
struct inherit {
    struct draft_section *own; /* for whom this is */
    struct draft_section *policy_file, *mode, *max_age, *mx, *pairs, *records;
    bool outer_broken; /* a section that it inherits from is: what is missing may be missing there
                        */
};

/* template_ and own may be NULL. The nearer section's policy_file replaces mode, mx and max_age of
 * the farther ones, and the other way round. */
struct inherit inherit_from(struct draft_section *defaults, struct draft_section *template_,
                            struct draft_section *own);

/* The policy that the values make; policy_file is NULL. Borrows the mx. */
struct policy inherit_policy(const struct inherit *inherit);

#endif
