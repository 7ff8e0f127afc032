/* SPDX-License-Identifier: ISC */
/* test_finding: findings are kept in their order, counted by severity, and sorted. */
#include "common/base/finding.h"

#include "test.h"

static void keeps_all_in_order_and_counts_them(void)
{
    struct findings said = {0};
    for (unsigned i = 0; i < 100; i++) {
        char file[20];
        snprintf(file, sizeof(file), "f%u", i);
        findings_say(&said, (enum severity)(i % 3), file, i, "number %u of %s", i, file);
    }
    CHECK(said.count == 100 && said.errors == 34 && said.warnings == 33 && !said.out_of_memory);
    for (unsigned i = 0; i < said.count; i++) {
        char text[40];
        snprintf(text, sizeof(text), "number %u of f%u", i, i);
        CHECK(strcmp(said.items[i].problem, text) == 0 && said.items[i].line == i, "%u", i);
    }
    findings_free(&said);
    CHECK(said.items == NULL && said.count == 0 && said.errors == 0);
    findings_free(&said);
}

static void sorts_by_file_and_line_and_keeps_the_order_of_the_rest(void)
{
    static const struct {
        const char *file;
        unsigned line;
    } rows[] = {
        {"b", 3}, {"main", 9}, {"a", 1}, {"b", 3}, {"main", 0}, {"b", 1}, {"a", 1},
    };
    static const char expected[] = "zz main-4 main-1 b-5 b-0 b-3 a-2 a-6 ";
    struct findings said = {0};
    char order[200] = "zz ";
    findings_say(&said, SEVERITY_NOTE, "zz", 7, "said before");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        findings_say(&said, SEVERITY_ERROR, rows[i].file, rows[i].line, "-%zu ", i);
    findings_sort(&said, 1, "main");
    CHECK(strcmp(said.items[0].where, "zz") == 0 && said.count == 8 && said.errors == 7);
    for (size_t i = 1, used = 3; i < said.count; i++)
        used += (size_t)snprintf(order + used, sizeof(order) - used, "%s%s", said.items[i].where,
                                 said.items[i].problem);
    CHECK(strcmp(order, expected) == 0, "%s", order);
    findings_free(&said);
    findings_sort(&said, 0, "main");
}

static const struct test tests[] = {
    TEST(sorts_by_file_and_line_and_keeps_the_order_of_the_rest),
    TEST(keeps_all_in_order_and_counts_them),
};

TEST_MAIN(tests)
