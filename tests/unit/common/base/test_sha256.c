/* SPDX-License-Identifier: ISC */
/* test_sha256: the examples of FIPS 180-4, and bytes that are no text. */
#include "common/base/sha256.h"

#include <string.h>

#include "test.h"

static void computes_what_the_standard_says(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        unsigned char first[4], last[4];
    } rows[] = {
        {"", 0, {0xe3, 0xb0, 0xc4, 0x42}, {0x78, 0x52, 0xb8, 0x55}},
        {"abc", 3, {0xba, 0x78, 0x16, 0xbf}, {0xf2, 0x00, 0x15, 0xad}},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         56,
         {0x24, 0x8d, 0x6a, 0x61},
         {0x19, 0xdb, 0x06, 0xc1}},
        {"\0\0\0\0", 4, {0xdf, 0x3f, 0x61, 0x98}, {0x14, 0xb8, 0x11, 0x19}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char out[SHA256_BYTES];
        CHECK(sha256_compute(out, rows[i].bytes, rows[i].length) == 0, "row %zu", i);
        CHECK(memcmp(out, rows[i].first, 4) == 0 &&
                  memcmp(out + SHA256_BYTES - 4, rows[i].last, 4) == 0,
              "row %zu: another sum", i);
    }
}

static const struct test tests[] = {
    TEST(computes_what_the_standard_says),
};

TEST_MAIN(tests)
