/* SPDX-License-Identifier: ISC */
/* descriptors: how many files and sockets the program may have open at a time. */
#include "ctl/base/descriptors.h"

#include <stdbool.h>
#include <sys/resource.h>

static struct rlimit inherited;
static bool is_raised;

void descriptors_raise(void)
{
    struct rlimit limit;
    if (is_raised || getrlimit(RLIMIT_NOFILE, &inherited) != 0)
        return;
    limit = inherited;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
    if (limit.rlim_cur > inherited.rlim_cur)
        is_raised = setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

size_t descriptors_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > DESCRIPTORS_MAX)
        return DESCRIPTORS_MAX;
    return limit.rlim_cur;
}

void descriptors_restore(void)
{
    if (is_raised)
        setrlimit(RLIMIT_NOFILE, &inherited);
}
