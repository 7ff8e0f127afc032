/* SPDX-License-Identifier: ISC */
/* test_policytext: policies as they are found, and what a sender reads in them. */
#include "common/policy/policytext.h"

#include <string.h>

#include "test.h"

static void reads_what_the_rfc_allows(void)
{
    static const char *const rows[] = {
        "version: STSv1\r\nmode: enforce\r\nmx: a.example.com\r\nmx: *.b.example\r\n"
        "max_age: 604800\r\n",
        "version:STSv1\nmode:enforce\nmx:a.example.com\nmx:*.b.example\nmax_age:604800",
        "max_age: 604800\nmx: a.example.com \t\nx-note: 1\nmx: *.b.example\nmode: enforce\n"
        "mode: none\nversion: STSv1\nmax_age: 5\n",
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct policytext text;
        struct error why = {.text = ""};
        CHECK(policytext_read(&text, rows[i], strlen(rows[i]), &why) == 0, "row %zu: %s", i,
              why.text);
        CHECK(text.policy.mode == POLICY_MODE_ENFORCE, "row %zu", i);
        CHECK(text.policy.max_age == 604800, "row %zu: %u", i, text.policy.max_age);
        CHECK(text.policy.mx_count == 2, "row %zu: %zu", i, text.policy.mx_count);
        CHECK(text.policy.mx_count == 2 && strcmp(text.policy.mx[0], "a.example.com") == 0 &&
                  strcmp(text.policy.mx[1], "*.b.example") == 0,
              "row %zu", i);
        policytext_free(&text);
    }
}

static void says_what_a_policy_lacks(void)
{
    static const struct {
        const char *bytes;
        const char *word;
    } rows[] = {
        {"", "version"},
        {"version: STSv2\nversion: STSv1\nmode: none\nmax_age: 1\n", "version"},
        {"version: STSv1\nmx: a.example.com\nmax_age: 1\n", "mode"},
        {"version: STSv1\nmode: Enforce\nmode: enforce\nmx: a.b\nmax_age: 1\n", "mode"},
        {"version: STSv1\nmode: enforce\nmx: a.example.com\n", "max_age"},
        {"version: STSv1\nmode: enforce\nmx: a.example.com\nmax_age: 31557601\n", "max_age"},
        {"version: STSv1\nmode: enforce\nmax_age: 1\n", "mx"},
        {"<html>", "version"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct policytext text;
        struct error why = {.text = ""};
        CHECK(policytext_read(&text, rows[i].bytes, strlen(rows[i].bytes), &why) == -1, "row %zu",
              i);
        CHECK(strstr(why.text, rows[i].word) != NULL, "row %zu: %s", i, why.text);
        policytext_free(&text);
    }
}

static void needs_no_pattern_where_the_mode_is_none_and_refuses_a_nul(void)
{
    static const char none[] = "version: STSv1\nmode: none\nmax_age: 86400\n";
    static const char nul[] = "version: STSv1\nmode: none\0\nmax_age: 86400\n";
    struct policytext text;
    struct error why;
    CHECK(policytext_read(&text, none, sizeof(none) - 1, &why) == 0);
    policytext_free(&text);
    CHECK(policytext_read(&text, nul, sizeof(nul) - 1, &why) == -1);
    policytext_free(&text);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(reads_what_the_rfc_allows),
        TEST(says_what_a_policy_lacks),
        TEST(needs_no_pattern_where_the_mode_is_none_and_refuses_a_nul),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
