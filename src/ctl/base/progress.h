/* SPDX-License-Identifier: ISC */
/* progress: how far long work has come, on one line of the terminal that is rewritten. */
#ifndef CTL_BASE_PROGRESS_H
#define CTL_BASE_PROGRESS_H

#include <stddef.h>

/* There is one terminal, so there is one line. It is shown on stderr, only where that is a
 * terminal, in plain characters without colour; all of these may be called from any thread. */

/* Begins to count, as in "checked 3 of 100". doing: borrowed until the end. total: 0 if it is not
 * known; of one thing no progress is shown. */
void progress_begin(const char *doing, size_t total);

/* One thing more is done. The line is rewritten ten times a second at most. */
void progress_step(void);

/* Clears the line for something else to be written there; the next step may show it again. */
void progress_wipe(void);

/* Clears the line; steps do nothing from here on. */
void progress_end(void);

#endif
