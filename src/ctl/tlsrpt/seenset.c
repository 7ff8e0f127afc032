/* SPDX-License-Identifier: ISC */
/* seenset: which reports came before, by their hashes, in 16 bytes each. */
#include "ctl/tlsrpt/seenset.h"

#include <stdlib.h>

#define FIRST_SIZE  1024
#define WORD_DIGITS 16

static uint64_t word_of(const char *digits)
{
    uint64_t word = 0;
    for (size_t i = 0; i < WORD_DIGITS; i++) {
        unsigned digit = digits[i] <= '9' ? (unsigned)(digits[i] - '0')
                                          : (unsigned)((digits[i] | 0x20) - 'a') + 10;
        word = word << 4 | (digit & 0xf);
    }
    return word;
}

/* The high word of a hash is never 0: a free slot is told by that. */
static struct seenset_slot slot_of(const char *hash)
{
    struct seenset_slot slot = {word_of(hash), word_of(hash + WORD_DIGITS) & ~UINT64_C(1)};
    slot.high += slot.high == 0;
    return slot;
}

/* Where it is, or where it would be. */
static struct seenset_slot *locate(const struct seenset *set, const struct seenset_slot *wanted)
{
    size_t at = (size_t)wanted->high & (set->size - 1);
    for (; set->slots[at].high != 0; at = (at + 1) & (set->size - 1)) {
        if (set->slots[at].high == wanted->high &&
            (set->slots[at].low & ~UINT64_C(1)) == (wanted->low & ~UINT64_C(1)))
            break;
    }
    return &set->slots[at];
}

static int grow(struct seenset *set)
{
    struct seenset larger = {.size = set->size > 0 ? set->size * 2 : FIRST_SIZE};
    if (set->count < set->size / 4 * 3)
        return 0;
    larger.slots = calloc(larger.size, sizeof(*larger.slots));
    if (larger.slots == NULL)
        return -1;
    for (size_t i = 0; i < set->size; i++) {
        if (set->slots[i].high != 0)
            *locate(&larger, &set->slots[i]) = set->slots[i];
    }
    larger.count = set->count;
    free(set->slots);
    *set = larger;
    return 0;
}

bool seenset_find(const struct seenset *set, const char *hash, bool *mark)
{
    struct seenset_slot wanted = slot_of(hash);
    const struct seenset_slot *found = set->size > 0 ? locate(set, &wanted) : NULL;
    if (found == NULL || found->high == 0)
        return false;
    if (mark != NULL)
        *mark = (found->low & 1) != 0;
    return true;
}

int seenset_put(struct seenset *set, const char *hash, bool mark)
{
    struct seenset_slot wanted = slot_of(hash);
    if (grow(set) != 0)
        return -1;
    struct seenset_slot *slot = locate(set, &wanted);
    set->count += slot->high == 0;
    *slot = wanted;
    slot->low |= mark;
    return 0;
}

void seenset_free(struct seenset *set)
{
    free(set->slots);
    *set = (struct seenset){0};
}
