/* SPDX-License-Identifier: ISC */
/* test_jobs: work is done once for each index, whether threads can be started or not. */
#include "ctl/base/jobs.h"

#include <errno.h>
#include <pthread.h>

#include "test.h"

enum { COUNT = 20 };

static int threads_left; /* that the system still grants */

typedef int creator(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
creator __wrap_pthread_create, __real_pthread_create; /* the linker's --wrap names them so */

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*start)(void *), void *argument)
{
    if (threads_left-- <= 0)
        return EAGAIN;
    return __real_pthread_create(thread, attributes, start, argument);
}

static void count(void *context, size_t index)
{
    int *done = context;
    done[index]++;
}

static void does_all_with_as_many_threads_as_there_are(void)
{
    static const int granted[] = {0, 1, 4};
    for (size_t i = 0; i < sizeof(granted) / sizeof(granted[0]); i++) {
        int done[COUNT] = {0};
        threads_left = granted[i];
        CHECK(jobs_run(COUNT, 4, count, done, NULL) == 0, "%d threads", granted[i]);
        for (size_t index = 0; index < COUNT; index++)
            CHECK(done[index] == 1, "%d threads: %zu: %d", granted[i], index, done[index]);
    }
}

int main(void)
{
    static const struct test tests[] = {
        TEST(does_all_with_as_many_threads_as_there_are),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
