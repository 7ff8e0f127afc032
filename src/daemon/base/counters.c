/* SPDX-License-Identifier: ISC */
/* counters: what one worker counts for the metrics: it alone writes, without locks; others read. */
#include "daemon/base/counters.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64

const int64_t counters_bounds_us[COUNTERS_BUCKETS] = {
    1000,   2000,   5000,    10000,   25000,   50000,    100000,
    250000, 500000, 1000000, 2500000, 5000000, 10000000,
};

/* 0 is a request that got no answer. */
static const unsigned statuses[COUNTERS_STATUSES - 1] = {
    200, 400, 404, 405, 413, 414, 421, 431, 505,
};

struct counters *counters_open(void)
{
    size_t size = (sizeof(struct counters) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    struct counters *counters = aligned_alloc(CACHE_LINE, size);
    if (counters != NULL)
        memset(counters, 0, size);
    return counters;
}

void counters_close(struct counters *counters)
{
    free(counters);
}

size_t counters_status_index(unsigned status)
{
    size_t index = 0;
    while (index < COUNTERS_STATUSES - 1 && statuses[index] != status)
        index++;
    return index;
}

unsigned counters_status(size_t index)
{
    return index < COUNTERS_STATUSES - 1 ? statuses[index] : 0;
}

void counters_time(struct counters *counters, int64_t duration_us)
{
    size_t bucket = 0;
    while (bucket < COUNTERS_BUCKETS && duration_us > counters_bounds_us[bucket])
        bucket++;
    counters_add(&counters->durations[bucket], 1);
    counters_add(&counters->duration_sum_us, (uint64_t)duration_us);
}
