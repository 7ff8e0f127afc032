/* SPDX-License-Identifier: ISC */
/* arena: memory that grows in blocks and is freed all at once, for what lives as long as a
 * configuration: 100,000 domains without 100,000 allocations. */
#include "common/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT   8
#define FIRST_BYTES ((size_t)4096)       /* enough for what lives shortly */
#define BLOCK_BYTES ((size_t)256 * 1024) /* large enough that malloc maps it and gives it back */
#define LARGE_BYTES (BLOCK_BYTES / 8)    /* from here on a block of its own wastes less */

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) char bytes[];
};

static struct arena_block *new_block(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        return NULL;
    return calloc(1, sizeof(struct arena_block) + size);
}

/* A block behind the newest, which goes on being filled. */
static void *alloc_large(struct arena *arena, size_t size)
{
    struct arena_block *block = new_block(size);
    if (block == NULL)
        return NULL;
    if (arena->blocks == NULL) {
        arena->blocks = block;
        arena->used = arena->room = size;
    } else {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    }
    return block->bytes;
}

static void *alloc_aligned(struct arena *arena, size_t size, size_t alignment)
{
    if (size >= LARGE_BYTES)
        return alloc_large(arena, size);
    if (size == 0) /* still an address of its own */
        size = 1;

    size_t start = (arena->used + alignment - 1) / alignment * alignment;
    if (arena->blocks == NULL || start + size > arena->room) {
        size_t room = arena->blocks == NULL && size <= FIRST_BYTES ? FIRST_BYTES : BLOCK_BYTES;
        struct arena_block *block = new_block(room);
        if (block == NULL)
            return NULL;
        block->next = arena->blocks;
        arena->blocks = block;
        arena->room = room;
        start = 0;
    }
    arena->used = start + size;
    return arena->blocks->bytes + start;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return alloc_aligned(arena, size, ALIGNMENT);
}

char *arena_text(struct arena *arena, size_t length)
{
    return length < SIZE_MAX ? alloc_aligned(arena, length + 1, 1) : NULL;
}

char *arena_copy(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_text(arena, length);
    if (copy != NULL && length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = arena->room = 0;
}
