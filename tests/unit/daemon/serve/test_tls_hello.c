/* SPDX-License-Identifier: ISC */
/* test_tls_hello: the group in the server's messages, whole, cut at each byte, and malformed. */
#include "daemon/serve/tls_hello.h"

#include "test.h"

/* A ServerHello of TLS 1.3 with supported_versions and key_share, as RFC 8446 section 4.1.3 has it,
 * with a session id of two bytes. */
static const unsigned char hello[] = {
    22,   3,  3,  0,  64, 2,  0,  0,  60, 3,  3,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
    13,   14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 2,  7,  7,
    0x13, 1,  0,  0,  18, 0,  43, 0,  2,  3,  4,  0,  51, 0,  8,  0,  29, 0,  4,  1,  2,  3,  4,
};
/* A ServerKeyExchange of TLS 1.2: RFC 8422 section 5.4. */
static const unsigned char exchange[] = {22, 3, 3, 0, 9, 12, 0, 0, 5, 3, 0, 23, 1, 9};

static void finds_the_group(void)
{
    CHECK(tls_hello_group(hello, sizeof(hello), 0) == 29);
    CHECK(tls_hello_group(exchange, sizeof(exchange), 29) == 23);
    CHECK(strcmp(tls_hello_group_name(29), "x25519") == 0);
    CHECK(strcmp(tls_hello_group_name(0), "-") == 0 &&
          strcmp(tls_hello_group_name(0x1a1a), "other") == 0);
}

static void other_records_change_nothing(void)
{
    unsigned char sealed[sizeof(hello)];
    memcpy(sealed, hello, sizeof(hello));
    sealed[0] = 23;
    CHECK(tls_hello_group(sealed, sizeof(sealed), 24) == 24);
    sealed[0] = 22;
    sealed[5] = 11; /* a Certificate */
    CHECK(tls_hello_group(sealed, sizeof(sealed), 24) == 24);
}

/* In memory of just that size, so that a sanitizer sees each byte too many. */
static void reads_nothing_behind_the_end(void)
{
    for (size_t length = 0; length < sizeof(hello); length++) {
        unsigned char *cut = malloc(length + 1);
        memcpy(cut, hello, length);
        CHECK(tls_hello_group(cut, length, 7) == 7, "at %zu", length);
        free(cut);
    }
    for (size_t at = 3; at < sizeof(hello); at++) {
        unsigned char *bad = malloc(sizeof(hello));
        memcpy(bad, hello, sizeof(hello));
        bad[at] = 0xff;
        (void)tls_hello_group(bad, sizeof(hello), 7);
        free(bad);
    }
}

static const struct test tests[] = {
    TEST(finds_the_group),
    TEST(other_records_change_nothing),
    TEST(reads_nothing_behind_the_end),
};

TEST_MAIN(tests)
