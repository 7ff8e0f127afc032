/* SPDX-License-Identifier: ISC */
/* seenset: which reports came before, by their hashes, in 8 bytes each. */
#include "ctl/tlsrpt/seenset.h"

#include <stdlib.h>

#define FIRST_SIZE  1024
#define WORD_DIGITS 16
#define MARK        UINT64_C(1)

/* Without a mark, and never 0. */
static uint64_t word_of(const char *digits)
{
    uint64_t word = 0;
    for (size_t i = 0; i < WORD_DIGITS; i++) {
        unsigned digit = digits[i] <= '9' ? (unsigned)(digits[i] - '0')
                                          : (unsigned)((digits[i] | 0x20) - 'a') + 10;
        word = word << 4 | (digit & 0xf);
    }
    word &= ~MARK;
    return word != 0 ? word : MARK << 1;
}

/* Where it is, or where it would be. */
static uint64_t *locate(const struct seenset *set, uint64_t word)
{
    size_t at = (size_t)(word >> 1) & (set->size - 1);
    while (set->slots[at] != 0 && (set->slots[at] & ~MARK) != (word & ~MARK))
        at = (at + 1) & (set->size - 1);
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
        if (set->slots[i] != 0)
            *locate(&larger, set->slots[i]) = set->slots[i];
    }
    larger.count = set->count;
    free(set->slots);
    *set = larger;
    return 0;
}

bool seenset_find(const struct seenset *set, const char *hash, bool *mark)
{
    const uint64_t *found = set->size > 0 ? locate(set, word_of(hash)) : NULL;
    if (found == NULL || *found == 0)
        return false;
    if (mark != NULL)
        *mark = (*found & MARK) != 0;
    return true;
}

int seenset_put(struct seenset *set, const char *hash, bool mark)
{
    if (grow(set) != 0)
        return -1;
    uint64_t *slot = locate(set, word_of(hash));
    set->count += *slot == 0;
    *slot = word_of(hash) | mark;
    return 0;
}

void seenset_free(struct seenset *set)
{
    free(set->slots);
    *set = (struct seenset){0};
}
