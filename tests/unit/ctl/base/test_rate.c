/* SPDX-License-Identifier: ISC */
/* test_rate: threads that begin together begin one after the other. */
#include "ctl/base/rate.h"

#include "common/base/moment.h"
#include "ctl/base/jobs.h"

#include "test.h"

enum { COUNT = 40, PER_SECOND = 200 };

struct begun {
    struct rate *rate;
    int64_t at_ms[COUNT];
};

static void begin(void *context, size_t index)
{
    struct begun *begun = context;
    rate_wait(begun->rate);
    begun->at_ms[index] = moment_steady_ms();
}

static int compare(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a;
    int64_t other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

/* No slot comes before its time; a busy machine only makes them later. */
static void many_threads_together_keep_the_rate(void)
{
    struct rate rate;
    struct begun begun = {.rate = &rate};
    struct error why;
    rate_open(&rate, PER_SECOND);
    int64_t start = moment_steady_ms();
    CHECK(jobs_run(COUNT, 16, begin, &begun, &why) == 0, "%s", why.text);
    qsort(begun.at_ms, COUNT, sizeof(begun.at_ms[0]), compare);
    for (int i = 0; i < COUNT; i++)
        CHECK(begun.at_ms[i] - start >= i * 1000 / PER_SECOND - 1, "%d began after %d ms", i,
              (int)(begun.at_ms[i] - start));
    rate_close(&rate);
}

static void without_a_rate_nobody_waits(void)
{
    struct rate rate;
    rate_open(&rate, 0);
    for (int i = 0; i < 100000; i++)
        rate_wait(&rate);
    rate_wait(NULL);
    CHECK(rate.next_us == 0, "a slot was taken");
    rate_close(&rate);
}

static void each_thing_has_a_rate_of_its_own(void)
{
    struct rates rates;
    rates_open(&rates, PER_SECOND);
    CHECK(rates_find(NULL, "a", 1) == NULL);
    CHECK(rates_find(&rates, "a", 1) == rates_find(&rates, "a", 1));
    CHECK(rates_find(&rates, "a", 1) != rates_find(&rates, "b", 1));
    CHECK(rates_find(&rates, "a", 1)->per_second == PER_SECOND);
    rates_close(&rates);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(many_threads_together_keep_the_rate),
        TEST(without_a_rate_nobody_waits),
        TEST(each_thing_has_a_rate_of_its_own),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
