/* SPDX-License-Identifier: ISC */
/* crypto_arena: GMP's memory during one operation: on the stack, bounded, and wiped at its end. */
#ifndef DAEMON_CRYPTO_CRYPTO_ARENA_H
#define DAEMON_CRYPTO_CRYPTO_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes below an operation's own frame that are wiped after it: what it called has had its frames
 * there, deepest those of GMP's multiplication. */
#define CRYPTO_ARENA_BELOW 8192

/* Bytes of memory that the operations of each kind need at most, with some reserve: the unit test
 * says how many they have used. */
#define CRYPTO_ARENA_CURVE 8192
#define CRYPTO_ARENA_RSA   49152

/* From now on, all of GMP's memory comes from crypto_arena_run. Before any thread starts. */
void crypto_arena_install(void);

/* Runs work with GMP's memory in the size bytes at memory, for this thread; not within another.
 * Returns what work returns, or false when it gave up or needed more: then the rest of it has not
 * run, and nothing is to be released. Everything that it has used is wiped. */
bool crypto_arena_run(void *memory, size_t size, bool (*work)(void *argument), void *argument);

/* Within work: memory until its end, aligned for anything. Gives up when there is none. */
void *crypto_arena_take(size_t size);

/* Within work: leaves it. crypto_arena_run returns false. */
_Noreturn void crypto_arena_give_up(void);

/* The most bytes that any operation of this thread has used. */
size_t crypto_arena_most(void);

#endif
