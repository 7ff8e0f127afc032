/* SPDX-License-Identifier: ISC */
/* crypto: accelerated cryptography behind mbedTLS, in builds that have it. */
#include "daemon/crypto/crypto.h"

#include <gmp.h>
#include <nettle/version.h>
#include <stdio.h>

#include "daemon/crypto/crypto_arena.h"
#include "daemon/crypto/crypto_seam.h"
#include "daemon/crypto/crypto_selftest.h"

const char *crypto_description(void)
{
    static char text[64];
    (void)snprintf(text, sizeof(text), "nettle %d.%d, GMP %s", nettle_version_major(),
                   nettle_version_minor(), gmp_version);
    return text;
}

int crypto_start(struct error *why)
{
    crypto_arena_install();
    if (crypto_selftest(why) != 0) {
        crypto_seam_switch(false);
        return -1;
    }
    crypto_seam_switch(true);
    return 0;
}
