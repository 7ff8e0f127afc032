/* SPDX-License-Identifier: ISC */
/* block: what [defaults], a [policy], a domain's section or a line of a list may set. */
#ifndef COMMON_BLOCK_H
#define COMMON_BLOCK_H

#include "draft.h"

/* Takes one key and its value into the section; says what is wrong with it, and breaks the section
 * then. */
void block_set(struct draft *draft, struct draft_section *section, unsigned line, const char *key,
               const char *value);

/* The section has no more keys: judges what they are together. */
void block_finish(struct draft *draft, struct draft_section *section);

/* Whether a template may have this name; why says it if not. */
int block_check_policy_name(const char *name, struct error *why);

#endif
