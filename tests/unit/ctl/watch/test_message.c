/* SPDX-License-Identifier: ISC */
/* test_message: nothing in subject and text becomes a header, or ends the mail. */
#include "ctl/watch/message.h"

#include "test.h"

static const char *mails[] = {"admin@example.com", "root"};
static const struct config_watch watch = {
    .mails = mails, .mail_count = 2, .mail_from = "a@b.example"};

/* Free it. */
static char *make(const char *subject, const char *text)
{
    static char *out; /* where the compiler sees it live on */
    static size_t length;
    FILE *stream = open_memstream(&out, &length);
    message_write(stream, &watch, subject, text);
    fclose(stream);
    return out;
}

static void a_plain_mail_has_these_headers(void)
{
    char *mail = make("a subject", "one\n\ntwo\n");
    CHECK(strcmp(mail, "To: admin@example.com,\n"
                       " root\n"
                       "From: a@b.example\n"
                       "Subject: a subject\n"
                       "Auto-Submitted: auto-generated\n"
                       "MIME-Version: 1.0\n"
                       "Content-Type: text/plain; charset=us-ascii\n"
                       "Content-Transfer-Encoding: 7bit\n"
                       "\n"
                       "one\n\ntwo\n") == 0,
          "%s", mail);
    free(mail);
}

static void a_subject_cannot_begin_another_header(void)
{
    static const struct {
        const char *subject, *line;
    } rows[] = {
        {"a\nBcc: x@y.example", "\nSubject: a?Bcc: x@y.example\n"},
        {"a\r\n\r\nbody", "\nSubject: a????body\n"},
        {"a\x9b\x1b[31m", "\nSubject: a??[31m\n"},
        {"b\xc3\xbc"
         "cher\n.",
         "\nSubject: =?UTF-8?B?YsO8Y2hlcj8u?=\n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *mail = make(rows[i].subject, "text\n");
        CHECK(strstr(mail, rows[i].line) != NULL, "%s", mail);
        CHECK(strstr(mail, "\nBcc") == NULL, "%s", mail);
        free(mail);
    }
}

/* RFC 2047 section 2: 75 characters an encoded word, and no character in two of them. */
static void a_long_subject_is_encoded_in_words(void)
{
    char subject[601] = "";
    for (int i = 0; i < 200; i++)
        memcpy(subject + 3 * i, "\xe2\x82\xac", 3);
    char *mail = make(subject, "");
    const char *line = strstr(mail, "Subject: ") + strlen("Subject: ");
    int words = 0;
    while (strncmp(line, "=?UTF-8?B?", 10) == 0) {
        size_t length = strcspn(line, "\n");
        CHECK(length <= 75 && (length - 12) % 4 == 0, "%zu: %.*s", length, (int)length, line);
        CHECK((length - 12) / 4 * 3 % 3 == 0 && line[length - 3] != '=', "%.*s", (int)length, line);
        words++;
        line += length + 1;
        line += *line == ' ';
    }
    CHECK(words == 16, "%d", words);
    free(mail);
}

static void lines_of_the_text_are_cleaned_and_cut(void)
{
    char text[3001];
    memset(text, 'x', 3000);
    text[3000] = '\0';
    char *mail = make("s", text);
    const char *body = strstr(mail, "\n\n") + 2;
    for (const char *line = body; *line != '\0'; line += strcspn(line, "\n") + 1)
        CHECK(strcspn(line, "\n") <= 998);
    free(mail);
    mail = make("s", "a\rb\x1b[0m\n\xc3\xbc \xc2\x9b\n");
    CHECK(strstr(mail, "charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
                       "a?b?[0m\n\xc3\xbc ?\n") != NULL,
          "%s", mail);
    free(mail);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(a_plain_mail_has_these_headers),
        TEST(a_subject_cannot_begin_another_header),
        TEST(a_long_subject_is_encoded_in_words),
        TEST(lines_of_the_text_are_cleaned_and_cut),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
