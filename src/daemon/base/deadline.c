/* SPDX-License-Identifier: ISC */
/* deadline: queues of entries with a deadline; the first one due is at the front. */
#include "daemon/base/deadline.h"

#include <time.h>

void deadline_clear(struct deadline *deadline)
{
    struct deadline_queue *queue = deadline->queue;
    if (queue == NULL)
        return;
    if (deadline->older != NULL)
        deadline->older->newer = deadline->newer;
    else
        queue->oldest = deadline->newer;
    if (deadline->newer != NULL)
        deadline->newer->older = deadline->older;
    else
        queue->newest = deadline->older;
    *deadline = (struct deadline){0};
}

void deadline_set(struct deadline *deadline, struct deadline_queue *queue, int64_t at_ms)
{
    deadline_clear(deadline);
    struct deadline *older = queue->newest;
    while (older != NULL && older->at_ms > at_ms) /* since a reload shortened the wait */
        older = older->older;
    struct deadline *newer = older != NULL ? older->newer : queue->oldest;
    *deadline = (struct deadline){.queue = queue, .older = older, .newer = newer, .at_ms = at_ms};
    if (older != NULL)
        older->newer = deadline;
    else
        queue->oldest = deadline;
    if (newer != NULL)
        newer->older = deadline;
    else
        queue->newest = deadline;
}

int64_t deadline_wait_ms(const struct deadline_queue *queue, int64_t now_ms, int64_t limit_ms)
{
    if (queue->oldest == NULL)
        return limit_ms;
    int64_t wait_ms = queue->oldest->at_ms > now_ms ? queue->oldest->at_ms - now_ms : 0;
    return limit_ms < 0 || wait_ms < limit_ms ? wait_ms : limit_ms;
}

int64_t deadline_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t deadline_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
