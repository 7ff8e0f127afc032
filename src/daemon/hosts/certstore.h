/* SPDX-License-Identifier: ISC */
/* certstore: one worker's bounded cache of certificates, loaded on first use, keyed by path, and
 * renewed when the files change. Never shared between threads. */
#ifndef DAEMON_HOSTS_CERTSTORE_H
#define DAEMON_HOSTS_CERTSTORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/cert/cert.h"
#include "common/name/hostname.h"
#include "daemon/hosts/site.h"

#define CERTSTORE_PAIRS_MAX  CONFIG_PAIRS_MAX
#define CERTSTORE_CHECK_MS   1000 /* a loaded pair's files are looked at this often at most */
#define CERTSTORE_MISSING_MS 2000 /* a missing or refused pair is not asked of the disk sooner */

struct certstore;

/* A loaded pair, counted: it outlives its place in the cache while a handshake holds it. */
struct certstore_pair;

struct certstore *certstore_open(size_t max_pairs); /* NULL: out of memory */
void certstore_close(struct certstore *store);      /* pairs that are held live on */

/* Writes references to the usable pairs of the site, in the order configured, and returns how many;
 * 0 when none is usable. A pair whose names lack the policy host is not: RFC 8461 section 7.1. The
 * caller gives each back with certstore_pair_unref. A changed file is read anew; if what it holds
 * is refused, the pair loaded before serves on. Logs what is wrong once for each state of the
 * files. now_ms is a monotonic clock's. */
size_t certstore_find(struct certstore *store, const struct site *site,
                      const struct hostname *policy_host, int64_t now_ms,
                      struct certstore_pair *out[CERTSTORE_PAIRS_MAX]);

/* Not const: mbedTLS wants it so, and changes nothing. */
struct cert *certstore_pair_cert(struct certstore_pair *pair);
void certstore_pair_unref(struct certstore_pair *pair);

/* Something may be wrong inside its key: the next look at the files loads the pair anew. */
void certstore_pair_doubt(struct certstore_pair *pair);

#endif
