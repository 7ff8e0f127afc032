/* SPDX-License-Identifier: ISC */
/* resolve: makes each domain of a draft what it will serve: inherits, judges, renders, and keeps
 * equal policies once. */
#ifndef COMMON_CONFIG_RESOLVE_H
#define COMMON_CONFIG_RESOLVE_H

#include "common/config/draft.h"

/* Fills in the domains of the draft's config, sorted by name. Reads policy files. */
void resolve_domains(struct draft *draft);

#endif
