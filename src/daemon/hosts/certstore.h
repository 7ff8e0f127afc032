/* SPDX-License-Identifier: ISC */
/* certstore: one worker's bounded cache of certificates, loaded on first use by loader threads,
 * keyed by path, and renewed when the files change. Never shared between threads. */
#ifndef DAEMON_HOSTS_CERTSTORE_H
#define DAEMON_HOSTS_CERTSTORE_H

#include <stddef.h>
#include <stdint.h>

#include "common/cert/cert.h"
#include "common/name/hostname.h"
#include "daemon/base/lookup.h"
#include "daemon/hosts/certpool.h"
#include "daemon/hosts/site.h"

#define CERTSTORE_PAIRS_MAX  CONFIG_PAIRS_MAX
#define CERTSTORE_CHECK_MS   800  /* a loaded pair's files are looked at this often at most */
#define CERTSTORE_MISSING_MS 2000 /* a missing or refused pair is not asked of the disk sooner */
#define CERTSTORE_PATIENCE_MS                                                                      \
    250 /* for a look at a loaded pair's files, or one that another worker has */

struct certstore;

/* A loaded pair, counted: it outlives its place in the cache while a handshake holds it. */
struct certstore_pair;

/* context and pool are borrowed for as long as the store is open; NULL: it has no pool. Returns
 * NULL when out of memory. Pairs that are held live on when it is closed; waiters must have left.
 */
struct certstore *certstore_open(size_t max_pairs, const struct lookup_context *context,
                                 struct certpool *pool);
void certstore_close(struct certstore *store);

/* Finds the usable pairs of the site. A pair whose names lack the policy host is not usable (RFC
 * 8461 section 7.1). Reads no file itself: loader threads read new and changed ones. If a changed
 * file is refused, or its certificate lost its chain, the pair loaded before stays in use. Logs
 * what is wrong once for each state of the files. now_ms: of a monotonic clock. waiter: is queued
 * where files have to be read first; NULL: use what is loaded. out, count: get references, in the
 * order configured; the caller gives each back with certstore_pair_unref. */
enum lookup_result certstore_find(struct certstore *store, const struct site *site,
                                  const struct hostname *policy_host, int64_t now_ms,
                                  struct lookup_waiter *waiter,
                                  struct certstore_pair *out[CERTSTORE_PAIRS_MAX], size_t *count);

/* Milliseconds until certstore_check is due, at most limit_ms; -1 means no limit. */
int64_t certstore_wait_ms(const struct certstore *store, int64_t now_ms, int64_t limit_ms);

/* Wakes waiters that have waited long enough, and logs files that do not answer. */
void certstore_check(struct certstore *store, int64_t now_ms);

/* Not const, since mbedTLS takes it so; it changes nothing. */
struct cert *certstore_pair_cert(struct certstore_pair *pair);
void certstore_pair_unref(struct certstore_pair *pair);

/* Its key may be damaged: the next look at the files loads the pair again. */
void certstore_pair_doubt(struct certstore_pair *pair);

#endif
