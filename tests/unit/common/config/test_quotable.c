/* SPDX-License-Identifier: ISC */
/* test_quotable: which policy files may be quoted. */
#include "common/config/quotable.h"

#include <unistd.h>

#include "test.h"
#include "tree.h"

static void what_has_the_marks_of_a_policy_is_one(void)
{
    static const struct {
        const char *text;
        bool is_policy;
    } rows[] = {
        {"version: STSv1\nmode: testing\n", true},
        {"# copied\r\n  version = STSv1\r\n", true},
        {"modo: prueba\nversion: STSv1\n", true},
        {"mode: testing\nmx: a.example\n", true},
        {"Mode: testing\r\nMAX_AGE: 86400\r\n", true},
        {"\xff\xfeS\0T\0S\0v\0001\0", true},
        {"", false},
        {"mode: 0600\n", false},
        {"mx: a\nmx: b\n", false},
        {"version: 3\nsecrets:\n  mode: 0600\n", false},
        {"root:$6$salt$hash:19000:0:99999:7:::\n", false},
        {"password = secret\n", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t length = rows[i].text[0] == '\xff' ? 12 : strlen(rows[i].text);
        CHECK(quotable_is_policy(rows[i].text, length) == rows[i].is_policy, "%s", rows[i].text);
    }
}

/* As root also with a directory of another owner; else with files of root alone. */
static void a_file_is_of_its_directorys_owner_or_not(void)
{
    struct tree tree = tree_open();
    struct file file;
    struct error why;
    tree_write(&tree, "policies/own", "x");
    CHECK(file_read(&file, tree_path(&tree, "policies/own"), 10, &why) == 0);
    CHECK(quotable_is_own(tree_path(&tree, "policies/own"), &file));
    file_free(&file);

    CHECK(symlink("/etc/passwd", tree_path(&tree, "policies/link")) == 0);
    CHECK(file_read(&file, tree_path(&tree, "policies/link"), 1000000, &why) == 0);
    CHECK(geteuid() != 0 || chown(tree_path(&tree, "policies"), 12345, 12345) == 0);
    CHECK(!quotable_is_own(tree_path(&tree, "policies/link"), &file));
    CHECK(quotable_refusal(tree_path(&tree, "policies/link"), &file) != NULL);
    CHECK(quotable_is_own("/etc/passwd", &file));
    file_free(&file);
    tree_close(&tree);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(what_has_the_marks_of_a_policy_is_one),
        TEST(a_file_is_of_its_directorys_owner_or_not),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
