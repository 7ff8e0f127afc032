/* SPDX-License-Identifier: ISC */
/* digest: what a run of the drift watch has to tell: what began, got worse or ended since it was
 * told last, the worst first. */
#ifndef CTL_WATCH_DIGEST_H
#define CTL_WATCH_DIGEST_H

#include <stdint.h>

#include "ctl/base/told.h"
#include "ctl/watch/sightings.h"

#define DIGEST_SHOWN 20 /* that are told in full; the rest is counted */

enum digest_event {
    DIGEST_BEGAN,
    DIGEST_WORSE, /* a warning became an error */
    DIGEST_ENDED,
};

#define DIGEST_EVENTS (DIGEST_ENDED + 1)

struct digest_item {
    enum digest_event event;
    struct drift drift; /* of what ended: without advice */
    const char *const *domains;
    size_t domain_count; /* 0: of this machine, or of an MX host whose drift ended */
    int64_t since;
};

/* {0} is valid and empty. Its texts are those of the sightings, or its own. */
struct digest {
    int64_t now;
    size_t checked; /* domains */
    size_t dark;    /* of them, those of which DNS said nothing */
    struct digest_item *items;
    size_t count;
    size_t shown; /* the first of them, to be told in full */
    size_t events[DIGEST_EVENTS];
    size_t open[DRIFT_KINDS][2]; /* told and not over, with those that began: errors, warnings */
    size_t unconfirmed;          /* seen once, and told if the next run sees it, too */
    struct arena arena;
};

struct digest_params {
    int64_t now;
    bool all; /* the run was over all domains: what it did not come to is not configured any more */
    /* Whether a domain that the run did not come to is configured. */
    bool (*is_configured)(void *context, const char *domain);
    void *context;
};

/* Settles what was seen, compares it with what was told, and notes it there. The sightings live
 * longer than the digest. Where this machine's own resolver or network seems to be down, that
 * is told, and what was told of the domains stays. Returns 0, or -1 when out of memory. */
int digest_make(struct digest *out, struct sightings *seen, struct told *told,
                const struct digest_params *params);
void digest_free(struct digest *digest);

/* "began", "worse", "ended". */
const char *digest_event_name(enum digest_event event);

/* How many drifts are told and not over. */
size_t digest_open(const struct digest *digest);

/* Whether there is anything to tell. */
static inline bool digest_has_news(const struct digest *digest)
{
    return digest->count > 0;
}

#endif
