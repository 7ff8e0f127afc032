/* SPDX-License-Identifier: ISC */
/* ari_poll: asks the CA when it suggests to renew, for several certificates at a time. */
#include "ctl/acme/ari_poll.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "ctl/acme/directory.h"
#include "ctl/base/jobs.h"

#define AT_ONCE       8
#define FAILURES_MOST 8

struct reply {
    bool asked;
    bool failed;
    struct ari_window window;
    int64_t retry_after_s;
    struct error why;
};

struct poll {
    struct web *web;
    const char *url;
    const char *const *ids;
    struct reply *replies;
    time_t end;
    atomic_uint failures;
};

static bool is_due(const struct ari *ari, const char *id, int64_t now)
{
    struct ari_entry entry;
    /* If the time to ask again is too far away, it was set by a clock that was ahead. */
    return id[0] != '\0' && (!ari_find(ari, id, &entry) || entry.again_at <= now ||
                             entry.again_at > now + ARI_AGAIN_MOST_S);
}

size_t ari_poll_keep_due(const struct ari *ari, const char **ids, size_t count, int64_t now)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_due(ari, ids[i], now))
            ids[kept++] = ids[i];
    }
    return kept;
}

static void ask(void *context, size_t index)
{
    struct poll *poll = context;
    struct reply *reply = &poll->replies[index];
    char url[DIRECTORY_URL_MAX + ARI_ID_MAX];
    json_t *root;
    if (time(NULL) >= poll->end || atomic_load(&poll->failures) >= FAILURES_MOST)
        return;
    snprintf(url, sizeof(url), "%s/%s", poll->url, poll->ids[index]);
    reply->asked = true;
    reply->failed = web_get_json(poll->web, url, &root, &reply->retry_after_s, &reply->why) != 0 ||
                    ari_read(&reply->window, root, &reply->why) != 0;
    json_decref(root);
    if (reply->failed)
        atomic_fetch_add(&poll->failures, 1);
}

void ari_poll(struct ari *ari, struct web *web, const char *url, const char *const *ids,
              size_t count, int64_t now)
{
    struct poll poll = {.web = web, .url = url, .ids = ids, .end = time(NULL) + ARI_POLL_BOUND_S};
    poll.replies = calloc(count + 1, sizeof(*poll.replies));
    if (poll.replies == NULL || jobs_run(count, AT_ONCE, ask, &poll, NULL) != 0) {
        free(poll.replies);
        return; /* nothing was asked, and the next run asks */
    }
    for (size_t i = 0; i < count; i++) {
        const struct reply *reply = &poll.replies[i];
        if (reply->failed)
            ari_keep_failure(ari, ids[i], reply->why.text, now);
        else if (reply->asked)
            ari_keep(ari, ids[i], &reply->window, reply->retry_after_s, now);
    }
    free(poll.replies);
    (void)ari_save(ari, now, NULL); /* what is not saved is asked again */
}
