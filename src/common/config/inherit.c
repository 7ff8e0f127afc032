/* SPDX-License-Identifier: ISC */
/* inherit: merges a section's keys with those of its [policy] template and [defaults]. */
#include "common/config/inherit.h"

static void lay_over(struct inherit *inherit, struct draft_section *section)
{
    const struct draft_block *block = section != NULL ? section->block : NULL;
    if (block == NULL)
        return;
    if (block->pairs != NULL)
        inherit->pairs = section;
    if (block->records_line != 0)
        inherit->records = section;
    if (block->policy_file != NULL) {
        inherit->policy_file = section;
        inherit->mode = inherit->max_age = inherit->mx = NULL;
        return;
    }
    if (block->mode_line != 0 || block->max_age_line != 0 || block->mx_count != 0)
        inherit->policy_file = NULL;
    if (block->mode_line != 0)
        inherit->mode = section;
    if (block->max_age_line != 0)
        inherit->max_age = section;
    if (block->mx_count != 0)
        inherit->mx = section;
}

struct inherit inherit_from(struct draft_section *defaults, struct draft_section *template_,
                            struct draft_section *own)
{
    struct inherit inherit = {.own = own};
    inherit.outer_broken = defaults->broken || (template_ != NULL && template_->broken);
    lay_over(&inherit, defaults);
    lay_over(&inherit, template_);
    lay_over(&inherit, own);
    return inherit;
}

struct policy inherit_policy(const struct inherit *inherit)
{
    struct policy policy = {.mode = POLICY_MODE_TESTING};
    if (inherit->mode != NULL)
        policy.mode = inherit->mode->block->mode;
    policy.max_age = policy.mode == POLICY_MODE_ENFORCE ? POLICY_AGE_ENFORCE : POLICY_AGE_TESTING;
    if (inherit->max_age != NULL)
        policy.max_age = inherit->max_age->block->max_age;
    if (inherit->mx != NULL) {
        policy.mx = inherit->mx->block->mx;
        policy.mx_count = inherit->mx->block->mx_count;
    }
    return policy;
}
