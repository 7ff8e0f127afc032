/* SPDX-License-Identifier: ISC */
/* test_lookalike: dashes and quotes that are not ASCII's. */
#include "common/name/lookalike.h"

#include <string.h>

#include "test.h"

static void mends_dashes_and_quotes_and_nothing_else(void)
{
    static const struct {
        const char *text, *mended; /* NULL: not one of these mistakes */
    } rows[] = {
        {"mx\u20131.example", "mx-1.example"},
        {"\u2010\u2011\u2012\u2014\u2015\u2212\uff0d", "-------"},
        {"\u201cmx.example\u201d", "mx.example"},
        {"\u00abmx\u00bb\u2019", "mx"},
        {"mx-1.example", NULL},
        {"m\u00fcnchen\u20131.example", NULL},
        {"\xe2\x80", NULL},
        {"a\xff\u2013", NULL},
        {"", NULL},
        {"\u20130123456789", NULL}, /* more than fits */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[] = "untouched123";
        size_t size = i + 1 < sizeof(rows) / sizeof(rows[0]) ? sizeof(out) : 8;
        bool mended = lookalike_mend(out, size, rows[i].text, strlen(rows[i].text));
        CHECK(mended == (rows[i].mended != NULL), "row %zu: %s", i, out);
        CHECK(strcmp(out, rows[i].mended != NULL ? rows[i].mended : "") == 0, "row %zu: %s", i,
              out);
    }
    CHECK(!lookalike_mend(NULL, 0, "\u2013", 3));
}

static void knows_a_quote_in_front(void)
{
    CHECK(lookalike_is_quoted("\"a", 2) && lookalike_is_quoted("'", 1));
    CHECK(lookalike_is_quoted("\u201ca", 4) && lookalike_is_quoted("\u00ab", 2));
    CHECK(!lookalike_is_quoted("a\"", 2) && !lookalike_is_quoted("", 0));
    CHECK(!lookalike_is_quoted("\u2013", 3) && !lookalike_is_quoted("\xe2\x80", 2));
}

int main(void)
{
    static const struct test tests[] = {
        TEST(mends_dashes_and_quotes_and_nothing_else),
        TEST(knows_a_quote_in_front),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
