/* SPDX-License-Identifier: ISC */
/* certstore_say: what is logged of certificates, each once, and not too much of it. */
#include <time.h>

#include "common/base/hash.h"
#include "common/base/moment.h"
#include "daemon/base/log.h"
#include "daemon/hosts/certstore_parts.h"

#define LINES_PER_S 20    /* a client's handshake may lead to a line; the rest waits */
#define DATES_MS    60000 /* between looks at the dates of a loaded pair */

static bool may_log(struct certstore *store, int64_t now_ms)
{
    if (now_ms - store->lines_ms >= 1000) {
        store->lines_ms = now_ms;
        store->lines = 0;
    }
    return store->lines++ < LINES_PER_S;
}

void certstore_say_refusal(struct certstore *store, struct certstore_entry *entry, const char *host,
                           int64_t now_ms, const struct error *why)
{
    if (!may_log(store, now_ms))
        entry->file.said = 0; /* so it is told later */
    else if (entry->pair != NULL)
        log_line(LOG_LEVEL_WARNING, "%s: %s (the certificate loaded before stays in use)", host,
                 why->text);
    else
        log_line(LOG_LEVEL_ERROR, "%s: %s (this certificate cannot be used until then)", host,
                 why->text);
}

void certstore_say_lost_chain(struct certstore *store, struct certstore_entry *entry,
                              const char *host, int64_t now_ms, const struct error *why)
{
    char date[MOMENT_TEXT_MAX];
    if (!may_log(store, now_ms))
        certfile_forget(&entry->file); /* so the next look reads and tells it */
    else
        log_line(LOG_LEVEL_WARNING,
                 "%s: %s: %s (the certificate loaded before stays in use until %s)", host,
                 entry->file.chain_path, why->text, moment_text(entry->pair->cert.not_after, date));
}

/* Once for each stage of a loaded pair's age: a warning, an error, and its end. The stage goes back
 * where a clock that was wrong is set right. */
void certstore_say_dates(struct certstore *store, struct certstore_pair *pair, const char *path,
                         const char *host, int64_t now_ms)
{
    struct error why;
    if (now_ms < pair->dates_ms)
        return;
    pair->dates_ms = now_ms + DATES_MS;
    int64_t wall_s = (int64_t)time(NULL);
    enum due_stage stage = due_stage(pair->cert.not_before, pair->cert.not_after, wall_s);
    if (stage < pair->dates_said)
        pair->dates_said = stage;
    if (stage == pair->dates_said || !may_log(store, now_ms))
        return;
    pair->dates_said = stage;
    enum due_health health = certfile_judge_dates(&pair->cert, path, wall_s, &why);
    log_line(health == DUE_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s: %s", host, why.text);
}

/* Said once for each host and loaded pair; two hosts whose hashes meet count as one. */
void certstore_say_wrong_name(struct certstore *store, struct certstore_entry *entry,
                              const struct hostname *host, bool has_other, int64_t now_ms)
{
    struct error why;
    struct certstore_pair *pair = entry->pair;
    uint64_t hash = lookup_hash(HASH_START, host->text) % CERTSTORE_UNCOVERED;
    uint64_t *word = &pair->uncovered_said[hash / 64];
    uint64_t bit = UINT64_C(1) << (hash % 64);
    if ((*word & bit) != 0 || !may_log(store, now_ms))
        return;
    *word |= bit;
    (void)certfile_judge_name(&pair->cert, entry->file.chain_path, host, &why);
    log_line(LOG_LEVEL_ERROR, "%s: %s%s", host->text, why.text,
             has_other ? " (the certificate loaded before stays in use)" : "");
}

void certstore_say_renewal(struct certstore *store, struct certstore_entry *entry, const char *host,
                           int64_t now_ms)
{
    char date[MOMENT_TEXT_MAX];
    struct certstore_pair *pair = entry->pair;
    if (!pair->is_renewal || !may_log(store, now_ms))
        return;
    pair->is_renewal = false;
    log_line(LOG_LEVEL_NOTICE, "%s: %s: renewed, valid until %s", host, entry->file.chain_path,
             moment_text(pair->cert.not_after, date));
}
