/* SPDX-License-Identifier: ISC */
/* certfile: polls the two files of a certificate and its key, and reads them again when they
 * change. */
#ifndef DAEMON_HOSTS_CERTFILE_H
#define DAEMON_HOSTS_CERTFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/cert/cert.h"
#include "common/cert/due.h"
#include "common/name/hostname.h"

#define CERTFILE_SETTLED_S 2    /* a younger change may hide a second one in the same stamp */
#define CERTFILE_RETRY_MS  5000 /* until refused files are read again: memory may have been out */

/* {0} but for the paths: not looked at yet. Nothing in it needs freeing. */
struct certfile {
    const char *chain_path; /* borrowed */
    const char *key_path;   /* borrowed; equal to chain_path when one file holds both */
    bool managed;           /* [acme] orders it: for the advice where it is missing */
    bool loaded;            /* a certificate was handed over */
    uint64_t digest;        /* of the bytes it came from */
    uint64_t said;          /* of the refusal told last; 0: none since the files were good */
    int64_t read_ms;        /* they are read then, even with stamps as before */
    struct file_stamp chain_stamp;
    struct file_stamp key_stamp;
};

enum certfile_news {
    CERTFILE_NEWS_NONE,    /* nothing that was not told before */
    CERTFILE_NEWS_LOADED,  /* *out holds what the files hold now; the caller frees it */
    CERTFILE_NEWS_REFUSED, /* what they hold now cannot be used; *why begins with the path */
};

/* Looks at the stamps, and reads the files when these changed, or when they could hide a change.
 * now_ms is a monotonic clock's. Each refusal is told once for each state of the files. */
enum certfile_news certfile_look(struct certfile *file, int64_t now_ms, struct cert *out,
                                 struct error *why);

/* A hash of the paths, for tables. */
uint64_t certfile_hash(const char *chain_path, const char *key_path);

/* Takes over the state, but for the paths. */
void certfile_copy_state(struct certfile *to, const struct certfile *from);

/* The next look reads the files, and hands over what they hold though it is the same. */
void certfile_forget(struct certfile *file);

/* Reads and judges the two files once. managed: as in struct certfile. Returns 0, or -1 with a
 * sentence that begins with the path; *out is {0} then. */
int certfile_load(struct cert *out, const char *chain_path, const char *key_path, bool managed,
                  struct error *why);

/* How worrying its dates are; a sentence that begins with the path of the chain unless they are
 * fine. wall_s is in seconds since the epoch. */
enum due_health certfile_judge_dates(const struct cert *cert, const char *path, int64_t wall_s,
                                     struct error *why);

/* Returns 0, or -1 with such a sentence: senders would refuse it for this host. */
int certfile_judge_name(const struct cert *cert, const char *path, const struct hostname *host,
                        struct error *why);

#endif
