/* SPDX-License-Identifier: ISC */
/* arena: memory that grows in blocks and is freed all at once, for what lives as long as a
 * configuration: 100,000 domains without 100,000 allocations. */
#ifndef COMMON_BASE_ARENA_H
#define COMMON_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* {0} is valid and empty. */
struct arena {
    struct arena_block *blocks; /* the newest first; it alone is filled */
    size_t used, room;          /* bytes used in the newest block, and all of it */
};

/* Zeroed memory aligned for pointers and 64-bit numbers, or NULL when there is none left. Lives
 * until arena_free. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of length bytes, with a NUL behind them; NULL when out of memory. */
char *arena_copy(struct arena *arena, const char *bytes, size_t length);

/* Memory for a text of that length, which the caller writes, with a NUL behind it. */
char *arena_text(struct arena *arena, size_t length);

void arena_free(struct arena *arena);

#endif
