/* SPDX-License-Identifier: ISC */
/* seenwrite: what was seen, as JSON or CSV. */
#ifndef CTL_SEEN_SEENWRITE_H
#define CTL_SEEN_SEENWRITE_H

#include "ctl/base/writer.h"
#include "ctl/seen/seenlist.h"

/* To stdout. Returns 0, or -1 with why. *waits: how many domains must wait with a change. */
int seenwrite(const struct seenlist *list, const struct writer_format *format, size_t *waits,
              struct error *why);

#endif
