/* SPDX-License-Identifier: ISC */
/* seentext: what was seen, as text for people. */
#ifndef CTL_SEEN_SEENTEXT_H
#define CTL_SEEN_SEENTEXT_H

#include "ctl/seen/seenlist.h"

/* To stdout: of one domain the sentence, its fetches and policies; of all a row for each domain and
 * sender. Returns 0, or -1 with why. *waits: how many domains must wait with a change. */
int seentext_write(const struct seenlist *list, size_t *waits, struct error *why);

#endif
