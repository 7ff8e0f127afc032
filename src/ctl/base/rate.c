/* SPDX-License-Identifier: ISC */
/* rate: lets threads begin something only so many times a second, all of them together. */
#include "ctl/base/rate.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "common/base/hash.h"

#define SECOND_US INT64_C(1000000)

void rate_open(struct rate *out, unsigned per_second)
{
    *out = (struct rate){.per_second = per_second};
    pthread_mutex_init(&out->lock, NULL);
}

void rate_close(struct rate *rate)
{
    pthread_mutex_destroy(&rate->lock);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

/* The moment at which the caller may begin. */
static int64_t take_slot(struct rate *rate)
{
    int64_t now = now_us();
    pthread_mutex_lock(&rate->lock);
    int64_t slot = rate->next_us > now ? rate->next_us : now;
    rate->next_us = slot + SECOND_US / rate->per_second;
    pthread_mutex_unlock(&rate->lock);
    return slot;
}

void rate_wait(struct rate *rate)
{
    if (rate == NULL || rate->per_second == 0)
        return;
    int64_t slot = take_slot(rate);
    const struct timespec until = {.tv_sec = slot / SECOND_US, .tv_nsec = slot % SECOND_US * 1000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

void rates_open(struct rates *out, unsigned per_second)
{
    for (size_t i = 0; i < RATES_SLOTS; i++)
        rate_open(&out->slots[i], per_second);
}

void rates_close(struct rates *rates)
{
    for (size_t i = 0; i < RATES_SLOTS; i++)
        rate_close(&rates->slots[i]);
}

struct rate *rates_find(struct rates *rates, const void *name, size_t length)
{
    if (rates == NULL)
        return NULL;
    return &rates->slots[hash_mix(hash_bytes(HASH_START, name, length)) % RATES_SLOTS];
}
