/* SPDX-License-Identifier: ISC */
/* test_pattern: what %h and %d stand for, and which patterns are none. */
#include "common/config/pattern.h"

#include "test.h"

static void replaces_host_and_domain(void)
{
    static const struct {
        const char *pattern;
        const char *path; /* NULL: does not fit */
        bool varies;
    } rows[] = {
        {"/c/%h.pem", "/c/mta-sts.a.example.pem", true},
        {"/%d/%d/%h", "/a.example/a.example/mta-sts.a.example", true},
        {"/100%%/x", "/100%/x", false},
        {"/100%%d/x", "/100%d/x", false},
        {"/%%%d", "/%a.example", true},
        {"", "", false},
        {"/0123456789/0123456789/0123456789/01234", "/0123456789/0123456789/0123456789/01234",
         false},
        {"/0123456789/0123456789/0123456789/012345", NULL, false},
        {"/0123456789/0123456789/0123456/%d", NULL, true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[40];
        int result = pattern_expand(path, sizeof(path), rows[i].pattern, "a.example");
        CHECK(result == (rows[i].path != NULL ? 0 : -1), "%s", rows[i].pattern);
        CHECK(result != 0 || rows[i].path == NULL || strcmp(path, rows[i].path) == 0, "%s: %s",
              rows[i].pattern, path);
        CHECK(pattern_varies(rows[i].pattern) == rows[i].varies, "%s", rows[i].pattern);
        CHECK(pattern_check(rows[i].pattern, NULL) == 0, "%s", rows[i].pattern);
    }
}

static void refuses_any_other_percent(void)
{
    static const char *const rows[] = {"/%s", "/%", "/%%%", "/%H", "/% d", "%n%n"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error why;
        char path[40];
        CHECK(pattern_check(rows[i], &why) == -1, "%s", rows[i]);
        CHECK(pattern_expand(path, sizeof(path), rows[i], "a.example") == -1, "%s", rows[i]);
    }
}

static void makes_relative_paths_absolute(void)
{
    static const struct {
        const char *directory, *path;
        bool is_pattern;
        const char *absolute;
    } rows[] = {
        {"/etc/x", "a.pem", true, "/etc/x/a.pem"},
        {"/etc/x", "/a.pem", true, "/a.pem"},
        {"", "a", false, "/a"},
        {"/100%d", "%d.pem", true, "/100%%d/%d.pem"},
        {"/100%d", "%d.pem", false, "/100%d/%d.pem"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct arena arena = {0};
        char *absolute =
            pattern_absolute(&arena, rows[i].directory, rows[i].path, rows[i].is_pattern);
        CHECK(absolute != NULL && strcmp(absolute, rows[i].absolute) == 0, "%s", absolute);
        arena_free(&arena);
    }
}

static const struct test tests[] = {
    TEST(replaces_host_and_domain),
    TEST(refuses_any_other_percent),
    TEST(makes_relative_paths_absolute),
};

TEST_MAIN(tests)
