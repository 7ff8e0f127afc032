/* SPDX-License-Identifier: ISC */
/* test_mxmatch: patterns and hosts in a table. */
#include "common/policy/mxmatch.h"

#include "test.h"

static void matches_names_in_full_and_exactly_one_label_for_the_star(void)
{
    static const struct {
        const char *pattern;
        const char *host;
        bool matches;
    } rows[] = {
        {"mail.example.com", "mail.example.com", true},
        {"mail.example.com", "MAIL.Example.COM.", true},
        {"mail.example.com", "mail.example.co", false},
        {"mail.example.com", "xmail.example.com", false},
        {"mail.example.com", "mail.example.com.attacker.net", false},
        {"*.example.com", "mail.example.com", true},
        {"*.example.com", "mail.example.com.", true},
        {"*.example.com", "a.mail.example.com", false},
        {"*.example.com", "example.com", false},
        {"*.example.com", ".example.com", false},
        {"*.mx.microsoft", "x.h-v1.mx.microsoft", false},
        {"*.h-v1.mx.microsoft", "x.h-v1.mx.microsoft", true},
        {"*.com", "com.", false},
        {"mail.example.com", "", false},
        {"", "", false},
        {"*.", ".", false},
        {"*.", "a.", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(mxmatch(rows[i].pattern, rows[i].host) == rows[i].matches, "%s, %s", rows[i].pattern,
              rows[i].host);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(matches_names_in_full_and_exactly_one_label_for_the_star),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
