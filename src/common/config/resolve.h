/* SPDX-License-Identifier: ISC */
/* resolve: turns each domain of a draft into what it will serve: inherits, checks, renders, and
 * shares equal policies. */
#ifndef COMMON_CONFIG_RESOLVE_H
#define COMMON_CONFIG_RESOLVE_H

#include "common/config/draft.h"

/* Fills in the domains of the draft's config, sorted by name. Reads policy files. */
void resolve_domains(struct draft *draft);

#endif
