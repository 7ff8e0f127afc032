/* SPDX-License-Identifier: ISC */
/* test_turns: who is next, and who comes again. */
#include "ctl/certs/turns.h"

#include "test.h"

static struct plan_step steps[4] = {
    {.order_at = 0}, {.order_at = 1}, {.order_at = 2}, {.order_at = 3, .waits = true}};
static const struct plan plan = {.steps = steps, .count = 4, .waiting = 1};

static void each_has_one_turn_in_the_order_of_the_plan_but_those_that_wait(void)
{
    struct turns turns;
    CHECK(turns_open(&turns, &plan, NULL) == 0);
    for (size_t i = 0; i < 3; i++) {
        struct turn *turn = turns_next(&turns, 0);
        CHECK(turn != NULL && turn->step == &steps[i], "%zu", i);
    }
    CHECK(turns_next(&turns, 1000000) == NULL);
    turns_close(&turns);
}

static void what_may_pass_gets_three_more_turns_after_2_5_and_10_seconds(void)
{
    struct turns turns;
    CHECK(turns_open(&turns, &plan, NULL) == 0);
    int64_t now = 5000;
    struct turn *turn = turns_next(&turns, now);
    static const int64_t pauses[] = {2000, 5000, 10000};
    for (size_t i = 0; i < 3; i++) {
        CHECK(turns_again(&turns, turn, true, 0, now) && turns.parked == 1);
        if (i == 0) { /* the others are not held up */
            CHECK(turns_next(&turns, now)->step == &steps[1]);
            CHECK(turns_next(&turns, now)->step == &steps[2]);
        }
        now += pauses[i];
        CHECK(turns_next(&turns, now - 1) == NULL);
        CHECK(turns_next(&turns, now) == turn && turns.parked == 0);
    }
    CHECK(!turns_again(&turns, turn, true, 0, now) && turns.parked == 0);
    CHECK(turns_next(&turns, now + 100000) == NULL);
    turns_close(&turns);
}

static void what_takes_its_time_is_not_tried_beyond_its_patience(void)
{
    struct turns turns;
    CHECK(turns_open(&turns, &plan, NULL) == 0);
    struct turn *turn = turns_next(&turns, 0);
    CHECK(turns_again(&turns, turn, true, 0, 10000));
    CHECK(turns_next(&turns, 12000) == turn);
    CHECK(!turns_again(&turns, turn, true, 0, 10000 + TURNS_PATIENCE_MS));
    turns_close(&turns);
}

static void what_cannot_pass_gets_another_turn_only_where_somebody_waits(void)
{
    struct turns turns;
    CHECK(turns_open(&turns, &plan, NULL) == 0);
    struct turn *turn = turns_next(&turns, 0);
    CHECK(!turns_again(&turns, turn, false, 0, 0));
    turn = turns_next(&turns, 0);
    int64_t now = 0;
    unsigned count = 0;
    while (turns_again(&turns, turn, false, 60000, now)) {
        now = turn->again_ms;
        CHECK(turns_next(&turns, now) == turn || count == 0);
        count++;
        if (count == 1)
            CHECK(turns_next(&turns, now) != NULL);
    }
    CHECK(count == 7 && now == 57000, "%u turns until %lld", count, (long long)now);
    turns_close(&turns);
}

static const struct test tests[] = {
    TEST(each_has_one_turn_in_the_order_of_the_plan_but_those_that_wait),
    TEST(what_may_pass_gets_three_more_turns_after_2_5_and_10_seconds),
    TEST(what_takes_its_time_is_not_tried_beyond_its_patience),
    TEST(what_cannot_pass_gets_another_turn_only_where_somebody_waits),
};

TEST_MAIN(tests)
