/* SPDX-License-Identifier: ISC */
/* crypto_none: what crypto is in a build without acceleration. */
#include <stddef.h>

#include "daemon/crypto/crypto.h"

const char *crypto_description(void)
{
    return "none";
}

int crypto_start(struct error *why)
{
    (void)why;
    return 0;
}
