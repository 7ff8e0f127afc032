/* SPDX-License-Identifier: ISC */
/* crypto_seam_parts: what the files of crypto_seam share. */
#ifndef DAEMON_CRYPTO_CRYPTO_SEAM_PARTS_H
#define DAEMON_CRYPTO_CRYPTO_SEAM_PARTS_H

#include <stdbool.h>

#include "daemon/crypto/crypto_seam.h"

/* Beside 0 and mbedTLS's errors, which are negative: mbedTLS does it. Not for want of memory: what
 * its own functions keep in a key, from their first use on, would then come late. */
#define CRYPTO_SEAM_LEAVES 1

/* Whether the replaced functions are to be used. */
bool crypto_seam_is_on(void);

/* Counts an operation that was done; returns done. */
bool crypto_seam_note(enum crypto_operation operation, bool done);

#endif
