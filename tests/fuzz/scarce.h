/* SPDX-License-Identifier: ISC */
/* scarce: lets descriptors and memory run out in the code that is tried, and only there. */
#ifndef SCARCE_H
#define SCARCE_H

#include <stdbool.h>
#include <stdint.h>

/* So many more descriptors can be opened. */
void scarce_descriptors(unsigned left);

/* After so many more allocations one fails, or all do. Entries into an epoll set count as such: the
 * kernel has no memory for them then. */
void scarce_memory(unsigned left, bool is_lasting);

/* Each allocation fails by chance, one of so many; the seed decides which. */
void scarce_by_chance(unsigned of_so_many, uint32_t seed);

/* Nothing is scarce any more. */
void scarce_nothing(void);

/* What is said above holds between these two. */
void scarce_begin(void);
void scarce_end(void);

#endif
