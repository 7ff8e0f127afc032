/* SPDX-License-Identifier: ISC */
/* test_dnsdata: record data as it comes, whole, cut and hostile. */
#include "ctl/net/dnsdata.h"

#include "test.h"

#define BYTES(text) (const unsigned char *)(text), sizeof(text) - 1

static void writes_names_as_text_and_odd_bytes_as_numbers(void)
{
    static const struct {
        const unsigned char *bytes;
        size_t length;
        const char *text; /* NULL: no name */
    } rows[] = {
        {BYTES("\4MAIL\7example\3com\0"), "mail.example.com"},
        {BYTES("\0"), "."},
        {BYTES("\3a.b\3com\0"), "a\\046b.com"},
        {BYTES("\3\xff\x1b\n\3com\0"), "\\255\\027\\010.com"},
        {BYTES("\4_dmx\3com\0"), "_dmx.com"},
        {BYTES(""), NULL},
        {BYTES("\3com"), NULL},
        {BYTES("\4com\0"), NULL},
        {BYTES("\xc0\x0c"), NULL},
        {BYTES("\3com\0\0"), NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[DNSDATA_NAME_MAX];
        int result = dnsdata_name(out, rows[i].bytes, rows[i].length);
        CHECK((result == 0) == (rows[i].text != NULL), "row %zu", i);
        CHECK(strcmp(out, rows[i].text != NULL ? rows[i].text : "") == 0, "row %zu: %s", i, out);
    }
}

static void fits_the_longest_name_of_odd_bytes(void)
{
    unsigned char wire[255];
    char out[DNSDATA_NAME_MAX];
    memset(wire, 0xff, sizeof(wire));
    wire[0] = wire[64] = wire[128] = 63;
    wire[192] = 61;
    wire[254] = 0;
    CHECK(dnsdata_name(out, wire, sizeof(wire)) == 0);
    CHECK(strlen(out) == (63 * 3 + 61) * 4 + 3, "%zu", strlen(out));
}

static void reads_mx_caa_and_tlsa(void)
{
    struct dnsdata_mx mx;
    struct dnsdata_caa caa;
    struct dnsdata_tlsa tlsa;
    CHECK(dnsdata_mx(&mx, BYTES("\1\2\4mail\2de\0")) == 0 && mx.preference == 258 &&
          strcmp(mx.host, "mail.de") == 0);
    CHECK(dnsdata_mx(&mx, BYTES("\0\0\0")) == 0 && strcmp(mx.host, ".") == 0);
    CHECK(dnsdata_mx(&mx, BYTES("\0\0")) == -1);
    CHECK(dnsdata_caa(&caa, BYTES("\x80\5ISSUEca.example")) == 0 && caa.critical &&
          strcmp(caa.tag, "issue") == 0 && caa.value_length == 10 &&
          memcmp(caa.value, "ca.example", 10) == 0);
    CHECK(dnsdata_caa(&caa, BYTES("\0\x14"
                                  "abcdefghijklmnopqrst")) == 0 &&
          caa.value_length == 0 && strcmp(caa.tag, "abcdefghijklmno") == 0);
    CHECK(dnsdata_caa(&caa, BYTES("\0\6issue")) == -1);
    CHECK(dnsdata_caa(&caa, BYTES("\0\0x")) == -1);
    CHECK(dnsdata_tlsa(&tlsa, BYTES("\3\1\1xyz")) == 0 && tlsa.usage == 3 && tlsa.data_length == 3);
    CHECK(dnsdata_tlsa(&tlsa, BYTES("\3\1\1")) == -1);
}

static void joins_the_strings_of_a_txt_record(void)
{
    char *text;
    size_t length;
    CHECK(dnsdata_txt(&text, &length,
                      BYTES("\6v=STSv\0\5"
                            "1; id")) == 0 &&
          length == 11 && strcmp(text, "v=STSv1; id") == 0);
    free(text);
    CHECK(dnsdata_txt(&text, &length, BYTES("\3a\0b")) == 0 && length == 3);
    free(text);
    CHECK(dnsdata_txt(&text, &length, BYTES("\4abc")) == -1 && text == NULL && length == 0);
    CHECK(dnsdata_txt(&text, &length, BYTES("")) == 0 && length == 0);
    free(text);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(writes_names_as_text_and_odd_bytes_as_numbers),
        TEST(fits_the_longest_name_of_odd_bytes),
        TEST(reads_mx_caa_and_tlsa),
        TEST(joins_the_strings_of_a_txt_record),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
