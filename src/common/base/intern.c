/* SPDX-License-Identifier: ISC */
/* intern: keeps equal byte strings once, so that they can be compared and shared by address. */
#include "common/base/intern.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "common/base/hash.h"

#define FIRST_SIZE 64

struct intern_slot {
    const void *bytes; /* NULL: free */
    uint32_t length;
    uint32_t hash;
};

/* From a secret start, then mixed, since the low bits alone choose the slot. */
static uint32_t hash_of(uint64_t seed, const void *bytes, size_t length)
{
    return (uint32_t)hash_mix(hash_bytes(HASH_START ^ seed, bytes, length));
}

/* The slot that holds the bytes, or the free one where they belong. */
static struct intern_slot *find_slot(const struct intern *set, uint32_t hash, const void *bytes,
                                     size_t length)
{
    for (size_t i = hash & (set->size - 1);; i = (i + 1) & (set->size - 1)) {
        struct intern_slot *slot = &set->slots[i];
        if (slot->bytes == NULL)
            return slot;
        if (slot->hash == hash && slot->length == length && memcmp(slot->bytes, bytes, length) == 0)
            return slot;
    }
}

static bool grow(struct intern *set)
{
    struct intern larger = *set;
    larger.size = set->size == 0 ? FIRST_SIZE : set->size * 2;
    larger.slots = calloc(larger.size, sizeof(struct intern_slot));
    if (larger.slots == NULL)
        return false;
    if (set->size == 0 && getrandom(&larger.seed, sizeof(larger.seed), GRND_NONBLOCK) < 0)
        larger.seed = 0; /* early at boot; only speed is at stake */
    for (size_t i = 0; i < set->size; i++) {
        const struct intern_slot *slot = &set->slots[i];
        if (slot->bytes != NULL)
            *find_slot(&larger, slot->hash, slot->bytes, slot->length) = *slot;
    }
    free(set->slots);
    *set = larger;
    return true;
}

const void *intern_bytes(struct intern *set, struct arena *arena, const void *bytes, size_t length,
                         bool *is_new)
{
    bool is_full = set->count >= set->size / 5 * 4;
    if (length > UINT32_MAX || (is_full && (set->size > UINT32_MAX || !grow(set))))
        return NULL;
    uint32_t hash = hash_of(set->seed, bytes, length);
    struct intern_slot *slot = find_slot(set, hash, bytes, length);
    if (is_new != NULL)
        *is_new = slot->bytes == NULL;
    if (slot->bytes != NULL)
        return slot->bytes;

    void *copy = arena_alloc(arena, length);
    if (copy == NULL)
        return NULL;
    if (length > 0)
        memcpy(copy, bytes, length);
    *slot = (struct intern_slot){.bytes = copy, .length = (uint32_t)length, .hash = hash};
    set->count++;
    return copy;
}

const char *intern_text(struct intern *set, struct arena *arena, const char *text)
{
    return intern_bytes(set, arena, text, strlen(text) + 1, NULL);
}

void intern_free(struct intern *set)
{
    free(set->slots);
    *set = (struct intern){0};
}
