/* SPDX-License-Identifier: ISC */
/* admit: whether a client may come in and begin its handshake, by what its source networks have and
 * do already. */
#include "admit.h"

#include <stddef.h>

#include "access.h"

#define LATE_MS 20 /* a turn that takes longer keeps clients waiting */
#define PART_MS 5  /* and then a handshake counts as one for each such part of it */

bool admit_is_listed(const struct config_networks *networks, const struct network_address *address)
{
    for (size_t i = 0; i < networks->count; i++)
        if (network_contains(&networks->items[i], address))
            return true;
    return false;
}

enum limit_verdict admit_connection(struct limit *limit, const struct config_server *server,
                                    struct crowd_member *member)
{
    const struct limit_bounds bounds = {{
        [LIMIT_WIDTH_SOURCE] = server->limit_per_source,
        [LIMIT_WIDTH_NETWORK] = server->limit_per_network,
    }};
    if (admit_is_listed(&server->limit_exempt, &member->source))
        return LIMIT_VERDICT_TAKEN;
    enum limit_verdict verdict = limit_take(limit, &member->source, &bounds);
    member->counted = verdict == LIMIT_VERDICT_TAKEN;
    return verdict;
}

bool admit_handshake(struct limit *limit, const struct config_server *server,
                     const struct crowd_member *member, int64_t turn_ms, int64_t now_ms)
{
    const struct limit_bounds per_second = {{
        [LIMIT_WIDTH_SOURCE] = server->handshakes_per_source,
        [LIMIT_WIDTH_NETWORK] = server->handshakes_per_network,
    }};
    unsigned weight = turn_ms > LATE_MS ? (unsigned)(turn_ms / PART_MS) : 1;
    if (!member->counted)
        return true;
    switch (limit_handshake(limit, &member->source, &per_second, weight, now_ms)) {
    case LIMIT_VERDICT_TAKEN:
        return true;
    case LIMIT_VERDICT_SOURCE_FULL:
        access_log_refusal(&member->source, "too many handshakes a second from this source");
        break;
    case LIMIT_VERDICT_NETWORK_FULL:
        access_log_refusal(&member->source, "too many handshakes a second from its network");
        break;
    }
    return false;
}
