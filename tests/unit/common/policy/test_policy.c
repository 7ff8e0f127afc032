/* SPDX-License-Identifier: ISC */
/* test_policy: modes and ages as words, and the one rendering of a policy. */
#include "common/policy/policy.h"

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void parses_modes(void)
{
    static const struct {
        const char *text;
        enum policy_mode mode;
    } rows[] = {
        {"none", POLICY_MODE_NONE},
        {"testing", POLICY_MODE_TESTING},
        {"enforce", POLICY_MODE_ENFORCE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum policy_mode mode = POLICY_MODE_NONE;
        struct error why = {.text = ""};
        CHECK(policy_mode_parse(&mode, rows[i].text, &why) == 0, "%s", why.text);
        CHECK(mode == rows[i].mode, "%s", rows[i].text);
        CHECK(strcmp(policy_mode_name(mode), rows[i].text) == 0, "%s", rows[i].text);
    }
}

static void refuses_other_modes_and_names_the_right_ones(void)
{
    static const struct {
        const char *text;
        const char *sentence;
    } rows[] = {
        {"", "write enforce, testing or none"},
        {"on", "write enforce, testing or none"},
        {"enforce ", "write enforce, testing or none"},
        {"testing,enforce", "write enforce, testing or none"},
        {"Enforce", "not in lower case; write enforce"},
        {"TESTING", "not in lower case; write testing"},
        {"report", "obsolete; write testing"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum policy_mode mode;
        struct error why = {.text = ""};
        CHECK(policy_mode_parse(&mode, rows[i].text, &why) == -1, "%s", rows[i].text);
        CHECK(strstr(why.text, rows[i].sentence) != NULL, "%s: %s", rows[i].text, why.text);
    }
}

static void parses_max_ages(void)
{
    static const struct {
        const char *text;
        uint32_t max_age;
    } rows[] = {
        {"0", 0},
        {"86400", 86400},
        {"0000604800", 604800},
        {"31557600", 31557600},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t max_age = 1;
        struct error why = {.text = ""};
        CHECK(policy_max_age_parse(&max_age, rows[i].text, &why) == 0, "%s", why.text);
        CHECK(max_age == rows[i].max_age, "%s: %lu", rows[i].text, (unsigned long)max_age);
    }
}

static void refuses_max_age_above_one_year_or_not_a_number(void)
{
    static const struct {
        const char *text;
        const char *sentence;
    } rows[] = {
        {"31557601", "max_age 31557601 is over 31557600"},
        {"31557601", "write 31557599 or less"},
        {"4294967296", "over 31557600"},
        {"18446744073709551616", "over 31557600"},
        {"99999999999999999999999999", "over 31557600"},
        {"", "is not a number; write seconds"},
        {"-1", "is not a number"},
        {"+1", "is not a number"},
        {"1w", "is not a number"},
        {"604800s", "is not a number"},
        {"604 800", "is not a number"},
        {"604,800", "is not a number"},
        {"0x10", "is not a number"},
        {"6e5", "is not a number"},
        {" 86400", "is not a number"},
        {"00000604800", "more than 10 digits"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t max_age;
        struct error why = {.text = ""};
        CHECK(policy_max_age_parse(&max_age, rows[i].text, &why) == -1, "%s", rows[i].text);
        CHECK(strstr(why.text, rows[i].sentence) != NULL, "%s: %s", rows[i].text, why.text);
    }
}

static void renders_in_one_form_only(void)
{
    static const char *const two[] = {"mail.example.com", "*.Backup.example.net"};
    static const struct {
        struct policy policy;
        const char *text;
    } rows[] = {
        {{POLICY_MODE_ENFORCE, 604800, 2, two},
         "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: "
         "*.backup.example.net\r\nmax_age: 604800\r\n"},
        {{POLICY_MODE_TESTING, 86400, 1, two},
         "version: STSv1\r\nmode: testing\r\nmx: mail.example.com\r\nmax_age: 86400\r\n"},
        {{POLICY_MODE_NONE, 0, 0, NULL}, "version: STSv1\r\nmode: none\r\nmax_age: 0\r\n"},
        {{POLICY_MODE_NONE, UINT32_MAX, 0, NULL},
         "version: STSv1\r\nmode: none\r\nmax_age: 4294967295\r\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t length = policy_rendered_length(&rows[i].policy);
        CHECK(length == strlen(rows[i].text), "row %zu: %zu", i, length);
        char *out = malloc(length);
        CHECK(out != NULL, "out of memory");
        if (out == NULL)
            return;
        policy_render(&rows[i].policy, out);
        CHECK(memcmp(out, rows[i].text, length) == 0, "row %zu: %.*s", i, (int)length, out);
        free(out);
    }
}

static const struct test tests[] = {
    TEST(parses_modes),
    TEST(refuses_other_modes_and_names_the_right_ones),
    TEST(parses_max_ages),
    TEST(refuses_max_age_above_one_year_or_not_a_number),
    TEST(renders_in_one_form_only),
};

TEST_MAIN(tests)
