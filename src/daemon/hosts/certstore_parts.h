/* SPDX-License-Identifier: ISC */
/* certstore_parts: private header of certstore: what its parts call. */
#ifndef DAEMON_HOSTS_CERTSTORE_PARTS_H
#define DAEMON_HOSTS_CERTSTORE_PARTS_H

#include "daemon/hosts/certstore_types.h"

/* Nothing was loaded yet, and a look is under way. Such entries have a bound of their own, lest
 * hosts whose files do not answer drive those out that are served. */
static inline bool certstore_is_pending(const struct certstore_entry *entry)
{
    return entry->pair == NULL && entry->job != NULL;
}

/* ---- certstore_cache.c: pairs and entries. It calls none of the other parts. */

/* The entry of the two paths, made when there is none; NULL: out of memory, or too many are
 * pending. */
struct certstore_entry *certstore_cache_get(struct certstore *store, const char *chain_path,
                                            const char *key_path);
void certstore_cache_free_all(struct certstore *store);

/* Notes the look under way at the entry's files; NULL: it has ended. */
void certstore_cache_set_job(struct certstore *store, struct certstore_entry *entry,
                             struct loader_job *job);

/* It was used last of all. */
void certstore_cache_use(struct certstore *store, struct certstore_entry *entry);

/* Drops what is over the bound, the one that was not used for longest first. */
void certstore_cache_trim(struct certstore *store);

/* ---- certstore_load.c: looks at the files of an entry. It calls the cache and certstore_say.c. */

/* Begins one if it is due. host is named in what is logged of it. */
void certstore_load_begin(struct certstore *store, struct certstore_entry *entry,
                          const struct hostname *host, int64_t now_ms);

/* Takes into a pending entry what another worker has loaded, if there is such. */
void certstore_load_from_pool(struct certstore *store, struct certstore_entry *entry,
                              int64_t now_ms);

/* ---- certstore_say.c: what is logged, each once, and not too much of it. */

void certstore_say_refusal(struct certstore *store, struct certstore_entry *entry, const char *host,
                           int64_t now_ms, const struct error *why);
/* That the certificate in the files lost its chain, so that the entry's pair serves on. */
void certstore_say_lost_chain(struct certstore *store, struct certstore_entry *entry,
                              const char *host, int64_t now_ms, const struct error *why);
void certstore_say_renewal(struct certstore *store, struct certstore_entry *entry, const char *host,
                           int64_t now_ms);
void certstore_say_dates(struct certstore *store, struct certstore_pair *pair, const char *path,
                         const char *host, int64_t now_ms);

/* That the entry's pair lacks the name of the host; has_other: which another pair serves. */
void certstore_say_wrong_name(struct certstore *store, struct certstore_entry *entry,
                              const struct hostname *host, bool has_other, int64_t now_ms);

#endif
