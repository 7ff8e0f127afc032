/* SPDX-License-Identifier: ISC */
/* test_told: a host in trouble for months, hour by hour. */
#include "ctl/certs/told.h"

#include <unistd.h>

#include "test.h"

#define HOUR INT64_C(3600)
#define DAY  INT64_C(86400)
#define NOW  INT64_C(1800000000)

static char directory[] = "/tmp/test_told.XXXXXX";
static struct error why;

static void reload(struct told *told, int64_t now)
{
    CHECK(told_save(told, now, &why) == 0, "%s", why.text);
    told_free(told);
    CHECK(told_load(told, directory, &why) == 0, "%s", why.text);
}

static void in_a_hundred_days_it_is_said_each_hour_of_one_and_then_once_a_day(void)
{
    struct told told;
    unsigned said = 0;
    CHECK(told_load(&told, directory, &why) == 0, "%s", why.text);
    for (int hour = 0; hour < 100 * 24; hour++) {
        int64_t now = NOW + hour * HOUR + hour % 40 * 60; /* the timer's random part */
        said += told_note(&told, "a", DUE_STAGE_GOOD, now);
        CHECK(told_is_old(&told, "a", now) == (hour >= 24), "hour %d", hour);
        if (hour % 24 == 0)
            reload(&told, now);
    }
    CHECK(said >= 24 + 98 && said <= 24 + 105, "%u", said);
    told_end(&told, "a");
    CHECK(told_note(&told, "a", DUE_STAGE_GOOD, NOW + 100 * DAY), "new trouble");
    told_free(&told);
}

static void each_worse_stage_is_said_at_once(void)
{
    struct told told;
    static const struct {
        int hours;
        enum due_stage stage;
        bool said;
    } rows[] = {
        {0, DUE_STAGE_GOOD, true},      {23, DUE_STAGE_GOOD, true},
        {24, DUE_STAGE_GOOD, false},    {25, DUE_STAGE_QUARTER, true},
        {26, DUE_STAGE_QUARTER, false}, {27, DUE_STAGE_EIGHTH, true},
        {28, DUE_STAGE_EIGHTH, false},  {29, DUE_STAGE_REFUSED, true},
        {30, DUE_STAGE_REFUSED, false}, {31, DUE_STAGE_GOOD, false}, /* a clock set right */
        {32, DUE_STAGE_QUARTER, true},  {54, DUE_STAGE_QUARTER, false},
        {55, DUE_STAGE_QUARTER, true},
    };
    CHECK(told_load(&told, "/nowhere", &why) == 0, "%s", why.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool said = told_note(&told, "a", rows[i].stage, NOW + rows[i].hours * HOUR);
        CHECK(said == rows[i].said, "row %zu", i);
    }
    told_free(&told);
}

static void a_clock_that_was_wrong_silences_nothing(void)
{
    struct told told;
    CHECK(told_load(&told, "/nowhere", &why) == 0, "%s", why.text);
    told_note(&told, "a", DUE_STAGE_GOOD, NOW + 1000 * DAY);
    for (int hour = 0; hour < 24; hour++)
        CHECK(told_note(&told, "a", DUE_STAGE_GOOD, NOW + hour * HOUR), "hour %d", hour);
    CHECK(!told_note(&told, "a", DUE_STAGE_GOOD, NOW + DAY));
    told_free(&told);
}

static void a_file_that_is_something_else_is_as_good_as_none(void)
{
    struct told told;
    CHECK(told_load(&told, directory, &why) == 0, "%s", why.text);
    FILE *file = fopen(told.path, "w");
    CHECK(file != NULL && fputs("{\"a\": 5, \"b\": {\"since\": \"x\"}}", file) >= 0 &&
          fclose(file) == 0);
    told_free(&told);
    CHECK(told_load(&told, directory, &why) == 0, "%s", why.text);
    CHECK(told_note(&told, "a", DUE_STAGE_GOOD, NOW) && told_note(&told, "b", DUE_STAGE_GOOD, NOW));
    CHECK(told_save(&told, NOW + 3 * DAY, &why) == 0 && json_object_size(told.root) == 0);
    unlink(told.path);
    told_free(&told);
}

static const struct test tests[] = {
    TEST(in_a_hundred_days_it_is_said_each_hour_of_one_and_then_once_a_day),
    TEST(each_worse_stage_is_said_at_once),
    TEST(a_clock_that_was_wrong_silences_nothing),
    TEST(a_file_that_is_something_else_is_as_good_as_none),
};

int main(void)
{
    if (mkdtemp(directory) == NULL)
        abort();
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    rmdir(directory);
    return status;
}
