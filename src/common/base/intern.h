/* SPDX-License-Identifier: ISC */
/* intern: keeps equal byte strings once, so that they can be compared and shared by address. */
#ifndef COMMON_BASE_INTERN_H
#define COMMON_BASE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/arena.h"

struct intern_slot;

/* {0} is valid and empty. */
struct intern {
    struct intern_slot *slots; /* a hash table with open addressing */
    size_t size;               /* a power of two, or 0 */
    size_t count;
    uint64_t seed; /* so that whoever chooses the bytes cannot choose collisions */
};

/* The one copy of the bytes, aligned as arena_alloc does; made in the arena when they are new, and
 * *is_new (which may be NULL) says so. NULL when out of memory. */
const void *intern_bytes(struct intern *set, struct arena *arena, const void *bytes, size_t length,
                         bool *is_new);

/* The same for a string and its NUL. */
const char *intern_text(struct intern *set, struct arena *arena, const char *text);

/* Forgets all; the copies live on with their arena. */
void intern_free(struct intern *set);

#endif
