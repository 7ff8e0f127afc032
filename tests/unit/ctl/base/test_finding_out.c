/* SPDX-License-Identifier: ISC */
/* test_finding: findings are counted, worded, and fit to be shown whatever they quote. */
#include "ctl/base/finding_out.h"

#include <string.h>

#include "test.h"

static void counts_by_severity(void)
{
    struct findings all = {0};
    for (int severity = SEVERITY_ERROR; severity <= SEVERITY_FIXED; severity++)
        findings_add(&all,
                     &(struct finding){
                         .severity = (enum severity)severity, .rule = "r", .where = "w", .line = 3},
                     "number %d", severity);
    CHECK(all.count == 5 && all.errors == 1 && all.warnings == 1 && all.notes == 1);
    CHECK(all.count == 5 && strcmp(all.items[4].problem, "number 4") == 0);
    findings_free(&all);
    CHECK(all.count == 0 && all.items == NULL);
}

static void words_a_sentence_of_what_is_there(void)
{
    static const struct {
        struct finding finding;
        const char *sentence;
    } rows[] = {
        {{SEVERITY_ERROR, "r", "w", 0, "it ends in a dot", "mox", "write it without"},
         "it ends in a dot (breaks mox); write it without"},
        {{SEVERITY_WARNING, "r", "w", 0, "it is long", "chasquid", NULL},
         "it is long (troubles chasquid)"},
        {{SEVERITY_NOTE, "r", "w", 0, "it is testing", NULL, NULL}, "it is testing"},
        {{SEVERITY_ERROR, "r", "w", 0, "it is gone", NULL, "put it back"},
         "it is gone; put it back"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *sentence = finding_sentence(&rows[i].finding);
        CHECK(sentence != NULL && strcmp(sentence, rows[i].sentence) == 0, "%s",
              sentence != NULL ? sentence : "(none)");
        free(sentence);
    }
}

static void shows_nothing_that_a_terminal_or_json_must_not_see(void)
{
    static const char hostile[] = "\x1b[31mred\r\n\xff\xc3 \xe2\x80\xae back \xc3\xa9";
    struct findings all = {0};
    findings_add(&all, &(struct finding){.rule = "r", .where = hostile, .advice = hostile}, "%s",
                 hostile);
    CHECK(all.count == 1 && strcmp(all.items[0].problem, "?[31mred???? ? back \xc3\xa9") == 0, "%s",
          all.items[0].problem);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    struct writer writer;
    writer_open(&writer, &writer_json, out);
    findings_put(&all, &writer);
    CHECK(writer_finish(&writer) == 0);
    writer_close(&writer);
    fclose(out);
    CHECK(strstr(text, "\"line\": null,") != NULL && strstr(text, "\"sender\": null,") != NULL &&
              strpbrk(text, "\x1b\r\xff\xc3\xe2") == NULL,
          "%s", text);
    free(text);
    findings_free(&all);
}

static const struct test tests[] = {
    TEST(counts_by_severity),
    TEST(words_a_sentence_of_what_is_there),
    TEST(shows_nothing_that_a_terminal_or_json_must_not_see),
};

TEST_MAIN(tests)
