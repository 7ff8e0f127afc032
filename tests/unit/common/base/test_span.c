/* SPDX-License-Identifier: ISC */
/* test_span: trimming, comparing and taking apart counted bytes. */
#include "common/base/span.h"
#include "test.h"

static void trims_blanks_and_tabs_at_both_ends(void)
{
    static const struct {
        const char *text, *trimmed;
    } rows[] = {{"", ""}, {" \t ", ""}, {"a", "a"}, {" a b\t", "a b"}, {"\r a", "\r a"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(span_equal(span_trim(span_of(rows[i].text)), rows[i].trimmed));
}

static void compares_whole_spans_with_and_without_case(void)
{
    CHECK(span_equal(span_of("mx"), "mx"));
    CHECK(!span_equal(span_of("MX"), "mx"));
    CHECK(span_equal_nocase(span_of("MX"), "mx"));
    CHECK(!span_equal_nocase(span_of("MXs"), "mx"));
    CHECK(span_begins(span_of("v=STSv1; id=1"), "v=STSv1"));
    CHECK(!span_begins(span_of("v=STS"), "v=STSv1"));
    CHECK(span_contains_nocase(span_of("x V=SPF1 y"), "v=spf1"));
    CHECK(span_same(span_of("a"), span_of("a")));
    CHECK(span_same((struct span){0}, span_of("")));
    CHECK(!span_same(span_of("a"), span_of("b")));
}

static void takes_a_list_apart(void)
{
    struct span rest = span_of(" a ;; b"), part;
    CHECK(span_next(&part, &rest, ';') && span_equal(part, "a"));
    CHECK(span_next(&part, &rest, ';') && part.length == 0);
    CHECK(span_next(&part, &rest, ';') && span_equal(part, "b"));
    CHECK(!span_next(&part, &rest, ';'));
}

static void gives_an_empty_part_behind_the_last_separator(void)
{
    struct span rest = span_of("a;"), part;
    CHECK(span_next(&part, &rest, ';') && span_equal(part, "a"));
    CHECK(span_next(&part, &rest, ';') && part.length == 0 && rest.bytes == NULL);
    CHECK(!span_next(&part, &rest, ';'));
}

static const struct test tests[] = {
    TEST(trims_blanks_and_tabs_at_both_ends),
    TEST(compares_whole_spans_with_and_without_case),
    TEST(takes_a_list_apart),
    TEST(gives_an_empty_part_behind_the_last_separator),
};

TEST_MAIN(tests)
