/* SPDX-License-Identifier: ISC */
/* test_told: a host in trouble for months, hour by hour; trouble that begins and ends. */
#include "ctl/base/told.h"

#include <unistd.h>

#include "common/cert/due.h"

#include "test.h"

#define HOUR INT64_C(3600)
#define DAY  INT64_C(86400)
#define NOW  INT64_C(1800000000)

static char directory[] = "/tmp/test_told.XXXXXX";
static struct error why;

static void reload(struct told *told, int64_t now)
{
    told_forget(told, now);
    CHECK(told_save(told, &why) == 0, "%s", why.text);
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
    told_forget(&told, NOW + 3 * DAY);
    CHECK(told_save(&told, &why) == 0 && json_object_size(told.root) == 0);
    unlink(told.path);
    told_free(&told);
}

static enum told_news see(struct told *told, int stage, bool passes, int64_t now)
{
    const struct told_trouble trouble = {"a b", stage, passes, "X1", "what is wrong"};
    int64_t since = 0;
    enum told_news news = told_see(told, &trouble, now, &since);
    CHECK(since >= NOW && since <= now, "since %lld", (long long)since);
    return news;
}

static bool note_over(void *context, const struct told_entry *entry)
{
    *(struct told_entry *)context = *entry;
    return strcmp(entry->rule, "X1") == 0 && strcmp(entry->text, "what is wrong") == 0;
}

static void it_is_said_when_it_begins_gets_worse_and_ends_and_not_in_between(void)
{
    struct told told;
    struct told_entry over = {0};
    static const struct {
        int stage;
        enum told_news news;
    } rows[] = {
        {1, TOLD_BEGAN},  {1, TOLD_BEFORE}, {1, TOLD_BEFORE}, {2, TOLD_WORSE},
        {2, TOLD_BEFORE}, {1, TOLD_BEFORE}, {2, TOLD_WORSE},
    };
    CHECK(told_load(&told, directory, &why) == 0, "%s", why.text);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK(see(&told, rows[i].stage, false, NOW + (int64_t)i) == rows[i].news, "row %zu", i);
        told_sweep(&told, note_over, &over);
        CHECK(!over.is_said, "row %zu: it was seen, and so is not over", i);
        CHECK(told_save(&told, &why) == 0, "%s", why.text);
        told_free(&told);
        CHECK(told_load(&told, directory, &why) == 0, "%s", why.text);
    }
    told_sweep(&told, note_over, &over);
    CHECK(over.is_said && over.since == NOW && over.stage == 2);
    CHECK(json_object_size(told.root) == 0);
    CHECK(see(&told, 1, false, NOW + 100) == TOLD_BEGAN);
    unlink(told.path);
    told_free(&told);
}

static void what_may_pass_is_said_when_the_next_run_sees_it_too(void)
{
    struct told told;
    struct told_entry over = {0};
    CHECK(told_load(&told, directory, &why) == 0, "%s", why.text);
    CHECK(see(&told, 2, true, NOW) == TOLD_NOT_YET);
    CHECK(told_save(&told, &why) == 0, "%s", why.text);
    told_free(&told);
    CHECK(told_load(&told, directory, &why) == 0, "%s", why.text);
    CHECK(see(&told, 2, true, NOW + 1) == TOLD_BEGAN);
    CHECK(told_save(&told, &why) == 0, "%s", why.text);
    told_free(&told);
    CHECK(told_load(&told, directory, &why) == 0, "%s", why.text);
    told_sweep(&told, note_over, &over);
    CHECK(over.is_said && see(&told, 2, true, NOW + 2) == TOLD_NOT_YET);
    json_object_clear(told.seen);
    told_sweep(&told, note_over, &over);
    CHECK(!over.is_said, "it was never told");
    unlink(told.path);
    told_free(&told);
}

static const struct test tests[] = {
    TEST(in_a_hundred_days_it_is_said_each_hour_of_one_and_then_once_a_day),
    TEST(each_worse_stage_is_said_at_once),
    TEST(a_clock_that_was_wrong_silences_nothing),
    TEST(a_file_that_is_something_else_is_as_good_as_none),
    TEST(it_is_said_when_it_begins_gets_worse_and_ends_and_not_in_between),
    TEST(what_may_pass_is_said_when_the_next_run_sees_it_too),
};

int main(void)
{
    if (mkdtemp(directory) == NULL)
        abort();
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    rmdir(directory);
    return status;
}
