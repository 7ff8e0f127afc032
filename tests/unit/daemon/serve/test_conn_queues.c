/* SPDX-License-Identifier: ISC */
/* test_conn_queues: who gives way, and whose time is up. */
#include "daemon/serve/conn_queues.h"

#include "test.h"

/* One in its queue. */
struct entry {
    enum conn_queue queue;
    unsigned weight;
    int64_t since_ms, from_ms;
};

#define ENTRIES_MAX 4

#define S CONN_QUEUE_SILENT
#define H CONN_QUEUE_HANDSHAKE
#define R CONN_QUEUE_REQUEST

static void enter_all(struct conn_queues *queues, struct conn_member *members,
                      const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        members[i].weight = entries[i].weight;
        members[i].displaced_from_ms = entries[i].from_ms;
        conn_queues_enter(queues, &members[i], entries[i].queue, entries[i].since_ms, 10000);
    }
}

static void names_the_one_that_gives_way(void)
{
    static const struct {
        const char *what;
        int displaced; /* -1: nobody */
        unsigned newcomer;
        size_t count;
        struct entry entries[ENTRIES_MAX];
    } rows[] = {
        {"an empty table", -1, 0, 0, {{S, 0, 0, 0}}},
        {"the oldest of a queue", 0, 0, 2, {{S, 0, 100, 1}, {S, 0, 200, 1}}},
        {"the oldest of all queues", 1, 0, 2, {{S, 0, 200, 1}, {H, 0, 100, 1}}},
        {"one of this turn", -1, 0, 1, {{S, 0, 5000, 1}}},
        {"one of this turn that is heavier", -1, 0, 1, {{S, 4, 5000, 1}}},
        {"a young request", -1, 0, 1, {{R, 0, 4001, 1000}}},
        {"a request of that age", 0, 0, 1, {{R, 0, 4000, 1000}}},
        {"who is longest past its age", 1, 0, 2, {{R, 0, 3900, 1000}, {S, 0, 4800, 1}}},
        {"an old request before a silent one", 0, 0, 2, {{R, 0, 3700, 1000}, {S, 0, 4800, 1}}},
        {"the heavier before the older", 1, 0, 2, {{S, 0, 100, 1}, {S, 1, 4000, 1}}},
        {"the heaviest of all", 2, 0, 3, {{S, 0, 1, 1}, {S, 2, 90, 1}, {R, 4, 4000, 1000}}},
        {"a young request of a heavier", 0, 0, 1, {{R, 1, 4990, 1000}}},
        {"of two young ones the older", 1, 0, 2, {{R, 3, 4995, 1000}, {R, 3, 4990, 1000}}},
        {"a newcomer that holds much, and an equal", -1, 3, 1, {{S, 3, 0, 1}}},
        {"and a lighter one", -1, 3, 2, {{S, 0, 0, 1}, {S, 2, 0, 1}}},
        {"and a heavier one", 1, 3, 2, {{S, 0, 0, 1}, {R, 4, 4999, 1000}}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct conn_queues queues = {0};
        struct conn_member members[ENTRIES_MAX] = {{.weight = 0}};
        const struct conn_member newcomer = {.weight = rows[i].newcomer};
        enter_all(&queues, members, rows[i].entries, rows[i].count);
        const struct conn_member *displaced = conn_queues_displaced(&queues, &newcomer, 5000);
        int number = displaced == NULL ? -1 : (int)(displaced - members);
        CHECK(number == rows[i].displaced, "%s: %d", rows[i].what, number);
    }
}

static void never_names_the_newcomer_itself(void)
{
    struct conn_queues queues = {0};
    struct conn_member members[2] = {{.weight = 0}};
    static const struct entry entries[] = {{H, 0, 100, 1}, {H, 0, 200, 1}};
    enter_all(&queues, members, entries, 1);
    CHECK(conn_queues_displaced(&queues, &members[0], 5000) == NULL);
    enter_all(&queues, members, entries, 2);
    CHECK(conn_queues_displaced(&queues, &members[0], 5000) == &members[1]);
    CHECK(conn_queues_displaced(&queues, &members[1], 5000) == &members[0]);
    conn_queues_leave(&members[1]);
    CHECK(conn_queues_displaced(&queues, &members[0], 5000) == NULL);
}

static void weighs_a_network_by_what_it_holds(void)
{
    static const struct {
        unsigned connections;
        size_t slots;
        unsigned weight;
    } rows[] = {
        {0, 10000, 0},   {1, 10000, 0},   {7, 10000, 0},
        {8, 10000, 1},   {31, 10000, 1},  {32, 10000, 2},
        {128, 10000, 3}, {512, 10000, 4}, {UINT32_MAX, 10000, 4},
        {1, 10, 0},      {2, 10, 1},      {8, 10, 2},
        {5, 80, 1},      {4, 80, 0},      {1, 1, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(conn_queues_weight(rows[i].connections, rows[i].slots) == rows[i].weight, "%u of %zu",
              rows[i].connections, rows[i].slots);
}

static void each_is_due_in_its_time_whatever_its_queue_and_weight(void)
{
    struct conn_queues queues = {0};
    struct conn_member members[CONN_QUEUE_COUNT * CONN_QUEUES_WEIGHTS] = {{.weight = 0}};
    const int count = CONN_QUEUE_COUNT * CONN_QUEUES_WEIGHTS;
    CHECK(conn_queues_wait_ms(&queues, 0, -1) == -1 && conn_queues_any(&queues) == NULL);
    for (int i = 0; i < count; i++) {
        members[i].weight = (unsigned)(i / CONN_QUEUE_COUNT);
        conn_queues_enter(&queues, &members[i], (enum conn_queue)(i % CONN_QUEUE_COUNT), i, 100);
    }
    for (int i = 0; i < count; i++) {
        CHECK(conn_queues_wait_ms(&queues, i, -1) == 100, "%d", i);
        CHECK(conn_queues_due(&queues, i + 99) == NULL, "%d", i);
        CHECK(conn_queues_due(&queues, i + 100) == &members[i], "%d", i);
        conn_queues_leave(&members[i]);
    }
    CHECK(conn_queues_any(&queues) == NULL && conn_queues_wait_ms(&queues, 0, 7) == 7);
}

static const struct test tests[] = {
    TEST(names_the_one_that_gives_way),
    TEST(never_names_the_newcomer_itself),
    TEST(weighs_a_network_by_what_it_holds),
    TEST(each_is_due_in_its_time_whatever_its_queue_and_weight),
};

TEST_MAIN(tests)
