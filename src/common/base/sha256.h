/* SPDX-License-Identifier: ISC */
/* sha256: the SHA-256 of bytes, by mbedTLS. */
#ifndef COMMON_BASE_SHA256_H
#define COMMON_BASE_SHA256_H

#include <stddef.h>

#define SHA256_BYTES 32

/* Starts PSA where it has not been started. Returns 0, or -1 where that fails for lack of memory or
 * random numbers; out is all zeros then. */
int sha256_compute(unsigned char out[SHA256_BYTES], const void *bytes, size_t length);

#endif
