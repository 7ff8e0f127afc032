/* SPDX-License-Identifier: ISC */
/* hash: for tables and for telling states apart; no protection against chosen collisions without a
 * secret start. */
#include "common/base/hash.h"

#include <string.h>

uint64_t hash_bytes(uint64_t start, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = start;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t hash_words(uint64_t start, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = start ^ length, word = 0;
    for (; length > sizeof(word); at += sizeof(word), length -= sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = hash_mix(hash ^ word);
    }
    word = 0;
    for (size_t i = 0; i < length; i++)
        word = word << 8 | at[i];
    return hash_mix(hash ^ word);
}

uint64_t hash_mix(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}
