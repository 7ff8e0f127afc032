/* SPDX-License-Identifier: ISC */
/* certfile: polls the two files of a certificate and its key, and reads them again when they
 * change. */
#include "daemon/hosts/certfile.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "common/base/hash.h"
#include "daemon/sandbox/sandbox.h"

#define FNV_START 0xcbf29ce484222325U
#define FNV_PRIME 0x100000001b3U

/* Both files as read; key is chain when one file holds both. */
struct contents {
    struct file chain;
    struct file key_file;
    const struct file *key;
};

static bool is_one_file(const char *chain_path, const char *key_path)
{
    return strcmp(chain_path, key_path) == 0;
}

static void free_contents(struct contents *contents)
{
    file_free(&contents->chain);
    file_free(&contents->key_file);
}

/* The path and what is wrong come from below; what to do about it is known here. */
static int read_one(struct file *out, const char *path, const char *what, bool managed,
                    struct error *why)
{
    struct error reason;
    if (file_read(out, path, CERT_FILE_MAX, &reason) == 0)
        return 0;
    if (reason.cause == ENOENT && managed)
        return error_set(why,
                         "%s; `mta-stsctl certs --renew` orders it: run `systemctl start "
                         "mta-stsd-certs`, and see what it says",
                         reason.text);
    if (reason.cause == ENOENT)
        return error_set(why, "%s; put %s there, or correct the path", reason.text, what);
    if (reason.cause == EACCES && sandbox_denies(path))
        return error_set(why,
                         "%s: it leads outside of what the running server may read; write "
                         "`read_path` lines for both places into [server], and restart it",
                         path);
    if (reason.cause == EACCES)
        return error_set(why, "%s; let the user that the server runs as read it", reason.text);
    return error_set_errno(why, reason.cause, "%s", reason.text);
}

static int read_contents(struct contents *out, const char *chain_path, const char *key_path,
                         bool managed, struct error *why)
{
    bool one = is_one_file(chain_path, key_path);
    *out = (struct contents){0};
    out->key = one ? &out->chain : &out->key_file;
    if (read_one(&out->chain, chain_path, one ? "the certificate with its key" : "the certificate",
                 managed, why) != 0)
        return -1;
    if (!one && read_one(&out->key_file, key_path, "the certificate's key", managed, why) != 0) {
        free_contents(out);
        return -1;
    }
    return 0;
}

static int judge_contents(struct cert *out, const struct contents *contents, const char *chain_path,
                          const char *key_path, struct error *why)
{
    struct error reason;
    if (cert_parse(out, &contents->chain, contents->key, &reason) == 0)
        return 0;
    if (is_one_file(chain_path, key_path))
        return error_set_errno(why, reason.cause, "%s: %s", chain_path, reason.text);
    return error_set_errno(why, reason.cause, "%s with key %s: %s", chain_path, key_path,
                           reason.text);
}

int certfile_load(struct cert *out, const char *chain_path, const char *key_path, bool managed,
                  struct error *why)
{
    struct contents contents;
    *out = (struct cert){0};
    if (read_contents(&contents, chain_path, key_path, managed, why) != 0)
        return -1;
    int result = judge_contents(out, &contents, chain_path, key_path, why);
    free_contents(&contents);
    return result;
}

/* FNV-1a: told apart are states of the admin's own files, where nobody looks for collisions. */
static uint64_t add_bytes(uint64_t digest, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        digest = (digest ^ at[i]) * FNV_PRIME;
    return digest;
}

static uint64_t digest_of(const struct contents *contents)
{
    uint64_t digest = add_bytes(FNV_START, contents->chain.bytes, contents->chain.length + 1);
    return add_bytes(digest, contents->key_file.bytes, contents->key_file.length);
}

static uint64_t add_stamp(uint64_t digest, const struct file_stamp *stamp)
{
    digest = add_bytes(digest, &stamp->device, sizeof(stamp->device));
    digest = add_bytes(digest, &stamp->inode, sizeof(stamp->inode));
    digest = add_bytes(digest, &stamp->size, sizeof(stamp->size));
    digest = add_bytes(digest, &stamp->modified, sizeof(stamp->modified));
    return add_bytes(digest, &stamp->changed, sizeof(stamp->changed));
}

/* Whether a write after the stamp was taken must show in the next stamp. The kernel's own time of
 * change counts, not the modification time, which copying tools set at will. */
static bool is_settled(const struct file_stamp *stamp)
{
    int64_t age = (int64_t)time(NULL) - (int64_t)stamp->changed.tv_sec;
    return age > CERTFILE_SETTLED_S || age < -CERTFILE_SETTLED_S;
}

static enum certfile_news tell_once(struct certfile *file, const struct error *why)
{
    uint64_t digest = add_bytes(FNV_START, why->text, strlen(why->text));
    digest = add_stamp(digest, &file->chain_stamp);
    digest = add_stamp(digest, &file->key_stamp);
    if (file->said == digest)
        return CERTFILE_NEWS_NONE;
    file->said = digest;
    return CERTFILE_NEWS_REFUSED;
}

static enum certfile_news judge(struct certfile *file, const struct contents *contents,
                                int64_t now_ms, struct cert *out, struct error *why)
{
    uint64_t digest = digest_of(contents);
    bool same = file->loaded && file->digest == digest;
    file->chain_stamp = contents->chain.stamp;
    file->key_stamp = contents->key->stamp;
    bool settled = is_settled(&file->chain_stamp) && is_settled(&file->key_stamp);
    if (!same && judge_contents(out, contents, file->chain_path, file->key_path, why) != 0) {
        settled = settled && why->cause != ENOMEM;
        file->read_ms = settled ? now_ms + CERTFILE_RETRY_MS : now_ms;
        return tell_once(file, why);
    }
    file->said = 0;
    file->loaded = true;
    file->digest = digest;
    file->read_ms = settled ? INT64_MAX : now_ms;
    return same ? CERTFILE_NEWS_NONE : CERTFILE_NEWS_LOADED;
}

enum certfile_news certfile_look(struct certfile *file, int64_t now_ms, struct cert *out,
                                 struct error *why)
{
    struct file_stamp chain = file_stamp_of(file->chain_path);
    struct file_stamp key = chain;
    if (!is_one_file(file->chain_path, file->key_path))
        key = file_stamp_of(file->key_path);
    bool changed =
        !file_stamp_equal(&chain, &file->chain_stamp) || !file_stamp_equal(&key, &file->key_stamp);
    if (!changed && now_ms < file->read_ms)
        return CERTFILE_NEWS_NONE;

    struct contents contents;
    if (read_contents(&contents, file->chain_path, file->key_path, file->managed, why) != 0) {
        file->chain_stamp = chain;
        file->key_stamp = key;
        file->read_ms = now_ms; /* what forbids reading need not show in a stamp */
        return tell_once(file, why);
    }
    enum certfile_news news = judge(file, &contents, now_ms, out, why);
    free_contents(&contents);
    return news;
}

uint64_t certfile_hash(const char *chain_path, const char *key_path)
{
    uint64_t hash = hash_bytes(HASH_START, chain_path, strlen(chain_path));
    if (strcmp(key_path, chain_path) != 0)
        hash = hash_bytes(hash, key_path, strlen(key_path));
    return hash_mix(hash);
}

void certfile_copy_state(struct certfile *to, const struct certfile *from)
{
    const char *chain_path = to->chain_path;
    const char *key_path = to->key_path;
    *to = *from;
    to->chain_path = chain_path;
    to->key_path = key_path;
}

void certfile_forget(struct certfile *file)
{
    file->loaded = false;
    file->read_ms = 0;
}

enum due_health certfile_judge_dates(const struct cert *cert, const char *path, int64_t wall_s,
                                     struct error *why)
{
    struct error reason;
    enum due_health health = due_judge(cert->not_before, cert->not_after, wall_s, &reason);
    if (health != DUE_FINE)
        error_set(why, "%s: %s", path, reason.text);
    return health;
}

int certfile_judge_name(const struct cert *cert, const char *path, const struct hostname *host,
                        struct error *why)
{
    if (cert_covers(cert, host))
        return 0;
    return error_set(why,
                     "%s: the certificate is not for this name, so senders refuse it; get one "
                     "whose subject alternative names hold %s",
                     path, host->text);
}
