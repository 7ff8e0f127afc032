/* SPDX-License-Identifier: ISC */
/* jobs: runs the same function for many items on several threads. */
#include "ctl/base/jobs.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "ctl/base/thread.h"

struct jobs {
    jobs_work *work;
    void *context;
    size_t count;
    atomic_size_t next;
};

static void *work_on(void *argument)
{
    struct jobs *jobs = argument;
    size_t index;
    while ((index = atomic_fetch_add(&jobs->next, 1)) < jobs->count)
        jobs->work(jobs->context, index);
    return NULL;
}

int jobs_run(size_t count, size_t at_once, jobs_work *work, void *context, struct error *why)
{
    struct jobs jobs = {.work = work, .context = context, .count = count};
    size_t wanted = at_once < count ? at_once : count;
    size_t started = 0;
    int failure = 0;
    pthread_t *threads = calloc(wanted + 1, sizeof(*threads));
    if (threads == NULL)
        return error_set(why, "out of memory");
    while (started < wanted && failure == 0) {
        failure = thread_start(&threads[started], work_on, &jobs);
        started += failure == 0;
    }
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
    /* Without threads, the caller does the work. */
    if (started == 0)
        work_on(&jobs);
    return 0;
}
