/* SPDX-License-Identifier: ISC */
/* seenset: which reports came before, by their hashes, in 8 bytes each. */
#ifndef CTL_TLSRPT_SEENSET_H
#define CTL_TLSRPT_SEENSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seenset {     /* {0} is valid and empty */
    uint64_t *slots; /* the hash's first bits; the lowest bit is the mark; 0: free */
    size_t size;     /* a power of two, or 0 */
    size_t count;
};

/* hash: in hexadecimal digits, 16 at least; 63 of its bits count: of a million reports, two are
 * taken for one in one case of ten millions, and nobody can make a report that is taken for
 * another's. Returns whether it is there; *mark is what it was put with, and may be NULL. */
bool seenset_find(const struct seenset *set, const char *hash, bool *mark);

/* Puts it there, or marks it anew. Returns 0, or -1 when out of memory. */
int seenset_put(struct seenset *set, const char *hash, bool mark);

void seenset_free(struct seenset *set);

#endif
