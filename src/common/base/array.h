/* SPDX-License-Identifier: ISC */
/* array: makes space for one more item in an array that grows. */
#ifndef COMMON_BASE_ARRAY_H
#define COMMON_BASE_ARRAY_H

#include <stddef.h>

/* Returns an array of count items (NULL for none) with room for one more: items itself, or a larger
 * copy at each power of two, in place of items. The caller keeps the count and frees the array.
 * NULL when out of memory; items is unchanged then. */
void *array_grow(void *items, size_t count, size_t item_size);

#endif
