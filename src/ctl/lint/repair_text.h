/* SPDX-License-Identifier: ISC */
/* repair_text: converts UTF-16 and removes invisible characters. Private to repair. */
#ifndef CTL_LINT_REPAIR_TEXT_H
#define CTL_LINT_REPAIR_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/arena.h"
#include "common/base/span.h"

/* UTF-16 with its mark at the front, as UTF-8 in the arena. False if it is not UTF-16, is not
 * valid, or memory ran out. */
bool repair_text_from_utf16(struct span *out, struct arena *arena, struct span in);

/* The line with plain blanks in place of all others, without characters that cannot be seen, and
 * with a colon in place of a wide one. *out is the line itself where nothing is to be done, and
 * {NULL} when out of memory; returns whether it differs. */
bool repair_text_clean(struct span *out, struct arena *arena, struct span line);

#endif
