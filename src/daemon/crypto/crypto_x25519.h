/* SPDX-License-Identifier: ISC */
/* crypto_x25519: the function X25519 of RFC 7748, by nettle's hogweed. */
#ifndef DAEMON_CRYPTO_CRYPTO_X25519_H
#define DAEMON_CRYPTO_CRYPTO_X25519_H

#include <stdbool.h>

#define CRYPTO_X25519_BYTES 32

/* The scalar's multiple of the point's u-coordinate (RFC 7748, 5): all zero for a point of small
 * order. Takes the same time whatever the scalar is. Returns false, and leaves out alone, only when
 * it cannot be done. */
bool crypto_x25519(unsigned char *out, const unsigned char *scalar, const unsigned char *point);

#endif
