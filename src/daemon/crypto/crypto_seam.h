/* SPDX-License-Identifier: ISC */
/* crypto_seam: the functions of mbedTLS that this build replaces when it is linked. */
#ifndef DAEMON_CRYPTO_CRYPTO_SEAM_H
#define DAEMON_CRYPTO_CRYPTO_SEAM_H

#include <stdbool.h>

/* The linker's --wrap (configure.ac) leads mbedTLS's calls of a function f from one of its objects
 * to another to __wrap_f, which is here, and leaves its own as __real_f. Each __wrap_f does what f
 * does when the seam is on and it can; in all other cases it calls __real_f, which says what is
 * wrong. Without memory a signature fails, as mbedTLS's does. */

enum crypto_operation {
    CRYPTO_OPERATION_P256_SIGN,
    CRYPTO_OPERATION_P256_MULTIPLY,
    CRYPTO_OPERATION_X25519,
    CRYPTO_OPERATION_RSA_SIGN,
    CRYPTO_OPERATION_SHA256,
    CRYPTO_OPERATIONS,
};

/* Off from the start; while threads that serve run, it is not switched. */
void crypto_seam_switch(bool on);

/* How often this thread has done the operation without mbedTLS. */
unsigned crypto_seam_count(enum crypto_operation operation);

#endif
