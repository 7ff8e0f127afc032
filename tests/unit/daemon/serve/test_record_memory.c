/* SPDX-License-Identifier: ISC */
/* test_record_memory: what is given back, what is kept, and whose blocks they are. */
#include "daemon/serve/record_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

#define SIZE 16717U /* of a buffer of mbedTLS */

static bool has_small_pages(void)
{
    return sysconf(_SC_PAGESIZE) == 4096;
}

static bool is_all(const unsigned char *bytes, size_t from, size_t to, unsigned char byte)
{
    for (size_t i = from; i < to; i++)
        if (bytes[i] != byte)
            return false;
    return true;
}

static unsigned resident_pages(unsigned char *bytes)
{
    unsigned char in_core[4];
    unsigned count = 0;
    if (mincore(bytes, sizeof(in_core) * 4096, in_core) != 0)
        return UINT32_MAX;
    for (size_t i = 0; i < sizeof(in_core); i++)
        count += in_core[i] & 1;
    return count;
}

static void the_head_and_the_end_stay_and_all_between_is_given_back(void)
{
    struct record_memory memory = {.count = 0};
    unsigned char *blocks[RECORD_MEMORY_BLOCKS];
    record_memory_begin(&memory);
    for (size_t i = 0; i < RECORD_MEMORY_BLOCKS; i++) {
        blocks[i] = record_memory_calloc(1, SIZE);
        CHECK(blocks[i] != NULL && is_all(blocks[i], 0, SIZE, 0));
        memset(blocks[i], 7, SIZE);
    }
    record_memory_end();
    record_memory_give_back(&memory);
    if (has_small_pages())
        CHECK(memory.count == RECORD_MEMORY_BLOCKS && resident_pages(blocks[0]) == 0 &&
              resident_pages(blocks[1]) == 0);
    record_memory_take(&memory);
    for (size_t i = 0; i < memory.count; i++) {
        CHECK((uintptr_t)blocks[i] % 4096 == 0);
        CHECK(is_all(blocks[i], 0, RECORD_MEMORY_HEAD, 7));
        CHECK(is_all(blocks[i], RECORD_MEMORY_HEAD, 16384, 0));
        CHECK(is_all(blocks[i], 16384, SIZE, 7));
    }
    record_memory_begin(&memory);
    for (size_t i = 0; i < RECORD_MEMORY_BLOCKS; i++)
        record_memory_free(blocks[i]);
    record_memory_end();
}

static void taking_twice_changes_nothing(void)
{
    struct record_memory memory = {.count = 0};
    record_memory_begin(&memory);
    unsigned char *block = record_memory_calloc(1, SIZE);
    record_memory_end();
    CHECK(block != NULL);
    record_memory_give_back(&memory);
    record_memory_take(&memory);
    memset(block, 3, SIZE);
    record_memory_take(&memory);
    CHECK(is_all(block, 0, SIZE, 3));
    record_memory_free(block); /* also outside */
}

/* A third block, an array, a small one, and any that is allocated outside. */
static void other_blocks_are_left_alone(void)
{
    struct record_memory memory = {.count = 0};
    void *outside = record_memory_calloc(1, SIZE);
    record_memory_begin(&memory);
    void *others[] = {
        record_memory_calloc(2, SIZE), record_memory_calloc(1, 100),  record_memory_calloc(1, SIZE),
        record_memory_calloc(1, SIZE), record_memory_calloc(1, SIZE), outside,
    };
    record_memory_end();
    CHECK(memory.count <= RECORD_MEMORY_BLOCKS);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        CHECK(others[i] != NULL);
        record_memory_free(others[i]);
    }
}

static void nothing_to_give_back_is_fine(void)
{
    struct record_memory none = {.count = 0};
    record_memory_give_back(&none);
    record_memory_take(&none);
    CHECK(!none.was_given_back);
}

static const struct test tests[] = {
    TEST(the_head_and_the_end_stay_and_all_between_is_given_back),
    TEST(taking_twice_changes_nothing),
    TEST(other_blocks_are_left_alone),
    TEST(nothing_to_give_back_is_fine),
};

TEST_MAIN(tests)
