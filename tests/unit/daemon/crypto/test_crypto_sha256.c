/* SPDX-License-Identifier: ISC */
/* test_crypto_sha256: mbedTLS's SHA-256 where it is replaced: known answers, and mbedTLS's own. */
#include <mbedtls/sha256.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "daemon/crypto/crypto_seam.h"
#include "hex.h"
#include "test.h"

#define BYTES 32

static unsigned char message[400];

static void start(mbedtls_sha256_context *context)
{
    mbedtls_sha256_init(context);
    CHECK(mbedtls_sha256_starts(context, 0) == 0);
}

/* FIPS 180-2, B.1 to B.3, and nothing at all. */
static void computes_what_fips_180_says(void)
{
    static const char thousand[1000];
    static const struct {
        const char *part;
        size_t length, times;
        const char *digest;
    } rows[] = {
        {"", 0, 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", 3, 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, 1,
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"aaaaaaaaaaaaaaaaaaaa", 20, 50000,
         "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
        {thousand, 1000, 1, "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"},
    };
    crypto_seam_switch(true);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        mbedtls_sha256_context context;
        unsigned char made[BYTES], wanted[BYTES];
        unsigned before = crypto_seam_count(CRYPTO_OPERATION_SHA256);
        hex_read(wanted, sizeof(wanted), rows[i].digest);
        start(&context);
        for (size_t j = 0; j < rows[i].times; j++)
            CHECK(mbedtls_sha256_update(&context, (const unsigned char *)rows[i].part,
                                        rows[i].length) == 0);
        CHECK(mbedtls_sha256_finish(&context, made) == 0);
        CHECK(memcmp(made, wanted, sizeof(made)) == 0, "row %zu: %s", i,
              hex_show(made, sizeof(made)));
        CHECK(crypto_seam_count(CRYPTO_OPERATION_SHA256) > before);
        mbedtls_sha256_free(&context);
    }
}

/* In two parts, of which the bits of how say who does which, and who ends it. */
static void digest(unsigned char *out, size_t first, size_t length, unsigned how)
{
    mbedtls_sha256_context one, context;
    crypto_seam_switch((how & 1) != 0);
    start(&one);
    CHECK(mbedtls_sha256_update(&one, message, first) == 0);
    mbedtls_sha256_init(&context);
    mbedtls_sha256_clone(&context, &one);
    crypto_seam_switch((how & 2) != 0);
    CHECK(mbedtls_sha256_update(&context, message + first, length - first) == 0);
    crypto_seam_switch((how & 4) != 0);
    CHECK(mbedtls_sha256_finish(&context, out) == 0);
    mbedtls_sha256_free(&one);
    mbedtls_sha256_free(&context);
}

static void all_lengths_come_to_mbedtls_s_result(void)
{
    static const size_t firsts[] = {0, 1, 55, 56, 63, 64, 65, 119, 128, 191};
    for (size_t length = 0; length <= 260; length++)
        for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]) && firsts[i] <= length; i++) {
            unsigned char wanted[BYTES], made[BYTES];
            digest(wanted, firsts[i], length, 0);
            for (unsigned how = 1; how < 8; how++) {
                digest(made, firsts[i], length, how);
                CHECK(memcmp(made, wanted, sizeof(made)) == 0, "%zu of %zu, %u", firsts[i], length,
                      how);
            }
        }
}

/* As if so many bytes had gone before. */
static void digest_after(unsigned char *out, uint32_t low, uint32_t high)
{
    mbedtls_sha256_context context;
    start(&context);
    context.MBEDTLS_PRIVATE(total)[0] = low;
    context.MBEDTLS_PRIVATE(total)[1] = high;
    CHECK(mbedtls_sha256_update(&context, message, sizeof(message)) == 0);
    CHECK(mbedtls_sha256_finish(&context, out) == 0);
    mbedtls_sha256_free(&context);
}

static void long_messages_come_to_mbedtls_s_result(void)
{
    static const uint32_t rows[][2] = {
        {0xffffff00, 0}, {0xffffffc0, 0}, {0xffffff80, 0xff}, {0xe0000000 - 64, 0}, {64, 1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char wanted[BYTES], made[BYTES];
        crypto_seam_switch(false);
        digest_after(wanted, rows[i][0], rows[i][1]);
        crypto_seam_switch(true);
        digest_after(made, rows[i][0], rows[i][1]);
        CHECK(memcmp(made, wanted, sizeof(made)) == 0, "row %zu", i);
    }
}

static void sha_224_is_left_to_mbedtls(void)
{
    mbedtls_sha256_context context;
    unsigned char made[28], wanted[28];
    hex_read(wanted, sizeof(wanted), "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
    crypto_seam_switch(true);
    unsigned before = crypto_seam_count(CRYPTO_OPERATION_SHA256);
    mbedtls_sha256_init(&context);
    CHECK(mbedtls_sha256_starts(&context, 1) == 0);
    CHECK(mbedtls_sha256_update(&context, (const unsigned char *)"abc", 3) == 0);
    CHECK(mbedtls_sha256_finish(&context, made) == 0);
    CHECK(memcmp(made, wanted, sizeof(made)) == 0);
    CHECK(crypto_seam_count(CRYPTO_OPERATION_SHA256) == before);
    mbedtls_sha256_free(&context);
}

static const struct test tests[] = {
    TEST(computes_what_fips_180_says),
    TEST(all_lengths_come_to_mbedtls_s_result),
    TEST(long_messages_come_to_mbedtls_s_result),
    TEST(sha_224_is_left_to_mbedtls),
};

int main(void)
{
    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = (unsigned char)(i * 37 + 11);
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
