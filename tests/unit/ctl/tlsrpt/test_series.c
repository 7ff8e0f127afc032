/* SPDX-License-Identifier: ISC */
/* test_series: days to bytes of the store and back, sums of weeks, and bytes that are refused. */
#include "ctl/tlsrpt/series.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

#define MONDAY 20423 /* 2025-12-01 */

static struct series_day success(int day, int64_t sessions)
{
    return (struct series_day){.day = day,
                               .days = 1,
                               .has_mode = true,
                               .mode = POLICY_MODE_ENFORCE,
                               .reports = 1,
                               .domain_reports = 1,
                               .kind_reports = 1,
                               .entries = 1,
                               .successes = sessions,
                               .evidence = sessions};
}

static struct series_day failure(int day, int64_t sessions)
{
    return (struct series_day){.day = day, .days = 1, .failures = sessions};
}

/* Through the bytes, which must be those of the second time as well. */
static void pass_through_bytes(struct series *series)
{
    unsigned char *first, *second;
    size_t length, again;
    CHECK(series_encode(&first, &length, series, NULL) == 0);
    CHECK(series_decode(series, first, length, NULL) == 0);
    CHECK(series_encode(&second, &again, series, NULL) == 0);
    CHECK(length == again && memcmp(first, second, length) == 0);
    free(first);
    free(second);
}

static void numbers_come_back_from_bytes(void)
{
    const struct series_day odd = {.day = MONDAY + 9,
                                   .days = 1,
                                   .reports = 3,
                                   .domain_reports = 200,
                                   .kind_reports = 0,
                                   .entries = SERIES_COUNT_MAX,
                                   .successes = SERIES_COUNT_MAX,
                                   .evidence = 127};
    struct series series = {0};
    struct series_day days[] = {success(MONDAY + 7, 300), failure(MONDAY + 8, 1)};
    CHECK(series_add(&series, &odd, 0, NULL) == 0);
    CHECK(series_add(&series, &days[1], 0, NULL) == 0);
    CHECK(series_add(&series, &days[0], 0, NULL) == 0);
    pass_through_bytes(&series);
    CHECK(series.count == 3 && series.items[0].successes == 300 && series.items[0].entries == 1);
    CHECK(series.items[0].mode == POLICY_MODE_ENFORCE && series.items[0].evidence == 300);
    CHECK(series.items[1].failures == 1 && series.items[1].entries == 0);
    CHECK(series.items[2].day == odd.day && series.items[2].reports == 3 &&
          series.items[2].domain_reports == 200 && series.items[2].entries == SERIES_COUNT_MAX &&
          series.items[2].successes == SERIES_COUNT_MAX && series.items[2].evidence == 127);
    series_free(&series);
}

static void days_become_weeks_and_know_their_days(void)
{
    struct series series = {0};
    for (int day = MONDAY - 3; day < MONDAY + 10; day += 2) {
        struct series_day item = success(day, 10);
        CHECK(series_add(&series, &item, 0, NULL) == 0);
    }
    CHECK(series_week(MONDAY) == MONDAY && series_week(MONDAY + 6) == MONDAY);
    CHECK(!series_fold(&series, MONDAY - 7, 0) && series.count == 7);
    CHECK(series_fold(&series, MONDAY + 7, 0));
    CHECK(!series_fold(&series, MONDAY + 7, 0));
    pass_through_bytes(&series);
    CHECK(series.count == 4 && series.items[0].is_week && !series.items[2].is_week);
    CHECK(series.items[0].day == MONDAY - 7 && series_first(&series.items[0]) == MONDAY - 3 &&
          series_last(&series.items[0]) == MONDAY - 1 && series.items[0].days == 0x50);
    CHECK(series.items[1].successes == 30 && series.items[1].reports == 3 &&
          series_first(&series.items[1]) == MONDAY + 1);
    /* A late report of a day that is in a week already. */
    struct series_day late = success(MONDAY, 5);
    CHECK(series_add(&series, &late, MONDAY + 7, NULL) == 0 && series.count == 4);
    CHECK(series.items[1].successes == 35 && series_first(&series.items[1]) == MONDAY);
    CHECK(series_fold(&series, MONDAY + 7, MONDAY) && series.count == 3);
    series_free(&series);
}

static void what_is_taken_back_leaves_nothing(void)
{
    struct series series = {0};
    struct series_day day = success(MONDAY, 10), back = success(MONDAY, -10);
    back.reports = back.domain_reports = back.kind_reports = back.entries = -1;
    CHECK(series_add(&series, &day, 0, NULL) == 0 && series.count == 1);
    CHECK(series_add(&series, &back, 0, NULL) == 0 && series.count == 0);
    CHECK(series_add(&series, &back, 0, NULL) == 0 && series.count == 0);
    series_free(&series);
}

static void bytes_that_it_does_not_write_are_refused(void)
{
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {
        {"", 0},
        {"\xc7", 1},                                          /* ends within a number */
        {"\xc7\x9f\x01", 3},                                  /* no bits */
        {"\xc7\x9f\x01\x50", 4},                              /* no sessions */
        {"\xc7\x9f\x81\x00\x50\x05", 6},                      /* a number with a needless byte */
        {"\x05\x50\x05", 3},                                  /* the year 1970 */
        {"\xc7\x9f\x7f\x50\x05", 5},                          /* far ahead */
        {"\xc7\x9f\x01\x70\x05", 5},                          /* ONE and NONE */
        {"\xc7\x9f\x01\x54\x05", 5},                          /* a mode, and no mode */
        {"\xc7\x9f\x01\x5e\x05", 5},                          /* the fourth mode */
        {"\xc7\x9f\x01\x51\x00\x05", 6},                      /* a week without days */
        {"\xc8\x9f\x01\x51\x01\x05", 6},                      /* a week that begins on a Tuesday */
        {"\xc7\x9f\x01\x50\x05\x00\x50\x05", 8},              /* the same day twice */
        {"\xc7\x9f\x01\x51\x01\x05\x06\x50\x05", 9},          /* a day of the week before */
        {"\xc7\x9f\x01\xff\xff\xff\xff\xff\xff\xff\x7f", 11}, /* bits beyond all */
    };
    static const unsigned char right[] = "\xc7\x9f\x01\x50\x05";
    struct series series = {0};
    CHECK(series_decode(&series, right, sizeof(right) - 1, NULL) == 0 && series.count == 1 &&
          series.items[0].day == MONDAY && series.items[0].successes == 5);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error why;
        CHECK(series_decode(&series, (const unsigned char *)rows[i].bytes, rows[i].length, &why) !=
              0);
        CHECK(series.count == 0 && why.text[0] != '\0');
    }
    series_free(&series);
}

static const struct test tests[] = {
    TEST(numbers_come_back_from_bytes),
    TEST(days_become_weeks_and_know_their_days),
    TEST(what_is_taken_back_leaves_nothing),
    TEST(bytes_that_it_does_not_write_are_refused),
};

int main(void)
{
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
