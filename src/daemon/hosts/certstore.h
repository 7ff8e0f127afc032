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
#define CERTSTORE_CHECK_MS   1000 /* a loaded pair's files are looked at this often at most */
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

/* Writes references to the usable pairs of the site, in the order configured, and how many. A pair
 * whose names lack the policy host is not: RFC 8461 section 7.1. The caller gives each back with
 * certstore_pair_unref. Reads no file itself: where that has to be done first, the waiter waits, or
 * with NULL in its place what is loaded has to do. A changed file is read anew; if what it holds is
 * refused, the pair loaded before serves on. Logs what is wrong once for each state of the files.
 * now_ms is a monotonic clock's. */
enum lookup_result certstore_find(struct certstore *store, const struct site *site,
                                  const struct hostname *policy_host, int64_t now_ms,
                                  struct lookup_waiter *waiter,
                                  struct certstore_pair *out[CERTSTORE_PAIRS_MAX], size_t *count);

/* Milliseconds until certstore_check is due, at most limit_ms; -1 means no limit. */
int64_t certstore_wait_ms(const struct certstore *store, int64_t now_ms, int64_t limit_ms);

/* Lets those go on who have waited long enough, and has files told of that do not answer. */
void certstore_check(struct certstore *store, int64_t now_ms);

/* Not const: mbedTLS wants it so, and changes nothing. */
struct cert *certstore_pair_cert(struct certstore_pair *pair);
void certstore_pair_unref(struct certstore_pair *pair);

/* Something may be wrong inside its key: the next look at the files loads the pair anew. */
void certstore_pair_doubt(struct certstore_pair *pair);

#endif
