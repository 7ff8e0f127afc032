/* SPDX-License-Identifier: ISC */
/* crypto_seam: the functions of mbedTLS that this build replaces when it is linked. */
#include "daemon/crypto/crypto_seam.h"

#include "daemon/crypto/crypto_seam_parts.h"

static bool is_on;
static _Thread_local unsigned counts[CRYPTO_OPERATIONS];

void crypto_seam_switch(bool on)
{
    is_on = on;
}

bool crypto_seam_is_on(void)
{
    return is_on;
}

bool crypto_seam_note(enum crypto_operation operation, bool done)
{
    counts[operation] += done;
    return done;
}

unsigned crypto_seam_count(enum crypto_operation operation)
{
    return counts[operation];
}
