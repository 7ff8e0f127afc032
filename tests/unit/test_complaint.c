/* SPDX-License-Identifier: ISC */
/* test_complaint: complaints are kept in their order, and counted by severity. */
#include "complaint.h"

#include "test.h"

static void keeps_all_in_order_and_counts_them(void)
{
    struct complaints said = {0};
    for (unsigned i = 0; i < 100; i++) {
        char file[20];
        snprintf(file, sizeof(file), "f%u", i);
        complaints_add(&said, (enum complaint_severity)(i % 3), file, i, "number %u of %s", i,
                       file);
    }
    CHECK(said.count == 100 && said.errors == 34 && said.warnings == 33 && !said.out_of_memory);
    for (unsigned i = 0; i < said.count; i++) {
        char text[40];
        snprintf(text, sizeof(text), "number %u of f%u", i, i);
        CHECK(strcmp(said.items[i].text, text) == 0 && said.items[i].line == i, "%u", i);
    }
    complaints_free(&said);
    CHECK(said.items == NULL && said.count == 0 && said.errors == 0);
    complaints_free(&said);
}

static const struct test tests[] = {
    TEST(keeps_all_in_order_and_counts_them),
};

TEST_MAIN(tests)
