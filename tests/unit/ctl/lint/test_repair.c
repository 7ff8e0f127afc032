/* SPDX-License-Identifier: ISC */
/* test_repair: what is put right in a policy file, what is left, and what was done. */
#include "ctl/lint/repair.h"

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text)  (text), sizeof(text) - 1

#define V     "version: STSv1\r\n"
#define E     "mode: enforce\r\n"
#define T     "mode: testing\r\n"
#define X     "mx: mail.example.com\r\n"
#define A     "max_age: 604800\r\n"
#define SOUND V E X A

struct row {
    const char *bytes;
    size_t length;
    const char *steps;  /* "rule:line", one after the other */
    const char *result; /* NULL: as it was */
};

static void check_row(const struct row *row, size_t number)
{
    struct repair repair;
    char steps[1024] = "";
    const char *result = row->result != NULL ? row->result : row->bytes;
    size_t length = row->result != NULL ? strlen(row->result) : row->length;
    CHECK(repair_policy(&repair, row->bytes, row->length) == 0);
    for (size_t i = 0; i < repair.count; i++) {
        size_t used = strlen(steps);
        snprintf(steps + used, sizeof(steps) - used, "%s%s:%u", i > 0 ? " " : "",
                 repair.steps[i].rule, repair.steps[i].line);
    }
    CHECK(strcmp(steps, row->steps) == 0, "row %zu, not %s but %s", number, row->steps, steps);
    CHECK(repair.length == length && (length == 0 || memcmp(repair.bytes, result, length) == 0),
          "row %zu: %.*s", number, (int)repair.length, repair.bytes);
    repair_free(&repair);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_row(&rows[i], i);
}

static void puts_the_form_right(void)
{
    static const struct row rows[] = {
        {BYTES("version: STSv1\nmode: enforce\nmx: mail.example.com\nmax_age: 604800\n"),
         "lf-only:0", SOUND},
        {BYTES("version: STSv1\r\nmode: enforce\nmx: mail.example.com\r\nmax_age: 604800\r\n"),
         "mixed-line-ends:2", SOUND},
        {BYTES("version: STSv1\rmode: enforce \rmx: mail.example.com\rmax_age: 604800"),
         "trailing-blank:1 bare-cr:1 no-final-newline:1", SOUND},
        {BYTES("\xef\xbb\xbf" SOUND), "bom:1", SOUND},
        {BYTES(SOUND "\r\n  \r\n"), "after-end:5", SOUND},
        {BYTES(V "\r\n" E "\t\r\n" X A), "blank-line:2 blank-line:4", SOUND},
        {BYTES(V E X "max_age: 604800"), "no-final-newline:4", SOUND},
        {BYTES("   version: STSv1\r\n   mode: enforce\r\n   mx: mail.example.com\r\n   max_age: "
               "604800\r\n"),
         "leading-blank:1 leading-blank:2 leading-blank:3 leading-blank:4", SOUND},
        {BYTES(V "mode : enforce\r\n" X A), "space-before-colon:2", SOUND},
        {BYTES("# a policy\r\n" V "// see https://example.com\r\n" E X A),
         "comment:1 key-malformed:3", SOUND},
        {BYTES("max_age: 604800\r\n" X E V), "field-order:2", SOUND},
        {BYTES(E V X A), "version-not-first:2", SOUND},
        {BYTES(V E "\xc2\xa0mx:\xc2\xa0mail.example.com\xe2\x80\x8b\r\n" A), "non-ascii:3", SOUND},
        {BYTES("\xff\xfe"
               "v\0e\0r\0s\0i\0o\0n\0:\0S\0T\0S\0v\0"
               "1\0\n\0m\0o\0d\0e\0:\0 \0n\0o\0n\0e\0\n\0m\0x\0:\0 \0a\0.\0b\0\n\0m\0a\0x\0_\0a\0"
               "g\0e\0:\0 \0"
               "8\0"
               "6\0"
               "4\0"
               "0\0"
               "0\0"),
         "utf-16:1 no-blank-behind-colon:1 lf-only:0 no-final-newline:4",
         "version: STSv1\r\nmode: none\r\nmx: a.b\r\nmax_age: 86400\r\n"},
    };
    check_rows(rows, COUNT(rows));
}

static void puts_keys_and_values_right(void)
{
    static const struct row rows[] = {
        {BYTES("versión: STSv1\r\nmodo: prueba\r\nMX: mail.example.com\r\nmax-age: 604800\r\n"),
         "key-translated:1 key-translated:2 mode-translated:2 key-case:3 key-translated:4",
         V T X A},
        {BYTES("版本：STSv1\r\n模式：testing\r\n" X A),
         "non-ascii:1 key-translated:1 non-ascii:2 key-translated:2", V T X A},
        {BYTES("version: STSV1\r\n" E X A), "version-unknown:1", SOUND},
        {BYTES("version: STSv1;\r\nmode: \"enforce\";\r\n" X "max_age: '604800',\r\n"),
         "version-unknown:1 mode-unknown:2 max-age-not-a-number:4", SOUND},
        {BYTES(V "mode: Enforce\r\n" X A), "mode-translated:2", SOUND},
        {BYTES(V "mode: report\r\n" X A), "mode-report:2", V T X A},
        {BYTES(V E "mx: mail.example.com.\r\n" A), "mx-trailing-dot:3", SOUND},
        {BYTES(V E "mx: *.münchen.example\r\n" A), "mx-u-label:3",
         V E "mx: *.xn--mnchen-3ya.example\r\n" A},
        {BYTES(V E "mx: 10 mail.example.com.\r\n" A), "mx-preference:3", SOUND},
        {BYTES(V E "mx: mail.example.com,\r\n" A), "mx-not-a-name:3", SOUND},
        {BYTES(V E "mx: mail.example.com, b.example 20 mail.example.com.\r\n" A), "mx-several:3",
         V E X "mx: b.example\r\n" A},
        {BYTES(V E X "mx: MAIL.example.com\r\n" A), "mx-duplicate:4", SOUND},
        {BYTES(V E "mx: MAIL.Example.com\r\n" A), "mx-case:3", SOUND},
        {BYTES(V E "mx:\tmail.example.com\r\n" A), "tab:3", SOUND},
        {BYTES(V "mode:enforce\r\n" X "max_age: 604800 \r\n"),
         "no-blank-behind-colon:2 trailing-blank:4", SOUND},
        {BYTES(V E "  mx: mail.example.com\r\nmxs: b.example.com\r\n" A), "leading-blank:3",
         V E X "mxs: b.example.com\r\n" A},
        {BYTES(V E "mx: mail.example.com.\r\n" X A), "mx-trailing-dot:3 mx-duplicate:4", SOUND},
        {BYTES(V E "Mode: enforce\r\n" X A V), "key-case:3 duplicate-field:6", SOUND},
    };
    check_rows(rows, COUNT(rows));
}

static void leaves_what_has_no_single_right_form(void)
{
    static const struct row rows[] = {
        {BYTES(SOUND), "", NULL},
        {BYTES(""), "", NULL},
        {BYTES(V E X "x:y \r\n" A), "", NULL},
        {BYTES(V E X "mxs: b.example.com\r\n" A), "", NULL},
        {BYTES(V E X "nmx: b.example.com\r\n" A), "", NULL},
        {BYTES(V E X "mx_host: b.example.com\r\n" A), "", NULL},
        {BYTES(V E X "modus: enforce\r\n" A), "", NULL},
        {BYTES(V E X "max-age: 86400\r\n" A), "", NULL},
        {BYTES(V E "mx: ab--cd.example.com\r\n" A), "", NULL},
        {BYTES(V "mode: perhaps\r\n" X A), "", NULL},
        {BYTES(V E "mx: 192.0.2.1\r\nmx: *\r\nmx: a_b.example\r\nmx: mail.*.example\r\n" A), "",
         NULL},
        {BYTES(V E X "max_age: 1w\r\n"), "", NULL},
        {BYTES(V E X "max_age: 31557601\r\n"), "", NULL},
        {BYTES(V E "mode: testing\r\n" X A), "", NULL},
        {BYTES(V E "modo: testing\r\n" X A), "", NULL},
        {BYTES(V E " mode: testing\t\r\n" X A), "", NULL},
        {BYTES(E "nothing with a colon\r\n" V X A), "", NULL},
        {BYTES("<html>\n  <body>\n  <p>Not Found: sorry</p>\n</html>\n"), "", NULL},
        {BYTES(V E "mx: a\0b.example\r\n" A), "", NULL},
        {BYTES("\xff\xfe\0\xd8"), "", NULL},
    };
    check_rows(rows, COUNT(rows));
}

static void puts_the_rest_right_beside_what_must_stay(void)
{
    static const struct row rows[] = {
        {BYTES("Version: STSv1\nmode: perhaps\nmx: 192.0.2.1\nmax_age: 604800\n"),
         "key-case:1 lf-only:0", V "mode: perhaps\r\nmx: 192.0.2.1\r\n" A},
        {BYTES("mx: mail.example.com.\r\nno colon\r\n" V E A), "mx-trailing-dot:1",
         X "no colon\r\n" V E A},
        {BYTES(V "Mode: enforce\r\nmode: testing\r\n\r\n" X A), "blank-line:4",
         V "Mode: enforce\r\nmode: testing\r\n" X A},
        {BYTES("note: x\r\n" V E X "max_age: 604800\r\n\r\n"), "after-end:6 version-not-first:2",
         SOUND "note: x\r\n"},
    };
    check_rows(rows, COUNT(rows));
}

static void says_what_it_did(void)
{
    struct repair repair;
    static const char text[] = "version: STSv1\r\nmodo: prueba\r\n" X A;
    CHECK(repair_policy(&repair, text, sizeof(text) - 1) == 0 && repair.count == 2);
    if (repair.count == 2) {
        CHECK(strcmp(repair.steps[0].done, "the key \"modo\" is written mode") == 0, "%s",
              repair.steps[0].done);
        CHECK(strcmp(repair.steps[1].done, "\"prueba\" is written testing") == 0, "%s",
              repair.steps[1].done);
    }
    repair_free(&repair);
}

static const struct test tests[] = {
    TEST(puts_the_form_right),
    TEST(puts_keys_and_values_right),
    TEST(leaves_what_has_no_single_right_form),
    TEST(puts_the_rest_right_beside_what_must_stay),
    TEST(says_what_it_did),
};

TEST_MAIN(tests)
