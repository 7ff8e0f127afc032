/* SPDX-License-Identifier: ISC */
/* answers: what a client got for one request, held against what it may get. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include <stddef.h>

/* Aborts when the bytes hold more than one final answer, or a policy of another host: each policy
 * of a test names an MX that begins with its host's mark, and mark is that of the client's own
 * (NULL: it may see none). */
void answers_check(const char *bytes, size_t length, const char *mark);

#define ANSWERS_ALPHA "alpha-only"
#define ANSWERS_BETA  "beta-only"

#endif
