/* SPDX-License-Identifier: ISC */
/* test_seenset: hashes that came before, with their marks, while the set grows. */
#include "ctl/tlsrpt/seenset.h"

#include "test.h"

#define MANY 20000

static const char *hash_of(unsigned number, char out[65])
{
    snprintf(out, 65, "%08x%08x%048x", number * 2654435761u, number * 2, number);
    return out;
}

static void each_hash_is_found_with_its_mark(void)
{
    struct seenset set = {0};
    char hash[65];
    bool mark;
    for (unsigned i = 0; i < MANY; i++) {
        CHECK(!seenset_find(&set, hash_of(i, hash), &mark));
        CHECK(seenset_put(&set, hash, i % 3 == 0) == 0);
    }
    CHECK(set.count == MANY, "%zu", set.count);
    for (unsigned i = 0; i < MANY; i++) {
        CHECK(seenset_find(&set, hash_of(i, hash), &mark) && mark == (i % 3 == 0), "%u", i);
        CHECK(seenset_put(&set, hash, i % 5 == 0) == 0);
        CHECK(seenset_find(&set, hash, &mark) && mark == (i % 5 == 0), "%u", i);
    }
    CHECK(set.count == MANY, "%zu", set.count);
    CHECK(!seenset_find(&set, hash_of(MANY, hash), NULL));
    seenset_free(&set);
}

static void hashes_differ_in_any_of_63_bits(void)
{
    struct seenset set = {0};
    char hash[65] = "0000000000000000000000000000000000000000000000000000000000000000";
    CHECK(seenset_put(&set, hash, true) == 0 && seenset_find(&set, hash, NULL));
    for (size_t i = 0; i < 16; i++) {
        hash[i] = '8';
        CHECK(!seenset_find(&set, hash, NULL), "%zu", i);
        hash[i] = '0';
    }
    hash[20] = '8'; /* not looked at */
    CHECK(seenset_find(&set, hash, NULL));
    seenset_free(&set);
}

static const struct test tests[] = {
    TEST(each_hash_is_found_with_its_mark),
    TEST(hashes_differ_in_any_of_63_bits),
};
TEST_MAIN(tests)
