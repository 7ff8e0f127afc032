/* SPDX-License-Identifier: ISC */
/* challenge_parts: private header of challenge: its structures, and how one is loaded. */
#ifndef DAEMON_HOSTS_CHALLENGE_PARTS_H
#define DAEMON_HOSTS_CHALLENGE_PARTS_H

#include "common/base/file.h"
#include "daemon/hosts/challenge.h"

/* Of the files that a challenge was made from; {0}: it was not. */
struct challenge_stamps {
    struct file_stamp own;
    struct file_stamp key; /* {0} where the first holds a digest */
};

struct challenge {
    unsigned references;
    struct hostname host;
    struct challenge_stamps stamps;
    struct cert cert;
};

enum challenge_news {
    CHALLENGE_NEWS_NONE_PENDING, /* and why */
    CHALLENGE_NEWS_SAME,         /* the files are those of the stamps */
    CHALLENGE_NEWS_LOADED,       /* *out is the caller's, with one reference */
};

/* Looks for the host's challenge in the directory, and makes or reads it unless it is known by
 * these stamps. Reads files: for a loader thread. */
enum challenge_news challenge_load(struct challenge **out, const char *directory,
                                   const struct hostname *host,
                                   const struct challenge_stamps *known, struct error *why);

#endif
