/* SPDX-License-Identifier: ISC */
/* test_deadline: queues of equal waits. */
#include "daemon/base/deadline.h"

#include "test.h"

static void the_oldest_is_always_in_front(void)
{
    struct deadline_queue queue = {0}, other = {0};
    struct deadline entries[4] = {{0}};
    for (int i = 0; i < 4; i++)
        deadline_set(&entries[i], &queue, 100 + i);
    CHECK(queue.oldest == &entries[0]);
    deadline_clear(&entries[1]);
    deadline_set(&entries[0], &other, 200);
    CHECK(queue.oldest == &entries[2] && queue.newest == &entries[3]);
    CHECK(other.oldest == &entries[0] && other.newest == &entries[0]);
    deadline_set(&entries[2], &queue, 300);
    CHECK(queue.oldest == &entries[3] && queue.newest == &entries[2]);
    deadline_clear(&entries[3]);
    deadline_clear(&entries[2]);
    deadline_clear(&entries[2]);
    CHECK(queue.oldest == NULL && queue.newest == NULL);
}

static void a_shorter_wait_stands_before_longer_ones(void)
{
    struct deadline_queue queue = {0};
    struct deadline entries[4] = {{0}};
    static const int64_t due[] = {100, 300, 200, 50};
    for (int i = 0; i < 4; i++)
        deadline_set(&entries[i], &queue, due[i]);
    static const int order[] = {3, 0, 2, 1};
    for (int i = 0; i < 4; i++) {
        CHECK(queue.oldest == &entries[order[i]], "at %d", i);
        deadline_clear(queue.oldest);
    }
    CHECK(queue.oldest == NULL && queue.newest == NULL);
}

static void the_wait_is_the_shorter_of_limit_and_deadline(void)
{
    struct deadline_queue queue = {0};
    struct deadline entry = {0};
    CHECK(deadline_wait_ms(&queue, 50, -1) == -1);
    CHECK(deadline_wait_ms(&queue, 50, 7) == 7);
    deadline_set(&entry, &queue, 100);
    CHECK(deadline_wait_ms(&queue, 50, -1) == 50);
    CHECK(deadline_wait_ms(&queue, 50, 7) == 7);
    CHECK(deadline_wait_ms(&queue, 150, 7) == 0);
}

static const struct test tests[] = {
    TEST(the_oldest_is_always_in_front),
    TEST(a_shorter_wait_stands_before_longer_ones),
    TEST(the_wait_is_the_shorter_of_limit_and_deadline),
};

TEST_MAIN(tests)
