/* SPDX-License-Identifier: ISC */
/* test_intern: equal bytes have one address, also among many; and the arena beneath. */
#include "common/base/intern.h"

#include <stdint.h>

#include "test.h"

static void keeps_equal_bytes_once(void)
{
    struct arena arena = {0};
    struct intern set = {0};
    bool is_new = false;
    const char *a = intern_text(&set, &arena, "example");
    const void *b = intern_bytes(&set, &arena, "example", 8, &is_new);
    CHECK(a == b && !is_new && strcmp(a, "example") == 0);
    const void *c = intern_bytes(&set, &arena, "example", 7, &is_new);
    CHECK(c != b && is_new, "another length");
    const void *d = intern_bytes(&set, &arena, "", 0, &is_new);
    CHECK(d != NULL && is_new);
    CHECK(intern_bytes(&set, &arena, "", 0, &is_new) == d && !is_new);
    CHECK(set.count == 3);
    intern_free(&set);
    arena_free(&arena);
}

static void finds_each_of_many(void)
{
    enum { MANY = 5000 };
    static const void *first[MANY];
    struct arena arena = {0};
    struct intern set = {0};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            char text[40];
            snprintf(text, sizeof(text), "d%d.example", i);
            const void *found = intern_text(&set, &arena, text);
            CHECK(round == 0 || found == first[i], "%d", i);
            first[i] = found;
            CHECK((uintptr_t)found % sizeof(void *) == 0, "aligned");
        }
    }
    CHECK(set.count == MANY);
    intern_free(&set);
    arena_free(&arena);
}

static void gives_zeroed_memory_of_any_size_that_never_moves(void)
{
    struct arena arena = {0};
    unsigned char *kept[200];
    for (size_t i = 0; i < 200; i++) {
        size_t size = i * i * 7 % 70000;
        kept[i] = arena_alloc(&arena, size);
        CHECK(kept[i] != NULL && (uintptr_t)kept[i] % 8 == 0, "%zu", size);
        for (size_t j = 0; j < size; j++)
            if (kept[i][j] != 0)
                CHECK(0, "%zu of %zu is not zero", j, size);
        memset(kept[i], (int)i, size);
        char *copy = arena_copy(&arena, "name", 3);
        CHECK(copy != NULL && strcmp(copy, "nam") == 0);
    }
    for (size_t i = 0; i < 200; i++)
        for (size_t j = 0; j < i * i * 7 % 70000; j++)
            if (kept[i][j] != (unsigned char)i)
                CHECK(0, "%zu was overwritten", i);
    arena_free(&arena);
    CHECK(arena.blocks == NULL);
    arena_free(&arena);
    CHECK(arena_alloc(&arena, SIZE_MAX - 8) == NULL && arena_copy(&arena, "", SIZE_MAX) == NULL);
}

static void begins_with_any_size(void)
{
    static const size_t sizes[] = {0, 1, 4096, 4097, 32767, 32768, 300000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct arena arena = {0};
        unsigned char *first = arena_alloc(&arena, sizes[i]);
        memset(first, 1, sizes[i]);
        for (size_t j = 0; j < 3000; j++) {
            unsigned char *next = arena_alloc(&arena, 100);
            CHECK(next != NULL && next[0] == 0 && next[99] == 0, "%zu behind %zu", j, sizes[i]);
            memset(next, 2, 100);
        }
        for (size_t j = 0; j < sizes[i]; j++)
            if (first[j] != 1)
                CHECK(0, "%zu of %zu was overwritten", j, sizes[i]);
        arena_free(&arena);
    }
}

static const struct test tests[] = {
    TEST(keeps_equal_bytes_once),
    TEST(finds_each_of_many),
    TEST(gives_zeroed_memory_of_any_size_that_never_moves),
    TEST(begins_with_any_size),
};

TEST_MAIN(tests)
