/* SPDX-License-Identifier: ISC */
/* test_due: lifetimes of 90, 45 and 6 days in tables. */
#include "common/cert/due.h"

#include "test.h"

#define DAY  INT64_C(86400)
#define HOUR INT64_C(3600)

static void is_due_with_a_third_of_the_lifetime_left_or_half_if_under_ten_days(void)
{
    static const struct {
        int64_t lifetime;
        int64_t left; /* when it becomes due */
    } rows[] = {
        {90 * DAY, 30 * DAY},
        {45 * DAY, 15 * DAY},
        {6 * DAY, 3 * DAY},
        {10 * DAY, 10 * DAY / 3},
        {10 * DAY - 2, 5 * DAY - 1},
        {398 * DAY, 398 * DAY / 3},
        {120, 60},
        {0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t start = 1700000000;
        int64_t end = start + rows[i].lifetime;
        CHECK(end - due_at(start, end) == rows[i].left, "%lld: %lld", (long long)rows[i].lifetime,
              (long long)(end - due_at(start, end)));
    }
}

static void warns_below_a_quarter_and_is_an_error_below_an_eighth(void)
{
    static const struct {
        int64_t lifetime;
        int64_t left;
        enum due_health health;
    } rows[] = {
        {90 * DAY, 90 * DAY, DUE_FINE},
        {90 * DAY, 22 * DAY + 12 * HOUR, DUE_FINE},
        {90 * DAY, 22 * DAY + 12 * HOUR - 1, DUE_WARNING},
        {90 * DAY, 11 * DAY + 6 * HOUR, DUE_WARNING},
        {90 * DAY, 11 * DAY + 6 * HOUR - 1, DUE_ERROR},
        {45 * DAY, 11 * DAY + 6 * HOUR, DUE_FINE},
        {45 * DAY, 11 * DAY + 6 * HOUR - 1, DUE_WARNING},
        {45 * DAY, 5 * DAY + 15 * HOUR - 1, DUE_ERROR},
        {6 * DAY, 36 * HOUR, DUE_FINE},
        {6 * DAY, 36 * HOUR - 1, DUE_WARNING},
        {6 * DAY, 18 * HOUR, DUE_WARNING},
        {6 * DAY, 18 * HOUR - 1, DUE_ERROR},
        {6 * DAY, 0, DUE_ERROR},
        {6 * DAY, -1, DUE_ERROR},
        {6 * DAY, 6 * DAY + 1, DUE_ERROR}, /* not valid yet */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t end = 1700000000 + rows[i].lifetime;
        struct error why = {.text = ""};
        enum due_health health = due_judge(1700000000, end, end - rows[i].left, &why);
        CHECK(health == rows[i].health, "row %zu: %d", i, (int)health);
        CHECK((why.text[0] != '\0') == (health != DUE_FINE), "row %zu: %s", i, why.text);
    }
}

static void its_end_has_three_stages(void)
{
    static const struct {
        int64_t left;
        enum due_stage stage;
    } rows[] = {
        {80, DUE_STAGE_GOOD},    {20, DUE_STAGE_GOOD},    {19, DUE_STAGE_QUARTER},
        {10, DUE_STAGE_QUARTER}, {9, DUE_STAGE_EIGHTH},   {1, DUE_STAGE_EIGHTH},
        {0, DUE_STAGE_REFUSED},  {-1, DUE_STAGE_REFUSED}, {81, DUE_STAGE_REFUSED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum due_stage stage = due_stage(0, 80, 80 - rows[i].left);
        CHECK(stage == rows[i].stage, "row %zu: %d", i, (int)stage);
    }
}

static void a_host_without_a_certificate_comes_first_then_the_first_to_expire(void)
{
    static const struct due_host rows[] = {
        {"mta-sts.a.example", false, 0},
        {"mta-sts.z.example", false, 99}, /* what it has cannot be used: its end does not count */
        {"mta-sts.y.example", true, 100},
        {"mta-sts.a.example", true, 200},
        {"mta-sts.b.example", true, 200},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t other = 0; other < sizeof(rows) / sizeof(rows[0]); other++) {
            int result = due_compare(&rows[i], &rows[other]);
            CHECK((result < 0) == (i < other) && (result == 0) == (i == other), "%zu %zu: %d", i,
                  other, result);
        }
    }
}

static const struct test tests[] = {
    TEST(is_due_with_a_third_of_the_lifetime_left_or_half_if_under_ten_days),
    TEST(warns_below_a_quarter_and_is_an_error_below_an_eighth),
    TEST(its_end_has_three_stages),
    TEST(a_host_without_a_certificate_comes_first_then_the_first_to_expire),
};

TEST_MAIN(tests)
