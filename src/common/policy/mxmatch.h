/* SPDX-License-Identifier: ISC */
/* mxmatch: whether the name of an MX host matches a pattern of a policy (RFC 8461 section 4.1). */
#ifndef COMMON_POLICY_MXMATCH_H
#define COMMON_POLICY_MXMATCH_H

#include <stdbool.h>

/* Letter case and one trailing dot of the host do not count; "*." stands for exactly one left-most
 * label. Pure; safe on any text. */
bool mxmatch(const char *pattern, const char *host);

#endif
