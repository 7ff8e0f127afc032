/* SPDX-License-Identifier: ISC */
/* admit: whether a client may connect and start its handshake, by its networks' limits. */
#include "daemon/serve/admit.h"

#include <stddef.h>
#include <time.h>

#define LATE_MS 20 /* a turn that takes longer keeps clients waiting */

bool admit_is_listed(const struct config_networks *networks, const struct network_address *address)
{
    for (size_t i = 0; i < networks->count; i++)
        if (network_contains(&networks->items[i], address))
            return true;
    return false;
}

enum limit_verdict admit_connection(struct limit *limit, const struct config_server *server,
                                    struct conn_member *member, unsigned *held)
{
    const struct limit_bounds bounds = {{
        [LIMIT_WIDTH_SOURCE] = server->limit_per_source,
        [LIMIT_WIDTH_NETWORK] = server->limit_per_network,
    }};
    *held = 0;
    if (admit_is_listed(&server->limit_exempt, &member->source))
        return LIMIT_VERDICT_TAKEN;
    enum limit_verdict verdict = limit_take(limit, &member->source, &bounds, held);
    member->counted = verdict == LIMIT_VERDICT_TAKEN;
    return verdict;
}

static struct limit_bounds handshakes(const struct config_server *server)
{
    return (struct limit_bounds){{
        [LIMIT_WIDTH_SOURCE] = server->handshakes_per_source,
        [LIMIT_WIDTH_NETWORK] = server->handshakes_per_network,
    }};
}

enum limit_verdict admit_handshake(struct limit *limit, const struct config_server *server,
                                   const struct conn_member *member, int64_t now_ms)
{
    const struct limit_bounds per_second = handshakes(server);
    if (!member->counted)
        return LIMIT_VERDICT_TAKEN;
    return limit_handshake(limit, &member->source, &per_second, now_ms);
}

/* CPU time that this thread has used. */
static int64_t work_ns(void)
{
    struct timespec work;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &work);
    return work.tv_sec * INT64_C(1000000000) + work.tv_nsec;
}

struct admit_work admit_begin_work(const struct conn_member *member, int64_t turn_ms)
{
    bool is_measured = member->counted && turn_ms >= LATE_MS / 2;
    return (struct admit_work){
        .is_measured = is_measured,
        .turn_ms = turn_ms,
        .begun_ns = is_measured ? work_ns() : 0,
    };
}

void admit_end_work(struct limit *limit, const struct config_server *server,
                    const struct conn_member *member, const struct admit_work *work, int64_t now_ms)
{
    if (!work->is_measured)
        return;
    const struct limit_bounds per_second = handshakes(server);
    int64_t took_ns = work_ns() - work->begun_ns;
    if (work->turn_ms + took_ns / INT64_C(1000000) > LATE_MS)
        limit_charge(limit, &member->source, &per_second, took_ns, now_ms);
}
