/* SPDX-License-Identifier: ISC */
/* hash: FNV-1a, for tables and for telling states apart; no protection against chosen collisions
 * without a secret start. */
#include "common/base/hash.h"

uint64_t hash_bytes(uint64_t start, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = start;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t hash_mix(uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}
