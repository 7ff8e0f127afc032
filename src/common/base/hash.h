/* SPDX-License-Identifier: ISC */
/* hash: for tables and for telling states apart; no protection against chosen collisions without a
 * secret start. */
#ifndef COMMON_BASE_HASH_H
#define COMMON_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* FNV-1a. Goes on from start: HASH_START, that with a secret mixed in, or the hash of what came
 * before. */
uint64_t hash_bytes(uint64_t start, const void *bytes, size_t length);

/* Another one, eight bytes at a time, for many names: mixed already, and not the same on each
 * machine. */
uint64_t hash_words(uint64_t start, const void *bytes, size_t length);

/* Mixes a hash of which the low bits choose a slot. */
uint64_t hash_mix(uint64_t hash);

#endif
