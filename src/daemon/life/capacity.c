/* SPDX-License-Identifier: ISC */
/* capacity: how much of the machine this process may use: cores and descriptors. */
#include "daemon/life/capacity.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>

size_t capacity_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    return (size_t)CPU_COUNT(&set);
}

size_t capacity_raise_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return SIZE_MAX;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        limit.rlim_cur = before;
    return limit.rlim_cur / 4 * 3;
}
