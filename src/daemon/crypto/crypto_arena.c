/* SPDX-License-Identifier: ISC */
/* crypto_arena: GMP's memory during one operation: on the stack, bounded, and wiped at its end. */
#include "daemon/crypto/crypto_arena.h"

#include <assert.h>
#include <gmp.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16U

/* Blocks lie one behind the other; only the last one is given back, or grows where it is. */
struct arena {
    unsigned char *memory;
    size_t size;
    size_t used;
    size_t most; /* the high-water mark of used */
    jmp_buf leave;
};

static _Thread_local struct arena *current;
static _Thread_local size_t most_ever;

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void crypto_arena_give_up(void)
{
    assert(current != NULL);
    longjmp(current->leave, 1); // NOLINT(cert-err52-cpp): GMP knows no other way out
}

void *crypto_arena_take(size_t size)
{
    struct arena *arena = current;
    if (arena == NULL)
        abort(); /* GMP was called outside an operation: there is no memory to give */
    if (size > arena->size || rounded(size) > arena->size - arena->used)
        crypto_arena_give_up();
    void *block = arena->memory + arena->used;
    arena->used += rounded(size);
    if (arena->used > arena->most)
        arena->most = arena->used;
    return block;
}

static bool is_last(const struct arena *arena, const void *block, size_t size)
{
    return (const unsigned char *)block + rounded(size) == arena->memory + arena->used;
}

static void give_back(void *block, size_t size)
{
    if (current != NULL && is_last(current, block, size))
        current->used -= rounded(size);
}

static void *resize(void *block, size_t old_size, size_t new_size)
{
    if (current != NULL && is_last(current, block, old_size))
        current->used -= rounded(old_size);
    void *moved = crypto_arena_take(new_size);
    if (moved != block)
        memcpy(moved, block, old_size < new_size ? old_size : new_size);
    return moved;
}

void crypto_arena_install(void)
{
    mp_set_memory_functions(crypto_arena_take, resize, give_back);
}

static __attribute__((noinline)) void wipe_below(void)
{
    unsigned char frames[CRYPTO_ARENA_BELOW];
    explicit_bzero(frames, sizeof(frames));
}

bool crypto_arena_run(void *memory, size_t size, bool (*work)(void *argument), void *argument)
{
    size_t skipped = -(uintptr_t)memory & (ALIGNMENT - 1);
    assert(current == NULL && size > skipped);
    struct arena arena = {.memory = (unsigned char *)memory + skipped, .size = size - skipped};
    volatile bool done = false;
    current = &arena;
    if (setjmp(arena.leave) == 0) // NOLINT(cert-err52-cpp)
        done = work(argument);
    current = NULL;
    explicit_bzero(arena.memory, arena.most);
    wipe_below();
    if (arena.most > most_ever)
        most_ever = arena.most;
    return done;
}

size_t crypto_arena_most(void)
{
    return most_ever;
}
