/* SPDX-License-Identifier: ISC */
/* test_check_state: what is remembered of a domain from run to run. */
#include "ctl/check/check_state.h"

#include <unistd.h>

#include "test.h"

#define DAY 86400

static struct check_state see(const struct check_state *before, enum policy_mode mode,
                              uint32_t max_age, const char *id, int64_t now)
{
    struct policy policy = {.mode = mode, .max_age = max_age};
    char bytes[64];
    struct check_state out = {0};
    int length = snprintf(bytes, sizeof(bytes), "%d %u", (int)mode, max_age);
    struct check_state_now what = {&policy, bytes, (size_t)length, id, now};
    CHECK(check_state_update(&out, before, &what, NULL) == 0, "%s", id);
    return out;
}

static void keeps_the_bytes_that_were_first_served_with_an_id(void)
{
    struct check_state none = {0};
    struct check_state first = see(&none, POLICY_MODE_ENFORCE, 604800, "1", 100);
    struct check_state same_id = see(&first, POLICY_MODE_ENFORCE, 604801, "1", 200);
    struct check_state new_id = see(&same_id, POLICY_MODE_ENFORCE, 604801, "2", 300);
    struct check_state without_id = see(&first, POLICY_MODE_ENFORCE, 604801, "", 300);
    CHECK(first.known && first.last == 100, "%d", (int)first.last);
    CHECK(strcmp(first.digest, same_id.digest) == 0, "%s", same_id.digest);
    CHECK(strcmp(first.digest, new_id.digest) != 0, "%s", new_id.digest);
    CHECK(strcmp(new_id.digest, without_id.digest) == 0, "%s", without_id.digest);
}

/* One look: the day and hour, and what is served. */
struct look {
    int day, hour;
    enum policy_mode mode;
    int max_age_days;
};

#define LOOKS_MAX 8
#define NONE      POLICY_MODE_NONE
#define TESTING   POLICY_MODE_TESTING
#define ENFORCE   POLICY_MODE_ENFORCE
#define YEAR      (POLICY_MAX_AGE / DAY) /* days */

static struct check_state look_at(const struct look looks[LOOKS_MAX], struct check_state state)
{
    for (size_t i = 0; i < LOOKS_MAX && looks[i].max_age_days != 0; i++)
        state = see(&state, looks[i].mode, (uint32_t)looks[i].max_age_days * DAY, "1",
                    (int64_t)looks[i].day * DAY + looks[i].hour * 3600);
    return state;
}

static const struct {
    const char *what;
    struct look looks[LOOKS_MAX];
    int at, latest; /* the days that begin then; 0: not known */
} removals[] = {
    {"a week, as on any day", {{1000, 3, ENFORCE, 7}, {1001, 3, NONE, 1}}, 1009, 1009},
    {"the last look at none moves nothing",
     {{1000, 3, ENFORCE, 7}, {1001, 3, NONE, 1}, {1002, 3, NONE, 1}, {1003, 3, NONE, 1}},
     1009,
     1009},
    {"testing counts, too", {{1000, 3, TESTING, 28}, {1001, 3, NONE, 300}}, 1030, 1030},
    {"a long max_age until shortly before",
     {{1000, 3, ENFORCE, 300}, {1001, 3, ENFORCE, 7}, {1002, 3, NONE, 1}},
     1302,
     1302},
    {"a long max_age years ago",
     {{1000, 3, ENFORCE, 300}, {1001, 3, ENFORCE, 7}, {1002, 3, ENFORCE, 7}},
     0,
     0},
    {"none from the beginning", {{1000, 3, NONE, 1}}, 0, 0},
    {"a gap of ten days: who knows what was served",
     {{1000, 3, ENFORCE, 7}, {1010, 3, NONE, 1}},
     1018,
     1010 + YEAR + 1},
    {"a gap while it is none",
     {{1000, 3, ENFORCE, 7}, {1001, 3, NONE, 1}, {1020, 3, NONE, 1}},
     1009,
     1020 + YEAR + 1},
    {"two days are no gap", {{1000, 3, ENFORCE, 7}, {1002, 3, NONE, 1}}, 1010, 1010},
    {"a slow clock for one night is not believed",
     {{1000, 3, ENFORCE, 7}, {1, 3, NONE, 1}, {1002, 3, NONE, 1}},
     1010,
     1010},
    {"a clock ahead for one night is forgotten",
     {{1000, 3, ENFORCE, 7},
      {9000, 3, ENFORCE, 7},
      {1002, 3, NONE, 1},
      {1003, 3, NONE, 1},
      {1004, 3, NONE, 1}},
     1012,
     1012},
    {"a step of some hours back is no matter",
     {{1000, 9, ENFORCE, 7}, {1000, 3, NONE, 1}},
     1008,
     1008},
};

static void says_when_a_withdrawn_policy_may_go(void)
{
    for (size_t i = 0; i < sizeof(removals) / sizeof(removals[0]); i++) {
        struct check_state_removal removal;
        struct check_state state = look_at(removals[i].looks, (struct check_state){0});
        bool is_none = check_state_removal(&removal, &state);
        CHECK(is_none == (state.mode == POLICY_MODE_NONE), "%s", removals[i].what);
        CHECK(removal.at == (int64_t)removals[i].at * DAY, "%s: day %lld", removals[i].what,
              (long long)(removal.at / DAY));
        CHECK(removal.latest == (int64_t)removals[i].latest * DAY, "%s: day %lld at the latest",
              removals[i].what, (long long)(removal.latest / DAY));
    }
}

static void forgets_a_long_max_age_of_long_ago(void)
{
    struct check_state_removal removal;
    struct check_state state = look_at((struct look[LOOKS_MAX]){{1000, 3, POLICY_MODE_ENFORCE, 300},
                                                                {1001, 3, POLICY_MODE_ENFORCE, 7}},
                                       (struct check_state){0});
    for (int day = 1002; day < 1400; day++)
        state = look_at((struct look[LOOKS_MAX]){{day, 3, POLICY_MODE_ENFORCE, 7}}, state);
    state = look_at((struct look[LOOKS_MAX]){{1400, 3, POLICY_MODE_NONE, 1}}, state);
    CHECK(check_state_removal(&removal, &state) && removal.at == 1408 * DAY, "day %lld",
          (long long)(removal.at / DAY));
}

static void is_written_and_read_back(void)
{
    char directory[] = "/tmp/mta-stsd-seen-XXXXXX";
    struct check_state none = {0};
    struct check_state read;
    struct error why = {0};
    char path[64];
    CHECK(mkdtemp(directory) != NULL, "%s", directory);
    CHECK(check_state_load(&read, directory, "example.com", &why) == 0 && !read.known, "%s",
          why.text);
    struct check_state state = see(&none, POLICY_MODE_ENFORCE, 604800, "20261122T1", 1234567890);
    CHECK(check_state_save(&state, directory, "example.com", &why) == 0, "%s", why.text);
    CHECK(check_state_load(&read, directory, "example.com", &why) == 0, "%s", why.text);
    CHECK(read.known && read.mode == state.mode && read.mode_since == state.mode_since &&
              read.held_until == state.held_until && read.held_max_age == state.held_max_age &&
              read.max_age == state.max_age && read.last == state.last &&
              strcmp(read.id, state.id) == 0 && strcmp(read.digest, state.digest) == 0,
          "%s", read.id);
    snprintf(path, sizeof(path), "%s/example.com.json", directory);
    static const char *const damaged[] = {
        "",
        "[]",
        "{}",
        "{\"id\": \"1\", \"digest\": \"2\", \"mode\": \"some\", \"largest_max_age\": 0}",
        "{\"id\": \"1\", \"digest\": \"2\", \"mode\": \"none\", \"largest_max_age\": -1}",
        ("{\"id\": \"1\", \"digest\": \"2\", \"mode\": \"none\", \"largest_max_age\": 1, "
         "\"mode_since\": 9223372036854775807, \"last\": 1}"),
        "{\"id\": \"012345678901234567890123456789012\", \"digest\": \"2\", \"mode\": \"none\"}",
    };
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        FILE *file = fopen(path, "w");
        CHECK(file != NULL && fputs(damaged[i], file) >= 0 && fclose(file) == 0, "%s", path);
        CHECK(check_state_load(&read, directory, "example.com", &why) == -1 && !read.known,
              "row %zu", i);
        CHECK(strncmp(why.text, path, strlen(path)) == 0, "%s", why.text);
    }
    unlink(path);
    rmdir(directory);
}

static void reads_what_the_first_version_wrote(void)
{
    static const char former[] =
        "{\"id\": \"1\", \"digest\": \"2\", \"mode\": \"none\", \"mode_since\": 86500, "
        "\"largest_max_age\": 604800, \"last\": 172900}";
    char directory[] = "/tmp/mta-stsd-seen-XXXXXX";
    char path[64];
    struct check_state read;
    struct check_state_removal removal;
    struct error why = {0};
    CHECK(mkdtemp(directory) != NULL, "%s", directory);
    snprintf(path, sizeof(path), "%s/example.com.json", directory);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(former, file) >= 0 && fclose(file) == 0, "%s", path);
    CHECK(check_state_load(&read, directory, "example.com", &why) == 0, "%s", why.text);
    CHECK(check_state_removal(&removal, &read) && removal.at == 9 * DAY &&
              removal.latest == 9 * DAY,
          "day %lld", (long long)(removal.at / DAY));
    unlink(path);
    rmdir(directory);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(keeps_the_bytes_that_were_first_served_with_an_id),
        TEST(says_when_a_withdrawn_policy_may_go),
        TEST(forgets_a_long_max_age_of_long_ago),
        TEST(is_written_and_read_back),
        TEST(reads_what_the_first_version_wrote),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
