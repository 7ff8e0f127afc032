/* SPDX-License-Identifier: ISC */
/* test_seen: what is remembered of a domain from run to run. */
#include "ctl/check/seen.h"

#include <unistd.h>

#include "test.h"

#define DAY 86400

static struct seen see(const struct seen *before, enum policy_mode mode, uint32_t max_age,
                       const char *id, int64_t now)
{
    struct policy policy = {.mode = mode, .max_age = max_age};
    char bytes[64];
    struct seen out = {0};
    int length = snprintf(bytes, sizeof(bytes), "%d %u", (int)mode, max_age);
    struct seen_now what = {&policy, bytes, (size_t)length, id, now};
    CHECK(seen_update(&out, before, &what, NULL) == 0, "%s", id);
    return out;
}

static void keeps_the_bytes_that_were_first_served_with_an_id(void)
{
    struct seen none = {0};
    struct seen first = see(&none, POLICY_MODE_ENFORCE, 604800, "1", 100);
    struct seen same_id = see(&first, POLICY_MODE_ENFORCE, 604801, "1", 200);
    struct seen new_id = see(&same_id, POLICY_MODE_ENFORCE, 604801, "2", 300);
    struct seen without_id = see(&first, POLICY_MODE_ENFORCE, 604801, "", 300);
    CHECK(first.known && first.last == 100, "%d", (int)first.last);
    CHECK(strcmp(first.digest, same_id.digest) == 0, "%s", same_id.digest);
    CHECK(strcmp(first.digest, new_id.digest) != 0, "%s", new_id.digest);
    CHECK(strcmp(new_id.digest, without_id.digest) == 0, "%s", without_id.digest);
}

static void says_when_a_withdrawn_policy_may_go(void)
{
    struct seen none = {0};
    struct seen seen = see(&none, POLICY_MODE_TESTING, 28 * DAY, "1", 1000);
    seen = see(&seen, POLICY_MODE_ENFORCE, 7 * DAY, "2", 2000);
    CHECK(seen_removable(&seen) == 0, "%d", (int)seen_removable(&seen));
    seen = see(&seen, POLICY_MODE_NONE, 300 * DAY, "3", 3000);
    seen = see(&seen, POLICY_MODE_NONE, 300 * DAY, "3", 4000);
    CHECK(seen_removable(&seen) == 3000 + 28 * DAY, "%d", (int)seen_removable(&seen));
    seen = see(&seen, POLICY_MODE_ENFORCE, 7 * DAY, "4", 5000);
    CHECK(seen_removable(&seen) == 0, "%d", (int)seen_removable(&seen));
}

static void is_written_and_read_back(void)
{
    char directory[] = "/tmp/mta-stsd-seen-XXXXXX";
    struct seen none = {0};
    struct seen read;
    struct error why = {0};
    char path[64];
    CHECK(mkdtemp(directory) != NULL, "%s", directory);
    CHECK(seen_load(&read, directory, "example.com", &why) == 0 && !read.known, "%s", why.text);
    struct seen seen = see(&none, POLICY_MODE_ENFORCE, 604800, "20261122T1", 1234567890);
    CHECK(seen_save(&seen, directory, "example.com", &why) == 0, "%s", why.text);
    CHECK(seen_load(&read, directory, "example.com", &why) == 0, "%s", why.text);
    CHECK(read.known && read.mode == seen.mode && read.mode_since == seen.mode_since &&
              read.largest_max_age == seen.largest_max_age && read.last == seen.last &&
              strcmp(read.id, seen.id) == 0 && strcmp(read.digest, seen.digest) == 0,
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
        CHECK(seen_load(&read, directory, "example.com", &why) == -1 && !read.known, "row %zu", i);
        CHECK(strncmp(why.text, path, strlen(path)) == 0, "%s", why.text);
    }
    unlink(path);
    rmdir(directory);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(keeps_the_bytes_that_were_first_served_with_an_id),
        TEST(says_when_a_withdrawn_policy_may_go),
        TEST(is_written_and_read_back),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
