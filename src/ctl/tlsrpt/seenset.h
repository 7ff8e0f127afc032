/* SPDX-License-Identifier: ISC */
/* seenset: which reports came before, by their hashes, in 16 bytes each. */
#ifndef CTL_TLSRPT_SEENSET_H
#define CTL_TLSRPT_SEENSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seenset_slot {
    uint64_t high, low; /* of the hash; the lowest bit is the mark; both 0: free */
};

struct seenset { /* {0} is valid and empty */
    struct seenset_slot *slots;
    size_t size; /* a power of two, or 0 */
    size_t count;
};

/* hash: in hexadecimal digits, 32 at least; 127 of its bits count, so that nobody can make two
 * reports of one. Returns whether it is there; *mark is what it was put with, and may be NULL. */
bool seenset_find(const struct seenset *set, const char *hash, bool *mark);

/* Puts it there, or marks it anew. Returns 0, or -1 when out of memory. */
int seenset_put(struct seenset *set, const char *hash, bool mark);

void seenset_free(struct seenset *set);

#endif
