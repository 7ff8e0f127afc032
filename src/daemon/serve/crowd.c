/* SPDX-License-Identifier: ISC */
/* crowd: which connections wait for what and until when, and which one goes when there are too
 * many.
 */
#include "daemon/serve/crowd.h"

#include <stddef.h>

#define LOOKED_AT_MAX 256 /* of a queue, for a neighbour */

static struct crowd_member *member_of(struct deadline *deadline)
{
    return (struct crowd_member *)(void *)deadline;
}

void crowd_enter(struct crowd *crowd, struct crowd_member *member, enum crowd_queue queue,
                 int64_t now_ms, int64_t timeout_ms)
{
    member->since_ms = now_ms;
    deadline_set(&member->deadline, &crowd->queues[queue], now_ms + timeout_ms);
}

void crowd_leave(struct crowd_member *member)
{
    deadline_clear(&member->deadline);
}

struct crowd_member *crowd_oldest_idle(const struct crowd *crowd)
{
    static const enum crowd_queue idle[] = {CROWD_QUEUE_SILENT, CROWD_QUEUE_WAITING,
                                            CROWD_QUEUE_HANDSHAKE, CROWD_QUEUE_LINGER};
    struct crowd_member *oldest = NULL;
    for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++) {
        struct deadline *head = crowd->queues[idle[i]].oldest;
        if (head != NULL && (oldest == NULL || member_of(head)->since_ms < oldest->since_ms))
            oldest = member_of(head);
    }
    return oldest;
}

struct crowd_member *crowd_oldest_neighbour(const struct crowd *crowd,
                                            const struct crowd_member *newcomer,
                                            enum limit_width width)
{
    static const enum crowd_queue idle[] = {CROWD_QUEUE_SILENT, CROWD_QUEUE_WAITING};
    for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++) {
        struct deadline *entry = crowd->queues[idle[i]].oldest;
        for (int looked = 0; entry != NULL && looked < LOOKED_AT_MAX; looked++) {
            struct crowd_member *other = member_of(entry);
            if (other != newcomer && other->counted &&
                limit_is_same_network(&other->source, &newcomer->source, width))
                return other;
            entry = entry->newer;
        }
    }
    return NULL;
}

struct crowd_member *crowd_due(const struct crowd *crowd, int64_t now_ms)
{
    for (size_t i = 0; i < CROWD_QUEUE_COUNT; i++) {
        struct deadline *oldest = crowd->queues[i].oldest;
        if (oldest != NULL && oldest->at_ms <= now_ms)
            return member_of(oldest);
    }
    return NULL;
}

struct crowd_member *crowd_any(const struct crowd *crowd)
{
    return crowd_due(crowd, INT64_MAX);
}

int64_t crowd_wait_ms(const struct crowd *crowd, int64_t now_ms, int64_t limit_ms)
{
    for (size_t i = 0; i < CROWD_QUEUE_COUNT; i++)
        limit_ms = deadline_wait_ms(&crowd->queues[i], now_ms, limit_ms);
    return limit_ms;
}
