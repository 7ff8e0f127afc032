/* SPDX-License-Identifier: ISC */
/* test_hash: each byte and the length count, and where the bytes stand in memory does not. */
#include "common/base/hash.h"

#include "test.h"

#define LONGEST 40

static void each_byte_counts(void)
{
    char text[LONGEST];
    for (size_t length = 1; length <= LONGEST; length++) {
        memset(text, 'a', length);
        uint64_t before = hash_words(1, text, length);
        CHECK(hash_words(2, text, length) != before, "%zu", length);
        for (size_t i = 0; i < length; i++) {
            text[i] = 'b';
            CHECK(hash_words(1, text, length) != before, "%zu of %zu", i, length);
            text[i] = 'a';
        }
    }
}

static void the_length_counts(void)
{
    static const char zeros[LONGEST];
    for (size_t length = 0; length < LONGEST; length++)
        CHECK(hash_words(1, zeros, length) != hash_words(1, zeros, length + 1), "%zu", length);
}

static void the_place_does_not_count(void)
{
    static const char text[] = "mta-sts.d000123.customers.example";
    char other[sizeof(text) + 8];
    for (size_t i = 0; i < 8; i++) {
        memset(other, '!', sizeof(other));
        memcpy(other + i, text, sizeof(text) - 1);
        for (size_t length = 0; length < sizeof(text); length++)
            CHECK(hash_words(1, other + i, length) == hash_words(1, text, length), "%zu", length);
    }
}

static const struct test tests[] = {
    TEST(each_byte_counts),
    TEST(the_length_counts),
    TEST(the_place_does_not_count),
};

TEST_MAIN(tests)
