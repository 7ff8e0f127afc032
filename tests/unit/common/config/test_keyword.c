/* SPDX-License-Identifier: ISC */
/* test_keyword: which word a misspelt one was meant to be. */
#include "common/config/keyword.h"

#include "test.h"

static void finds_the_nearest_word(void)
{
    static const char *const known[] = {"mode", "mx", "max_age", "policy_file", "certificate"};
    static const struct {
        const char *word;
        const char *meant;
    } rows[] = {
        {"mode", "mode"},
        {"Mode", "mode"},
        {"mdoe", "mode"},
        {"modes", "mode"},
        {"nmx", "mx"},
        {"MX", "mx"},
        {"max-age", "max_age"},
        {"maxage", "max_age"},
        {"max age", "max_age"},
        {"policyfile", "policy_file"},
        {"certificat", "certificate"},
        {"certifciate", "certificate"},
        {"colour", NULL},
        {"", NULL},
        {"key", NULL},
        {"certs", NULL},
        {"policy", NULL},
        {"a-very-long-key-that-has-more-letters-than-any-known-one", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct keyword search = {.word = rows[i].word};
        for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++)
            keyword_consider(&search, known[j]);
        CHECK(search.best == rows[i].meant || (search.best != NULL && rows[i].meant != NULL &&
                                               strcmp(search.best, rows[i].meant) == 0),
              "%s: %s", rows[i].word, search.best != NULL ? search.best : "none");
    }
}

static const struct test tests[] = {
    TEST(finds_the_nearest_word),
};

TEST_MAIN(tests)
