/* SPDX-License-Identifier: ISC */
/* rate: lets threads begin something only so many times a second, all of them together. */
#ifndef CTL_BASE_RATE_H
#define CTL_BASE_RATE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define RATES_SLOTS 256

struct rate {
    pthread_mutex_t lock;
    unsigned per_second;
    int64_t next_us; /* when the next one may begin, by CLOCK_MONOTONIC */
};

/* per_second: 1 to 1,000,000; 0: rate_wait never waits. */
void rate_open(struct rate *out, unsigned per_second);
void rate_close(struct rate *rate);

/* Waits until the caller may begin. Evenly spread: nothing is saved up while nobody asks, and who
 * asks first begins first. NULL: returns at once. Thread-safe. */
void rate_wait(struct rate *rate);

/* A rate for each of many things. Things that fall into one slot share its rate. */
struct rates {
    struct rate slots[RATES_SLOTS];
};

void rates_open(struct rates *out, unsigned per_second);
void rates_close(struct rates *rates);

/* The rate of the thing that has these bytes as its name; NULL of NULL. */
struct rate *rates_find(struct rates *rates, const void *name, size_t length);

#endif
