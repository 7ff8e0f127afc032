/* SPDX-License-Identifier: ISC */
/* crypto_x25519: the function X25519 of RFC 7748, by nettle's hogweed. */
#include "daemon/crypto/crypto_x25519.h"

#include <nettle/curve25519.h>
#include <string.h>

#include "daemon/crypto/crypto_arena.h"

_Static_assert(NETTLE_CURVE25519_RFC7748 == 1, "what nettle had before RFC 7748 was another");

struct task {
    unsigned char *out;
    const unsigned char *scalar;
    const unsigned char *point;
};

static const unsigned char base[CRYPTO_X25519_BYTES] = {9};

static bool multiply(void *argument)
{
    struct task *task = argument;
    if (memcmp(task->point, base, sizeof(base)) == 0)
        curve25519_mul_g(task->out, task->scalar);
    else
        curve25519_mul(task->out, task->scalar, task->point);
    return true;
}

bool crypto_x25519(unsigned char *out, const unsigned char *scalar, const unsigned char *point)
{
    unsigned char memory[CRYPTO_ARENA_CURVE];
    struct task task = {.out = out, .scalar = scalar, .point = point};
    return crypto_arena_run(memory, sizeof(memory), multiply, &task);
}
