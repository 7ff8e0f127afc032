/* SPDX-License-Identifier: ISC */
/* conn_queues: queues of connections by phase, with their time-outs, and which connection is
 * displaced when there are too many. */
#include "daemon/serve/conn_queues.h"

#include <assert.h>
#include <stddef.h>

#define QUEUES        (CONN_QUEUES_WEIGHTS * CONN_QUEUE_COUNT)
#define MUCH_MIN      2 /* connections of a network of more than no weight */
#define MUCH_MAX      8
#define LOOKED_AT_MAX 128 /* of a queue, for a neighbour */

_Static_assert(QUEUES <= 64, "each queue has its bit in used");

static struct conn_member *member_of(struct deadline *deadline)
{
    return (struct conn_member *)(void *)deadline;
}

static unsigned number_of(unsigned weight, enum conn_queue queue)
{
    return weight * CONN_QUEUE_COUNT + queue;
}

unsigned conn_queues_weight(unsigned connections, size_t slots)
{
    size_t much = slots / 16 > MUCH_MAX ? MUCH_MAX : slots / 16;
    much = much < MUCH_MIN ? MUCH_MIN : much;
    unsigned weight = 0;
    while (weight < CONN_QUEUES_WEIGHTS - 1 && connections >= much << 2 * weight)
        weight++;
    return weight;
}

void conn_queues_enter(struct conn_queues *queues, struct conn_member *member,
                       enum conn_queue queue, int64_t now_ms, int64_t timeout_ms)
{
    assert(member->weight < CONN_QUEUES_WEIGHTS);
    unsigned number = number_of(member->weight, queue);
    member->queue = queue;
    member->since_ms = now_ms;
    queues->used |= UINT64_C(1) << number;
    deadline_set(&member->deadline, &queues->queues[number], now_ms + timeout_ms);
}

void conn_queues_leave(struct conn_member *member)
{
    deadline_clear(&member->deadline);
}

/* The moment from which others of its weight may displace it. */
static int64_t displaced_ms(const struct conn_member *member)
{
    return member->since_ms + member->displaced_from_ms;
}

/* Who holds much displaces nobody who holds as little, or as much: slow clients would displace each
 * other without end, and each comes with a handshake. */
static bool may_displace(const struct conn_member *newcomer, const struct conn_member *other,
                         int64_t now_ms)
{
    if (other->weight > newcomer->weight)
        return other->since_ms < now_ms;
    return newcomer->weight == 0 && displaced_ms(other) <= now_ms;
}

struct conn_member *conn_queues_displaced(const struct conn_queues *queues,
                                          const struct conn_member *newcomer, int64_t now_ms)
{
    struct conn_member *first = NULL;
    for (unsigned number = QUEUES; number-- > 0;) {
        struct deadline *head = queues->queues[number].oldest;
        if (head == &newcomer->deadline)
            head = head->newer;
        if (head != NULL && may_displace(newcomer, member_of(head), now_ms) &&
            (first == NULL || displaced_ms(member_of(head)) < displaced_ms(first)))
            first = member_of(head);
        if (first != NULL && number % CONN_QUEUE_COUNT == 0)
            break; /* that was all of this weight */
    }
    return first;
}

/* The first in a queue that is counted under the newcomer's network. */
static struct conn_member *first_neighbour(const struct deadline_queue *queue,
                                           const struct conn_member *newcomer,
                                           enum limit_width width)
{
    struct deadline *entry = queue->oldest;
    for (int looked = 0; entry != NULL && looked < LOOKED_AT_MAX; looked++) {
        struct conn_member *other = member_of(entry);
        if (other != newcomer && other->counted &&
            limit_is_same_network(&other->source, &newcomer->source, width))
            return other;
        entry = entry->newer;
    }
    return NULL;
}

struct conn_member *conn_queues_neighbour(const struct conn_queues *queues,
                                          const struct conn_member *newcomer,
                                          enum limit_width width)
{
    static const enum conn_queue idle[] = {CONN_QUEUE_SILENT, CONN_QUEUE_WAITING};
    struct conn_member *oldest = NULL;
    for (size_t i = 0; i < sizeof(idle) / sizeof(idle[0]); i++)
        for (unsigned weight = 0; weight < CONN_QUEUES_WEIGHTS; weight++) {
            struct conn_member *other =
                first_neighbour(&queues->queues[number_of(weight, idle[i])], newcomer, width);
            if (other != NULL && (oldest == NULL || other->since_ms < oldest->since_ms))
                oldest = other;
        }
    return oldest;
}

struct conn_member *conn_queues_due(struct conn_queues *queues, int64_t now_ms)
{
    for (uint64_t left = queues->used; left != 0; left &= left - 1) {
        unsigned number = (unsigned)__builtin_ctzll(left);
        struct deadline *oldest = queues->queues[number].oldest;
        if (oldest == NULL)
            queues->used &= ~(UINT64_C(1) << number);
        else if (oldest->at_ms <= now_ms)
            return member_of(oldest);
    }
    return NULL;
}

struct conn_member *conn_queues_any(struct conn_queues *queues)
{
    return conn_queues_due(queues, INT64_MAX);
}

int64_t conn_queues_wait_ms(const struct conn_queues *queues, int64_t now_ms, int64_t limit_ms)
{
    for (uint64_t left = queues->used; left != 0; left &= left - 1)
        limit_ms = deadline_wait_ms(&queues->queues[__builtin_ctzll(left)], now_ms, limit_ms);
    return limit_ms;
}
