/* SPDX-License-Identifier: ISC */
/* crypto: accelerated cryptography behind mbedTLS, in builds that have it. */
#ifndef DAEMON_CRYPTO_CRYPTO_H
#define DAEMON_CRYPTO_CRYPTO_H

#include "common/base/error.h"

/* What this build has, by name and version, or "none". */
const char *crypto_description(void);

/* Once, before any thread that serves starts. Tests the accelerated operations against mbedTLS's
 * own, and turns them on. Returns 0, also where this build has none; or -1 with why: mbedTLS goes
 * on doing all of it. */
int crypto_start(struct error *why);

#endif
