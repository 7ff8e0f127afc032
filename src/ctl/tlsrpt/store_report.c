/* SPDX-License-Identifier: ISC */
/* store_report: which reports the store has taken in, by a few bytes of each. */
#include "ctl/tlsrpt/store_report.h"

#include <glib.h>
#include <string.h>

#include "ctl/tlsrpt/store_db.h"

/* A row holds the keys of a day's reports of one kind whose first byte is the same. So tens of
 * millions of reports take little more than eight bytes each. */
#define KEY_BYTES 8
#define PART_BITS 8
#define PROVEN    256
#define KEYS_MOST 262144 /* bytes of a row */

struct key {
    int64_t row;
    unsigned char bytes[KEY_BYTES];
};

/* A hash with the store's secret, so that nobody can make a report whose key is another's. */
static void make_key(struct key *out, const struct store *store, const struct report *report,
                     bool proven)
{
    guint8 digest[32];
    gsize length = sizeof(digest);
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, store->secret, sizeof(store->secret));
    g_hmac_update(hmac, (const guchar *)report->content, (gssize)strlen(report->content));
    g_hmac_get_digest(hmac, digest, &length);
    g_hmac_unref(hmac);
    memcpy(out->bytes, digest, KEY_BYTES);
    out->row = ((int64_t)report->start_day << (PART_BITS + 1)) + (proven ? PROVEN : 0) + digest[0];
}

/* The row's keys, lent until the statement is used again; none where there is no row. */
static int read_row(struct store *store, int64_t row, const unsigned char **keys, size_t *length,
                    struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, STORE_REPORT_FIND, why);
    *length = 0;
    if (statement == NULL)
        return -1;
    sqlite3_bind_int64(statement, 1, row);
    int result = store_step(store, statement, why);
    if (result <= 0)
        return result;
    *keys = sqlite3_column_blob(statement, 0);
    *length = (size_t)sqlite3_column_bytes(statement, 0);
    if (sqlite3_column_type(statement, 0) != SQLITE_BLOB || *length % KEY_BYTES != 0 ||
        *length > KEYS_MOST)
        return store_refuse(store, "keys of reports cannot be read", why);
    return 0;
}

/* Where the key is among sorted ones, or belongs. */
static size_t find_key(const unsigned char *keys, size_t length, const unsigned char *key,
                       bool *is_there)
{
    size_t low = 0, high = length / KEY_BYTES;
    *is_there = false;
    while (low < high && !*is_there) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(keys + middle * KEY_BYTES, key, KEY_BYTES);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
        *is_there = order == 0;
    }
    return (*is_there ? high : low) * KEY_BYTES;
}

static int has_key(struct store *store, const struct report *report, bool proven, bool *out,
                   struct error *why)
{
    struct key key;
    const unsigned char *keys;
    size_t length;
    make_key(&key, store, report, proven);
    if (read_row(store, key.row, &keys, &length, why) != 0)
        return -1;
    *out = false;
    if (length > 0)
        find_key(keys, length, key.bytes, out);
    return 0;
}

int store_report_find(struct store *store, const struct report *report, enum store_known *out,
                      struct error *why)
{
    bool is_there;
    *out = STORE_UNKNOWN;
    if (has_key(store, report, true, &is_there, why) != 0)
        return -1;
    if (is_there) {
        *out = STORE_PROVEN;
        return 0;
    }
    if (has_key(store, report, false, &is_there, why) != 0)
        return -1;
    if (is_there)
        *out = STORE_UNPROVEN;
    return 0;
}

static int write_row(struct store *store, int64_t row, const unsigned char *keys, size_t length,
                     struct error *why)
{
    sqlite3_stmt *statement = store_statement(store, STORE_REPORT_PUT, why);
    if (statement == NULL)
        return -1;
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_blob(statement, 2, keys, (int)length, SQLITE_STATIC);
    int result = store_step(store, statement, why);
    sqlite3_reset(statement);
    return result < 0 ? -1 : 0;
}

/* Puts the key in, or takes it out. */
static int change(struct store *store, const struct key *key, bool adds, struct error *why)
{
    bool is_there = false;
    size_t length, at = 0;
    const unsigned char *keys;
    if (read_row(store, key->row, &keys, &length, why) != 0)
        return -1;
    if (length > 0)
        at = find_key(keys, length, key->bytes, &is_there);
    if (is_there == adds)
        return 0;
    if (adds && length + KEY_BYTES > KEYS_MOST)
        return error_set(why, "there are too many reports of one day for the store");
    unsigned char *changed = g_malloc(length + KEY_BYTES);
    size_t kept = is_there ? at + KEY_BYTES : at;
    size_t put = at + (adds ? KEY_BYTES : 0);
    if (at > 0)
        memcpy(changed, keys, at);
    if (adds)
        memcpy(changed + at, key->bytes, KEY_BYTES);
    if (length > kept)
        memcpy(changed + put, keys + kept, length - kept);
    int result = write_row(store, key->row, changed, put + length - kept, why);
    g_free(changed);
    return result;
}

int store_report_keep(struct store *store, const struct report *report, struct error *why)
{
    struct key key;
    bool proven = report->trust != REPORT_TRUST_NONE;
    make_key(&key, store, report, proven);
    if (change(store, &key, true, why) != 0)
        return -1;
    make_key(&key, store, report, !proven);
    return proven ? change(store, &key, false, why) : 0;
}

int store_report_drop(struct store *store, int day, struct error *why)
{
    int64_t row = (int64_t)day << (PART_BITS + 1);
    return store_run(store, STORE_REPORT_DROP, &row, 1, why);
}
