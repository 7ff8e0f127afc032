/* SPDX-License-Identifier: ISC */
/* test_comment: comments of header fields, nested, escaped, open. */
#include "ctl/tlsrpt/comment.h"

#include "test.h"

static void what_follows_the_comments_is_found(void)
{
    static const struct {
        const char *text, *rest; /* NULL: a comment does not end */
    } rows[] = {
        {"base64", "base64"},
        {" \t base64", "base64"},
        {"(a comment) base64", "base64"},
        {"(one)(two)\r\n base64", "base64"},
        {"(a (nested (one)) here)base64", "base64"},
        {"(a \\) that is quoted) base64", "base64"},
        {"(a \\\\) base64", "base64"},
        {"() ", ""},
        {"", ""},
        {") base64", ") base64"},
        {"(open", NULL},
        {"(one (open)", NULL},
        {"(one) (two", NULL},
        {"(ends in \\", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *rest = comment_skip_all(rows[i].text);
        CHECK((rest == NULL) == (rows[i].rest == NULL), "%s", rows[i].text);
        CHECK(rest == NULL || strcmp(rest, rows[i].rest) == 0, "%s: %s", rows[i].text, rest);
    }
}

static void one_is_skipped_at_a_time(void)
{
    const char *rest = comment_skip("(one) (two)");
    CHECK(rest != NULL && strcmp(rest, " (two)") == 0);
}

static const struct test tests[] = {
    TEST(what_follows_the_comments_is_found),
    TEST(one_is_skipped_at_a_time),
};

int main(void)
{
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
