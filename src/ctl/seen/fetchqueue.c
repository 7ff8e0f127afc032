/* SPDX-License-Identifier: ISC */
/* fetchqueue: holds fetches back for some lines, while the memory that they need is got. */
#include "ctl/seen/fetchqueue.h"

#include <assert.h>
#include <string.h>

#define STEP 5 /* lines between two steps of one fetch */

static_assert(LASTSEEN_WARM_STEPS * STEP <= FETCHQUEUE_MAX, "a fetch waits for all its steps");

static struct fetchqueue_item *item_at(struct fetchqueue *queue, size_t number)
{
    return &queue->items[number % FETCHQUEUE_MAX];
}

static int hand_over(struct fetchqueue *queue, struct error *why)
{
    const struct fetchqueue_item *item = item_at(queue, queue->done++);
    return lastseen_add(queue->to, &item->fetch, item->hash, item->time, why);
}

int fetchqueue_add(struct fetchqueue *queue, const struct logline *fetch, int64_t time,
                   struct error *why)
{
    struct fetchqueue_item *item = item_at(queue, queue->begun);
    if (!lastseen_takes(queue->to, fetch->domain))
        return 0;
    assert(fetch->domain.length <= sizeof(item->name));
    item->fetch = *fetch;
    memcpy(item->name, fetch->domain.bytes, fetch->domain.length);
    item->fetch.domain.bytes = item->name;
    item->time = time;
    item->hash = lastseen_hash(queue->to, fetch->domain);
    for (unsigned step = 0; step < LASTSEEN_WARM_STEPS; step++) {
        if (queue->begun >= (size_t)step * STEP)
            lastseen_warm(queue->to, item_at(queue, queue->begun - (size_t)step * STEP)->hash,
                          step);
    }
    queue->begun++;
    return queue->begun - queue->done < FETCHQUEUE_MAX ? 0 : hand_over(queue, why);
}

int fetchqueue_finish(struct fetchqueue *queue, struct error *why)
{
    while (queue->done < queue->begun) {
        if (hand_over(queue, why) != 0)
            return -1;
    }
    return 0;
}
