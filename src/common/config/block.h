/* SPDX-License-Identifier: ISC */
/* block: the keys of [defaults], [policy NAME], a domain section, or a line of a list. */
#ifndef COMMON_CONFIG_BLOCK_H
#define COMMON_CONFIG_BLOCK_H

#include "common/config/draft.h"

/* Takes one key and its value into the section; says what is wrong with it, and breaks the section
 * then. */
void block_set(struct draft *draft, struct draft_section *section, unsigned line, const char *key,
               const char *value);

/* The section has no more keys: judges what they are together. */
void block_finish(struct draft *draft, struct draft_section *section);

/* Gives the section the domain's name, in lower case. A name that is wrong but has one right form
 * becomes that one, guessed. Returns 0, or -1 with why; the name is NULL then, unless guessed. */
int block_name_domain(struct draft *draft, struct draft_section *section, const char *bytes,
                      size_t length, struct error *why);

/* Whether a template may have this name; why says it if not. */
int block_check_policy_name(const char *name, struct error *why);

#endif
