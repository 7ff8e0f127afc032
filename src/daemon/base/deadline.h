/* SPDX-License-Identifier: ISC */
/* deadline: queues of entries with a deadline; the first one due is at the front. */
#ifndef DAEMON_BASE_DEADLINE_H
#define DAEMON_BASE_DEADLINE_H

#include <stddef.h>
#include <stdint.h>

/* Embedded in the waiting object. {0}: not queued. */
struct deadline {
    struct deadline_queue *queue;
    struct deadline *older;
    struct deadline *newer;
    int64_t at_ms; /* monotonic */
};

struct deadline_queue {
    struct deadline *oldest;
    struct deadline *newest;
};

/* Moves the entry from its queue, if any, into this one, after all that are due no later. If all
 * entries of a queue wait equally long, that is its end, and nothing is searched. */
void deadline_set(struct deadline *deadline, struct deadline_queue *queue, int64_t at_ms);
void deadline_clear(struct deadline *deadline);

/* Milliseconds until the queue's oldest is due, at most limit_ms; -1 means no limit. */
int64_t deadline_wait_ms(const struct deadline_queue *queue, int64_t now_ms, int64_t limit_ms);

/* The monotonic clock. */
int64_t deadline_now_ms(void);
int64_t deadline_now_us(void);

#endif
