/* SPDX-License-Identifier: ISC */
/* test_policyid: the id of a policy's bytes is the documented one. */
#include "common/policy/policyid.h"

#include "test.h"

/* The expected ids are what `sha256sum | cut -c 1-20` says. */
static void is_the_beginning_of_the_sha_256(void)
{
    static const struct {
        const char *bytes;
        const char *id;
    } rows[] = {
        {"", "e3b0c44298fc1c149afb"},
        {"abc", "ba7816bf8f01cfea4141"},
        {"version: STSv1\r\nmode: testing\r\nmx: mail.example.com\r\nmax_age: 86400\r\n",
         "be6a844a94b9834664e5"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char id[POLICYID_LENGTH + 1];
        struct error why = {.text = ""};
        CHECK(policyid_make(id, rows[i].bytes, strlen(rows[i].bytes), &why) == 0, "%s", why.text);
        CHECK(strcmp(id, rows[i].id) == 0, "row %zu: %s", i, id);
    }
}

static void reads_all_bytes_a_nul_too(void)
{
    char one[POLICYID_LENGTH + 1], other[POLICYID_LENGTH + 1];
    CHECK(policyid_make(one, "a\0b", 3, NULL) == 0);
    CHECK(policyid_make(other, "a\0c", 3, NULL) == 0);
    CHECK(strcmp(one, other) != 0, "%s", one);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(is_the_beginning_of_the_sha_256),
        TEST(reads_all_bytes_a_nul_too),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
