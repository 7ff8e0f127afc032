/* SPDX-License-Identifier: ISC */
/* domainlist: reads a list of domains, one a line: the domain, then optionally its policy and
 * key=value words. */
#ifndef COMMON_CONFIG_DOMAINLIST_H
#define COMMON_CONFIG_DOMAINLIST_H

#include "common/config/draft.h"

/* Reads all of bytes into the draft's domains. An error in a line harms that domain alone. */
void domainlist_read(struct draft *draft, const char *file, const char *bytes, size_t length);

#endif
