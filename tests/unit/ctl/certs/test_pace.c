/* SPDX-License-Identifier: ISC */
/* test_pace: orders in a sliding hour, and hosts that wait, across loads of the file. */
#include "ctl/certs/pace.c"

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
    snprintf(
        text, sizeof(text),
        "{\"orders\":[%lld,%lld,%lld,%lld],\"hosts\":{\"a\":{\"failures\":2,\"next_try\":%lld}}}",
        (long long)(NOW - 3600), (long long)(NOW - 3599), (long long)(NOW + 86401),
        (long long)(NOW + 86400), (long long)(NOW + 90000));
    write_state(text);
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 2, "%zu", pace_recent(&pace));
    CHECK(pace_next_try(&pace, "a", 0, NOW) == 0, "waits for more than a day");
    pace_free(&pace);
    remove_state();
}

/* At 90 an hour, what a CA sees when the clock is set back by an hour after each 90. */
static void a_clock_that_is_set_back_forgets_no_order(void)
{
    struct pace pace;
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    for (int i = 0; i < 3; i++)
        CHECK(pace_note_order(&pace, NOW + i, &why) == 0, "%s", why.text);
    pace_free(&pace);
    CHECK(pace_load(&pace, directory, NOW - 3600, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 3, "%zu", pace_recent(&pace));
    CHECK(pace_order_at(&pace, 3, NOW - 3600, 0) == NOW, "%lld",
          (long long)pace_order_at(&pace, 3, NOW - 3600, 0));
    CHECK(pace_keep(&pace, &why) == 0, "%s", why.text);
    pace_free(&pace);
    /* They are an hour old an hour later, though the clock is not yet where it was. */
    CHECK(pace_load(&pace, directory, NOW - 1, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 3, "%zu", pace_recent(&pace));
    pace_free(&pace);
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 0, "%zu", pace_recent(&pace));
    pace_free(&pace);
    remove_state();
}

static void a_host_waits_ten_minutes_doubled_and_never_long_beside_what_is_left(void)
{
    enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };
    static const struct {
        unsigned failures;
        int64_t left; /* of its certificate; 0: it has none */
        int64_t wait;
    } rows[] = {
        {1, 0, 10 * MINUTE},
        {2, 0, 20 * MINUTE},
        {7, 0, 640 * MINUTE},
        {8, 0, 1280 * MINUTE},
        {9, 0, DAY},
        {1000, 0, DAY},
        {9, 30 * DAY, DAY},
        {9, 8 * DAY, DAY},
        {9, 3 * DAY, 9 * HOUR},
        {1, 3 * DAY, 10 * MINUTE},
        {9, 12 * HOUR, 90 * MINUTE},
        {9, 8 * HOUR, HOUR},
        {9, MINUTE, HOUR},
        {9, -1, HOUR},
        {1, -DAY, 10 * MINUTE},
        {1000, -300 * DAY, HOUR},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t end = rows[i].left != 0 ? NOW + rows[i].left : 0;
        int64_t wait = wait_s(rows[i].failures, end, NOW);
        CHECK(wait == rows[i].wait, "row %zu: %lld", i, (long long)wait);
    }
}

static void a_wait_holds_until_its_end_and_not_beyond_what_is_left_then(void)
{
    struct pace pace;
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    for (int i = 0; i < 9; i++)
        CHECK(pace_note_failure(&pace, "a", 0, NOW, "because", &why) == 0, "%s", why.text);
    CHECK(pace_next_try(&pace, "a", 0, NOW) == NOW + 86400, "no certificate");
    CHECK(pace_next_try(&pace, "a", 0, NOW - 1) == 0, "a clock that was set back");
    CHECK(pace_next_try(&pace, "a", NOW + 86400, NOW) == 0, "a restored state");
    CHECK(pace_failures(&pace, "a") == 9 && strcmp(pace_reason(&pace, "a"), "because") == 0);
    pace_free(&pace);
    remove_state();
}

static void a_ca_that_is_away_is_no_hosts_failure_and_known_until_it_answers(void)
{
    struct pace pace;
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_note_away(&pace, "a", &why) == 0, "%s", why.text);
    pace_free(&pace);
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_is_away(&pace, "a") && !pace_is_away(&pace, "b"));
    CHECK(pace_failures(&pace, "a") == 0 && pace_next_try(&pace, "a", 0, NOW) == 0);
    CHECK(pace_note_success(&pace, "b", &why) == 0 && !pace_is_away(&pace, "a"));
    CHECK(pace_note_away(&pace, "a", &why) == 0, "%s", why.text);
    CHECK(pace_note_failure(&pace, "b", 0, NOW, "because", &why) == 0);
    CHECK(!pace_is_away(&pace, "a"));
    pace_free(&pace);
    remove_state();
}

static void what_was_noted_is_there_after_the_next_load(void)
{
    struct pace pace;
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_note_order(&pace, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_note_failure(&pace, "a", 0, NOW, "because", &why) == 0, "%s", why.text);
    CHECK(pace_note_failure(&pace, "a", 0, NOW + 600, "again \xff", &why) == 0, "%s", why.text);
    CHECK(pace_note_failure(&pace, "b", 0, NOW, "because", &why) == 0, "%s", why.text);
    CHECK(pace_note_success(&pace, "b", &why) == 0, "%s", why.text);
    CHECK(pace_note_success(&pace, "c", &why) == 0, "%s", why.text);
    pace_free(&pace);

    CHECK(pace_load(&pace, directory, NOW + 700, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 1, "%zu", pace_recent(&pace));
    CHECK(pace_failures(&pace, "a") == 2, "%u", pace_failures(&pace, "a"));
    CHECK(pace_next_try(&pace, "a", 0, NOW + 700) == NOW + 600 + 1200, "%lld",
          (long long)pace_next_try(&pace, "a", 0, NOW + 700));
    CHECK(pace_next_try(&pace, "b", 0, NOW) == 0 && pace_failures(&pace, "b") == 0, "b waits");
    pace_free(&pace);
    remove_state();
}

static void a_file_that_is_something_else_is_put_aside(void)
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
        CHECK(pace_load(&pace, directory, NOW, &why) == 0 && pace.damaged, "%s", rows[i]);
        CHECK(strstr(pace.damage.text, "pace.json: this is not") != NULL, "%s", pace.damage.text);
        CHECK(pace_recent(&pace) == 0 && pace_put_aside(&pace, &why) == 0, "%s", why.text);
        CHECK(strstr(pace.damage.text, "pace.json.damaged") != NULL, "%s", pace.damage.text);
        CHECK(pace_note_order(&pace, NOW, &why) == 0, "%s", why.text);
        pace_free(&pace);
        CHECK(pace_load(&pace, directory, NOW, &why) == 0 && !pace.damaged, "%s", rows[i]);
        CHECK(pace_recent(&pace) == 1, "%zu", pace_recent(&pace));
        pace_free(&pace);
    }
    remove_state();
    char path[128];
    snprintf(path, sizeof(path), "%s/pace.json.damaged", directory);
    CHECK(unlink(path) == 0, "%s", path);
}

static void odd_values_of_the_right_shape_do_no_harm(void)
{
    struct pace pace;
    write_state("{\"orders\":[\"x\",null,-1,9223372036854775807],"
                "\"hosts\":{\"a\":1,\"b\":{\"failures\":\"x\"},\"c\":{\"failures\":-3}}}");
    CHECK(pace_load(&pace, directory, NOW, &why) == 0, "%s", why.text);
    CHECK(pace_recent(&pace) == 0, "%zu", pace_recent(&pace));
    CHECK(pace_next_try(&pace, "a", 0, NOW) == 0 && pace_failures(&pace, "c") == 0, "they count");
    pace_free(&pace);
    remove_state();
}

static const struct test tests[] = {
    TEST(at_most_so_many_orders_are_made_in_any_hour),
    TEST(orders_older_than_an_hour_or_of_a_wrong_clock_are_forgotten),
    TEST(a_clock_that_is_set_back_forgets_no_order),
    TEST(a_host_waits_ten_minutes_doubled_and_never_long_beside_what_is_left),
    TEST(a_wait_holds_until_its_end_and_not_beyond_what_is_left_then),
    TEST(a_ca_that_is_away_is_no_hosts_failure_and_known_until_it_answers),
    TEST(what_was_noted_is_there_after_the_next_load),
    TEST(a_file_that_is_something_else_is_put_aside),
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
