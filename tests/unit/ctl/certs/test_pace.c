/* SPDX-License-Identifier: ISC */
/* test_pace: orders in a sliding hour, and hosts that wait, across loads of the file. */
#include "ctl/certs/pace.h"

#include <unistd.h>

#include "test.h"

#define NOW INT64_C(1800000000)

static char directory[] = "/tmp/test_pace.XXXXXX";
static struct error why;

static void write_state(const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/pace.json", directory);
    FILE *out = fopen(path, "w");
    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0)
        abort();
}

static void remove_state(void)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/pace.json", directory);
    unlink(path);
}

static void at_most_so_many_orders_are_made_in_any_hour(void)
{
    struct pace pace;
    char text[200];
    static const struct {
        unsigned per_hour;
        size_t index;
        int64_t wait;
    } rows[] = {
        /* Two were made: 50 and 10 minutes ago. */
        {1, 0, 3000},   {1, 1, 6600},    {1, 2, 10200},   {2, 0, 600},        {2, 1, 3000},
        {2, 2, 4200},   {2, 3, 6600},    {3, 0, 0},       {3, 1, 600},        {3, 2, 3000},
        {3, 3, 3600},   {3, 4, 4200},    {90, 87, 0},     {90, 88, 600},      {90, 89, 3000},
        {90, 90, 3600}, {90, 177, 3600}, {90, 178, 4200}, {100000, 99997, 0},
    };
    snprintf(text, sizeof(text), "{\"orders\":[%lld,%lld],\"hosts\":{}}", (long long)(NOW - 3000),
             (long long)(NOW - 600));
    write_state(text);
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 2, "%zu", pace_recent(&pace));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t wait = pace_order_at(&pace, rows[i].per_hour, NOW, rows[i].index) - NOW;
        CHECK(wait == rows[i].wait, "row %zu: %lld", i, (long long)wait);
    }
    pace_free(&pace);
    remove_state();
}

static void orders_older_than_an_hour_or_of_a_wrong_clock_are_forgotten(void)
{
    struct pace pace;
    char text[200];
    snprintf(text, sizeof(text),
             "{\"orders\":[%lld,%lld,%lld],\"hosts\":{\"a\":{\"failures\":2,\"next_try\":%lld}}}",
             (long long)(NOW - 3600), (long long)(NOW - 3599), (long long)(NOW + 5),
             (long long)(NOW + 90000));
    write_state(text);
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 1, "%zu", pace_recent(&pace));
    CHECK(pace_next_try(&pace, "a") == 0, "waits for more than a day");
    pace_free(&pace);
    remove_state();
}

static void a_host_waits_ten_minutes_doubled_to_a_day(void)
{
    static const int64_t minutes[] = {10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440};
    for (unsigned i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++)
        CHECK(pace_wait_s(i + 1) == minutes[i] * 60, "%u: %lld", i, (long long)pace_wait_s(i + 1));
    CHECK(pace_wait_s(1000) == 86400, "%lld", (long long)pace_wait_s(1000));
}

static void what_was_noted_is_there_after_the_next_load(void)
{
    struct pace pace;
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_note_order(&pace, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_note_failure(&pace, "a", NOW, "because", &why) == 0, "%s", why.text);
    CHECK(pace_note_failure(&pace, "a", NOW + 600, "again \xff", &why) == 0, "%s", why.text);
    CHECK(pace_note_failure(&pace, "b", NOW, "because", &why) == 0, "%s", why.text);
    CHECK(pace_note_success(&pace, "b", &why) == 0, "%s", why.text);
    CHECK(pace_note_success(&pace, "c", &why) == 0, "%s", why.text);
    pace_free(&pace);

    CHECK(pace_load(&pace, directory, NOW + 700, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 1, "%zu", pace_recent(&pace));
    CHECK(pace_failures(&pace, "a") == 2, "%u", pace_failures(&pace, "a"));
    CHECK(pace_next_try(&pace, "a") == NOW + 600 + 1200, "%lld",
          (long long)pace_next_try(&pace, "a"));
    CHECK(pace_next_try(&pace, "b") == 0 && pace_failures(&pace, "b") == 0, "b waits");
    pace_free(&pace);
    remove_state();
}

static void a_file_that_is_something_else_is_refused(void)
{
    static const char *const rows[] = {"",
                                       "{",
                                       "[]",
                                       "{\"orders\":[]}",
                                       "{\"orders\":1,\"hosts\":{}}",
                                       "null",
                                       "\xff",
                                       "{\"orders\":[],\"hosts\":[]}"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pace pace;
        write_state(rows[i]);
        CHECK(pace_load(&pace, directory, NOW, &why) != 0, "%s", rows[i]);
        CHECK(strstr(why.text, "pace.json: this is not") != NULL, "%s", why.text);
    }
    remove_state();
}

static void odd_values_of_the_right_shape_do_no_harm(void)
{
    struct pace pace;
    write_state("{\"orders\":[\"x\",null,-1,9223372036854775807],"
                "\"hosts\":{\"a\":1,\"b\":{\"failures\":\"x\"},\"c\":{\"failures\":-3}}}");
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 0, "%zu", pace_recent(&pace));
    CHECK(pace_next_try(&pace, "a") == 0 && pace_failures(&pace, "c") == 0, "they count");
    pace_free(&pace);
    remove_state();
}

static const struct test tests[] = {
    TEST(at_most_so_many_orders_are_made_in_any_hour),
    TEST(orders_older_than_an_hour_or_of_a_wrong_clock_are_forgotten),
    TEST(a_host_waits_ten_minutes_doubled_to_a_day),
    TEST(what_was_noted_is_there_after_the_next_load),
    TEST(a_file_that_is_something_else_is_refused),
    TEST(odd_values_of_the_right_shape_do_no_harm),
};

int main(void)
{
    if (mkdtemp(directory) == NULL)
        abort();
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    rmdir(directory);
    return status;
}
