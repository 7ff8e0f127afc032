/* SPDX-License-Identifier: ISC */
/* certpool: copies of the certificates that workers have loaded, so that another worker can use
 * them while their files do not answer. Shared by all threads. */
#ifndef DAEMON_HOSTS_CERTPOOL_H
#define DAEMON_HOSTS_CERTPOOL_H

#include <stddef.h>

#include "common/cert/cert.h"
#include "daemon/hosts/certfile.h"

struct certpool;

/* Keeps max_pairs at most, those that were put last. NULL: out of memory. */
struct certpool *certpool_open(size_t max_pairs);
void certpool_close(struct certpool *pool); /* NULL may be closed */

/* Keeps the certificate, which is moved out of *cert, in place of what is under the two paths of
 * *file, which it was read from; they are in the state that *file describes. Without memory it
 * keeps what it had. */
void certpool_put(struct certpool *pool, const struct certfile *file, struct cert *cert);

/* Makes a copy of what is kept under the paths of *file, and sets *file to the state of the files
 * then. Returns 0, or -1: there is nothing, or no memory. */
int certpool_get(struct certpool *pool, struct certfile *file, struct cert *out);

#endif
