/* SPDX-License-Identifier: ISC */
/* caches: one worker's caches of certificates and challenges, and the loader that fills them. */
#include "daemon/hosts/caches.h"

#include <unistd.h>

int caches_open(struct caches *caches, struct loader *loader, struct certpool *pool, int wake_fd,
                size_t max_pairs, bool (*make_room)(void *owner), void *owner)
{
    *caches = (struct caches){.certs = NULL};
    caches->lookup = (struct lookup_context){
        .port = loader_port_open(loader, wake_fd),
        .ready = &caches->ready,
        .make_room = make_room,
        .room_owner = owner,
    };
    caches->wake_fd = wake_fd;
    certreport_desk_open(&caches->desk);
    caches->counters = counters_open();
    if (caches->lookup.port == NULL || caches->counters == NULL)
        return -1;
    caches->certs = certstore_open(max_pairs, &caches->lookup, pool);
    caches->challenges = challenges_open(&caches->lookup);
    return caches->certs != NULL && caches->challenges != NULL ? 0 : -1;
}

void caches_close(struct caches *caches)
{
    certstore_close(caches->certs);
    challenges_close(caches->challenges);
    loader_port_close(caches->lookup.port);
    if (caches->wake_fd > 0)
        certreport_desk_close(&caches->desk);
    counters_close(caches->counters);
    *caches = (struct caches){.certs = NULL};
}

void caches_ask(struct caches *caches)
{
    uint64_t one = 1;
    certreport_ask(&caches->desk);
    (void)!write(caches->wake_fd, &one, sizeof(one));
}

void caches_run(struct caches *caches, int64_t now_ms)
{
    loader_port_run(caches->lookup.port, now_ms);
    if (certreport_is_asked(&caches->desk))
        certreport_answer(&caches->desk, caches->certs);
}

int64_t caches_wait_ms(const struct caches *caches, int64_t now_ms, int64_t limit_ms)
{
    limit_ms = certstore_wait_ms(caches->certs, now_ms, limit_ms);
    return challenges_wait_ms(caches->challenges, now_ms, limit_ms);
}

void caches_check(struct caches *caches, int64_t now_ms)
{
    certstore_check(caches->certs, now_ms);
    challenges_check(caches->challenges, now_ms);
}
