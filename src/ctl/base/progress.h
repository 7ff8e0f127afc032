/* SPDX-License-Identifier: ISC */
/* progress: shows the progress of long work on one line of the terminal. */
#ifndef CTL_BASE_PROGRESS_H
#define CTL_BASE_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

/* One line per process, on stderr if that is a terminal, without colour. All of these are
 * thread-safe. */

/* Begins to count, as in "checked 3 of 100". doing: borrowed until the end. total: 0 if it is not
 * known; with one item, no progress is shown. */
void progress_begin(const char *doing, size_t total);

/* So many bytes more are read, of which progress_begin_bytes told how many there are (0: not
 * known). They are shown behind the items, in megabytes. */
void progress_begin_bytes(const char *doing, uint64_t total);
void progress_bytes(size_t count);

/* One more item is done. The line is updated at most ten times a second. */
void progress_step(void);

/* Clears the line so that something else can be printed; the next step may show it again. */
void progress_wipe(void);

/* Clears the line; steps do nothing afterwards. */
void progress_end(void);

#endif
