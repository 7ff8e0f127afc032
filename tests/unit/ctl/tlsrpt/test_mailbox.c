/* SPDX-License-Identifier: ISC */
/* test_mailbox: mails of a mailbox, however the bytes come, and texts of several objects. */
#include "ctl/tlsrpt/mailbox.h"

#include "ctl/tlsrpt/jsonsplit.h"
#include "test.h"

#define LIMIT 1000

/* The mails, each in brackets, cut to 60 bytes. */
static char found[4096];

static void take(void *context, const unsigned char *bytes, size_t length)
{
    size_t used = strlen(found);
    (void)context;
    if (length > LIMIT)
        snprintf(found + used, sizeof(found) - used, "[%zu]", length);
    else
        snprintf(found + used, sizeof(found) - used, "[%.*s]", (int)length, (const char *)bytes);
}

/* In pieces of so many bytes. */
static void read_in_pieces(const char *text, size_t length, size_t size)
{
    struct mailbox mailbox = {.mail = take, .limit = LIMIT};
    struct error why;
    found[0] = '\0';
    for (size_t at = 0; at < length; at += size)
        CHECK(mailbox_take(&mailbox, (const unsigned char *)text + at,
                           length - at < size ? length - at : size, &why) == 0);
    mailbox_end(&mailbox);
}

static void mails_are_the_same_in_pieces_of_any_size(void)
{
    static const struct {
        const char *text, *mails;
    } rows[] = {
        {"", ""},
        {"From a", "[]"},
        {"From a\nb", "[b]"},
        {"From a\nb\n\nFrom c\nd\n", "[b\n\n][d\n]"},
        {"From a\r\nb\r\n\r\nFrom c\r\nd\r\n", "[b\r\n\r\n][d\r\n]"},
        {"From a\nb\nFrom c\nd\n", "[b\nFrom c\nd\n]"}, /* no empty line before */
        {"From a\nb\n\n>From c\nd\n", "[b\n\n>From c\nd\n]"},
        {"From a\nb\n\nFromage\nd\n", "[b\n\nFromage\nd\n]"},
        {"From a\n\nFrom b\n\nFrom c\n", "[\n][\n][]"},
        {"From a\n\n\n\nFro", "[\n\n\nFro]"},
        {"From a\nb\n \nFrom c\n", "[b\n \nFrom c\n]"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t size = 1; size <= strlen(rows[i].text) + 1; size++) {
            read_in_pieces(rows[i].text, strlen(rows[i].text), size);
            CHECK(strcmp(found, rows[i].mails) == 0, "%zu by %zu: %s", i, size, found);
        }
    }
}

static void long_mails_are_cut_and_those_behind_are_found(void)
{
    static char text[1000000];
    size_t last = sizeof(text) - 60;
    for (int has_lines = 0; has_lines < 2; has_lines++) {
        memset(text, 'x', sizeof(text));
        memcpy(text, "From a\n", 7);
        for (size_t i = 100; has_lines && i < last; i += 60)
            memcpy(text + i, "\nFrom \n\n", 8);
        memcpy(text + last, "\n\nFrom b\nend\n\nFrom c\nand\n", 26);
        for (size_t size = 7; size < 200000; size *= 3) {
            read_in_pieces(text, last + 26, size);
            CHECK(strcmp(found, "[1001][end\n\n][and\n]") == 0, "%zu: %s", size, found);
        }
    }
}

static void objects_are_taken_off_one_by_one(void)
{
    static const struct {
        const char *text, *objects;
    } rows[] = {
        {"", ""},
        {" \n", ""},
        {"{}", "({})"},
        {"{\"a\":1}\n{\"b\":2}\n", "({\"a\":1})({\"b\":2})"},
        {"[{}, {}]", "({})({})"},
        {"[[{}]]", "({})"},
        {"{\"a\":\"}{\"}{\"b\":\"\\\"}\"}", "({\"a\":\"}{\"})({\"b\":\"\\\"}\"})"},
        {"{\"a\":{\"b\":{}}}{", "({\"a\":{\"b\":{}}})({)"},
        {"{} x {}", "({})(x {})"},
        {"{\"a", "({\"a)"},
        {"{\"\\", "({\"\\)"},
        {"}", "(})"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = rows[i].text, *object;
        size_t left = strlen(text), length, used = 0;
        found[0] = '\0';
        while (jsonsplit_next(&text, &left, &object, &length))
            used +=
                (size_t)snprintf(found + used, sizeof(found) - used, "(%.*s)", (int)length, object);
        CHECK(strcmp(found, rows[i].objects) == 0, "%zu: %s", i, found);
    }
}

static const struct test tests[] = {
    TEST(mails_are_the_same_in_pieces_of_any_size),
    TEST(long_mails_are_cut_and_those_behind_are_found),
    TEST(objects_are_taken_off_one_by_one),
};
TEST_MAIN(tests)
