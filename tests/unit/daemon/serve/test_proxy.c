/* SPDX-License-Identifier: ISC */
/* test_proxy: headers of the PROXY protocol, whole, cut and wrong. */
#include "daemon/serve/proxy.h"

#include <stdbool.h>

#include "test.h"

#define V2 "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"
#define V6                                                                                         \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"         \
    "\xdc\x04\x01\xbb"
#define BYTES(text) (const unsigned char *)(text), sizeof(text) - 1

struct row {
    const char *what;
    const unsigned char *bytes;
    size_t length;
    enum proxy_result result;
    const char *source; /* "::" where the connection's own stays */
    size_t header;
};

static const struct row rows[] = {
    {"v1 TCP4", BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\nrest"), PROXY_RESULT_WHOLE,
     "192.0.2.1", 45},
    {"v1 TCP6", BYTES("PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"), PROXY_RESULT_WHOLE,
     "2001:db8::1", 46},
    {"v1 UNKNOWN", BYTES("PROXY UNKNOWN\r\n"), PROXY_RESULT_WHOLE, "::", 15},
    {"v1 UNKNOWN with addresses", BYTES("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"),
     PROXY_RESULT_WHOLE, "::", 35},
    {"v1 without CR", BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n"), PROXY_RESULT_BAD,
     NULL, 0},
    {"v1 with a bad address", BYTES("PROXY TCP4 192.0.2.256 198.51.100.1 1 443\r\n"),
     PROXY_RESULT_BAD, NULL, 0},
    {"v1 with the other family's address", BYTES("PROXY TCP4 2001:db8::1 2001:db8::2 1 443\r\n"),
     PROXY_RESULT_BAD, NULL, 0},
    {"v1 with a port too large", BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n"),
     PROXY_RESULT_BAD, NULL, 0},
    {"v1 with a word too many", BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 1 443 x\r\n"),
     PROXY_RESULT_BAD, NULL, 0},
    {"v1 with a word too few", BYTES("PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n"), PROXY_RESULT_BAD,
     NULL, 0},
    {"v1 with NUL", BYTES("PROXY UNKNOWN\0\r\n"), PROXY_RESULT_BAD, NULL, 0},
    {"v1 with the empty line", BYTES("PROXY \r\n"), PROXY_RESULT_BAD, NULL, 0},
    {"v1 line without end",
     BYTES(
         "PROXY UNKNOWN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
     PROXY_RESULT_BAD, NULL, 0},
    {"v2 IPv4", BYTES(V2 "\x21\x11\0\x0c" V4 "rest"), PROXY_RESULT_WHOLE, "192.0.2.1", 28},
    {"v2 IPv6", BYTES(V2 "\x21\x21\0\x24" V6), PROXY_RESULT_WHOLE, "2001:db8::1", 52},
    {"v2 IPv4 with TLVs", BYTES(V2 "\x21\x11\0\x10" V4 "\x04\0\x01x"), PROXY_RESULT_WHOLE,
     "192.0.2.1", 32},
    {"v2 LOCAL", BYTES(V2 "\x20\0\0\0"), PROXY_RESULT_WHOLE, "::", 16},
    {"v2 LOCAL with addresses", BYTES(V2 "\x20\x11\0\x0c" V4), PROXY_RESULT_WHOLE, "::", 28},
    {"v2 of no family", BYTES(V2 "\x21\0\0\0"), PROXY_RESULT_WHOLE, "::", 16},
    {"v2 with a short address", BYTES(V2 "\x21\x11\0\x04\xc0\0\x02\x01"), PROXY_RESULT_BAD, NULL,
     0},
    {"v2 of version 3", BYTES(V2 "\x31\x11\0\x0c" V4), PROXY_RESULT_BAD, NULL, 0},
    {"v2 with an unknown command", BYTES(V2 "\x22\x11\0\x0c" V4), PROXY_RESULT_BAD, NULL, 0},
    {"v2 with an unknown family", BYTES(V2 "\x21\x41\0\x0c" V4), PROXY_RESULT_BAD, NULL, 0},
    {"v2 too long", BYTES(V2 "\x21\x11\xff\xff" V4), PROXY_RESULT_BAD, NULL, 0},
    {"a ClientHello", BYTES("\x16\x03\x01\x02\x00\x01\x00"), PROXY_RESULT_BAD, NULL, 0},
    {"an HTTP request", BYTES("PUT / HTTP/1.1\r\n"), PROXY_RESULT_BAD, NULL, 0},
    {"nothing", BYTES(""), PROXY_RESULT_MORE, NULL, 0},
};

static void each_header_is_read_as_the_protocol_says(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        struct network_address source = {{0}};
        size_t header = 0;
        enum proxy_result result = proxy_read(row->bytes, row->length, &source, &header);
        CHECK(result == row->result, "%s: %d", row->what, (int)result);
        if (result != PROXY_RESULT_WHOLE)
            continue;
        char text[NETWORK_TEXT_MAX];
        network_address_text(&source, text);
        CHECK(strcmp(text, row->source) == 0, "%s: %s", row->what, text);
        CHECK(header == row->header, "%s: %zu", row->what, header);
    }
}

static void each_beginning_of_a_header_asks_for_more(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        for (size_t cut = 0; row->result == PROXY_RESULT_WHOLE && cut < row->header; cut++) {
            struct network_address source = {{0}};
            size_t header = 0;
            unsigned char *exact = malloc(cut > 0 ? cut : 1); /* so that over-reading shows */
            memcpy(exact, row->bytes, cut);
            CHECK(proxy_read(exact, cut, &source, &header) == PROXY_RESULT_MORE, "%s cut at %zu",
                  row->what, cut);
            free(exact);
        }
    }
}

static const struct test tests[] = {
    TEST(each_header_is_read_as_the_protocol_says),
    TEST(each_beginning_of_a_header_asks_for_more),
};

TEST_MAIN(tests)
