/* SPDX-License-Identifier: ISC */
/* test_coverage: gaps of logs, and what may be held because of them. */
#include "ctl/seen/coverage.h"

#include "ctl/seen/fetchqueue.h"
#include "ctl/seen/mxday.h"
#include "test.h"

#define NOW INT64_C(1800000000)
#define RUN 7

static const unsigned char here[LOGLINE_ID_BYTES] = "present..";
static const unsigned char old[LOGLINE_ID_BYTES] = "older....";
static const unsigned char set[LOGLINE_ID_BYTES] = "policies.";

static int64_t add(struct coverage *coverage, const struct logline *line)
{
    int64_t when = 0;
    CHECK(coverage_add(coverage, line, &when, NULL) == 0);
    return when;
}

static struct logline fetch(int64_t ago, uint64_t number, const unsigned char *id)
{
    struct logline line = {.kind = LOGLINE_FETCH, .time = NOW - ago, .run = RUN, .number = number};
    line.domain = span_of("example.com");
    line.max_age = 1000;
    line.mode = POLICY_MODE_ENFORCE;
    memcpy(line.id, id, LOGLINE_ID_BYTES);
    return line;
}

static struct logline mark(int64_t ago, uint64_t number, enum logline_cause cause)
{
    struct logline line = {.kind = LOGLINE_MARK, .time = NOW - ago, .run = RUN, .number = number};
    line.cause = cause;
    line.is_on = true;
    line.has_policies = true;
    memcpy(line.id, set, LOGLINE_ID_BYTES);
    return line;
}

/* The numbers come in this order, a second apart; returns how many lines are missing. */
static uint64_t missing_of(const uint64_t *numbers, size_t count)
{
    struct coverage coverage = {.now = NOW};
    uint64_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        struct logline line = fetch((int64_t)(count - i), numbers[i], here);
        add(&coverage, &line);
    }
    CHECK(coverage_finish(&coverage, NULL) == 0);
    for (size_t i = 0; i < coverage.gaps.count; i++)
        missing += coverage.gaps.items[i].lines;
    coverage_free(&coverage);
    return missing;
}

static void counts_the_lines_that_are_missing(void)
{
    static const struct {
        uint64_t numbers[8];
        size_t count;
        uint64_t missing;
    } rows[] = {
        {{1, 2, 3, 4}, 4, 0},
        {{2, 1, 4, 3}, 4, 0},
        {{4, 3, 2, 1}, 4, 0},
        {{1, 1, 2, 2}, 4, 0},
        {{1, 3, 4}, 3, 1},
        {{2, 3, 4}, 3, 1},
        {{1, 2, 5, 9}, 4, 5},
        {{1, 2, 66}, 3, 63},
        {{1, 2, 67, 3}, 4, 64}, /* the last comes too late */
        {{1, 2, 1000, 1001}, 4, 997},
        {{1, 1000, 2}, 3, 998},
        {{500, 501, 502}, 3, 0}, /* the beginning is not there, which is no gap between lines */
        {{500, 502}, 2, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t missing = missing_of(rows[i].numbers, rows[i].count);
        CHECK(missing == rows[i].missing, "row %zu: %llu", i, (unsigned long long)missing);
    }
}

static void a_line_that_is_very_late_is_missing(void)
{
    uint64_t numbers[200];
    for (size_t i = 0; i < 200; i++)
        numbers[i] = i + 1 + (i >= 50);
    CHECK(missing_of(numbers, 200) == 1);
    numbers[100] = 51; /* in place of 102, which is missing then */
    CHECK(missing_of(numbers, 200) == 1);
    numbers[199] = 52; /* again */
    CHECK(missing_of(numbers, 200) == 1);
}

static void a_time_is_never_before_an_earlier_one_or_after_now(void)
{
    struct coverage coverage = {.now = NOW};
    struct logline line = fetch(1000, 1, here);
    CHECK(add(&coverage, &line) == NOW - 1000);
    line = fetch(1100, 2, here); /* threads and clocks of several servers */
    CHECK(add(&coverage, &line) == NOW - 1000 && coverage.gaps.count == 0);
    line = fetch(100000, 3, here);
    CHECK(add(&coverage, &line) == NOW - 1000);
    line = fetch(500, 4, here);
    CHECK(add(&coverage, &line) == NOW - 500 && coverage.gaps.count == 1);
    line = fetch(-100000, 5, here);
    CHECK(add(&coverage, &line) == NOW);
    CHECK(coverage_next_log(&coverage, NULL) == 0);
    line = fetch(2000, 6, here);
    CHECK(add(&coverage, &line) == NOW - 2000);
    coverage_free(&coverage);
}

static void the_marks_say_since_when_the_policies_are_served(void)
{
    struct coverage coverage = {.now = NOW};
    struct logline line = mark(9000, 1, LOGLINE_START);
    line.id[0] = 'x';
    add(&coverage, &line);
    line = mark(5000, 2, LOGLINE_RELOAD);
    add(&coverage, &line);
    line = mark(1000, 3, LOGLINE_HOUR);
    add(&coverage, &line);
    CHECK(coverage_finish(&coverage, NULL) == 0);
    CHECK(coverage_served_since(&coverage, set) == NOW - 5000);
    CHECK(coverage_served_since(&coverage, here) == 0);
    coverage_free(&coverage);
}

/* ---- The answer. */

static struct mxday answer_to(const struct logline *lines, size_t count)
{
    struct coverage coverage = {.now = NOW};
    struct lastseen lastseen = {0};
    struct fetchqueue queue = {.to = &lastseen};
    struct mxday answer;
    for (size_t i = 0; i < count; i++) {
        int64_t when = add(&coverage, &lines[i]);
        if (lines[i].kind == LOGLINE_FETCH)
            CHECK(fetchqueue_add(&queue, &lines[i], when, NULL) == 0);
    }
    CHECK(fetchqueue_finish(&queue, NULL) == 0);
    CHECK(coverage_finish(&coverage, NULL) == 0);
    const struct mxday_question question = {
        .coverage = &coverage,
        .lastseen = &lastseen,
        .domain = lastseen_find(&lastseen, "example.com"),
        .present = here,
        .max_age = 1000,
        .served_since = coverage_served_since(&coverage, set),
    };
    mxday_make(&answer, &question);
    answer.gap = NULL; /* they end here */
    answer.policy = NULL;
    coverage_free(&coverage);
    lastseen_free(&lastseen);
    return answer;
}

#define ANSWER(...)                                                                                \
    answer_to((const struct logline[]){__VA_ARGS__},                                               \
              sizeof((const struct logline[]){__VA_ARGS__}) / sizeof(struct logline))

static void a_whole_log_is_believed(void)
{
    struct mxday answer =
        ANSWER(mark(6000, 1, LOGLINE_START), fetch(800, 2, old), fetch(500, 3, here));
    CHECK(answer.kind == MXDAY_LATER && answer.until == NOW + 200);
    CHECK(answer.day % 86400 == 0 && answer.day >= answer.until);
    CHECK(answer.day < answer.until + 86400);
    answer = ANSWER(mark(6000, 1, LOGLINE_START), fetch(2000, 2, old), fetch(500, 3, here));
    CHECK(answer.kind == MXDAY_NOW && answer.until == NOW - 1000);
}

static void in_a_gap_the_change_counts(void)
{
    struct mxday answer =
        ANSWER(mark(6000, 1, LOGLINE_START), fetch(2000, 2, old), fetch(500, 4, here));
    CHECK(answer.kind == MXDAY_LATER && answer.until == NOW + 500);
    /* After the change, too. */
    answer = ANSWER(mark(6000, 1, LOGLINE_START), fetch(2000, 2, old), fetch(500, 3, here),
                    fetch(100, 5, here));
    CHECK(answer.kind == MXDAY_LATER && answer.until == NOW + 500);
}

static void what_was_served_again_is_not_replaced(void)
{
    struct mxday answer = ANSWER(fetch(2000, 1, old), fetch(1500, 2, here), fetch(100, 3, old));
    CHECK(answer.kind == MXDAY_SERVED && answer.until == NOW + 1000);
}

static void a_log_that_begins_late_is_waited_for(void)
{
    struct mxday answer = ANSWER(mark(700, 1, LOGLINE_START), fetch(500, 2, here));
    CHECK(answer.kind == MXDAY_LATER && answer.until == NOW + 300);
    answer = ANSWER(mark(1700, 1, LOGLINE_START), fetch(500, 2, here));
    CHECK(answer.kind == MXDAY_NOW);
}

static const struct test tests[] = {
    TEST(counts_the_lines_that_are_missing),
    TEST(a_line_that_is_very_late_is_missing),
    TEST(a_time_is_never_before_an_earlier_one_or_after_now),
    TEST(the_marks_say_since_when_the_policies_are_served),
    TEST(a_whole_log_is_believed),
    TEST(in_a_gap_the_change_counts),
    TEST(what_was_served_again_is_not_replaced),
    TEST(a_log_that_begins_late_is_waited_for),
};

TEST_MAIN(tests)
