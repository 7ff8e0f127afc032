/* SPDX-License-Identifier: ISC */
/* test_txtrecord: the TXT records of MTA-STS and TLSRPT, right, wrong and hostile. */
#include "ctl/net/txtrecord.h"

#include "common/base/span.h"
#include "test.h"

#define TEXTS_MAX 4

/* What was reported: "D5! D3" is an error of row D5 and a warning of row D3. */
struct heard {
    char rows[128];
    char sentences[2048];
};

static void hear(void *context, const struct finding *finding)
{
    struct heard *heard = context;
    size_t used = strlen(heard->rows);
    snprintf(heard->rows + used, sizeof(heard->rows) - used, "%s%s%s", used > 0 ? " " : "",
             finding->rule, finding->severity == SEVERITY_ERROR ? "!" : "");
    used = strlen(heard->sentences);
    snprintf(heard->sentences + used, sizeof(heard->sentences) - used, "%s: %s\n", finding->problem,
             finding->advice);
}

static size_t collect(struct span out[TEXTS_MAX], const char *const texts[TEXTS_MAX])
{
    size_t count = 0;
    while (count < TEXTS_MAX && texts[count] != NULL) {
        out[count] = (struct span){texts[count], strlen(texts[count])};
        count++;
    }
    return count;
}

struct row {
    const char *texts[TEXTS_MAX];
    const char *rows;
    const char *taken; /* the id, or the URIs */
    bool usable;
};

static void check_sts(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct span texts[TEXTS_MAX];
        struct heard heard = {{0}, {0}};
        struct txtrecord_sts out;
        size_t number = collect(texts, rows[i].texts);
        bool usable = txtrecord_judge_sts(&out, texts, number, hear, &heard);
        CHECK(usable == rows[i].usable && usable == out.usable, "row %zu: %s", i, heard.sentences);
        CHECK(strcmp(heard.rows, rows[i].rows) == 0, "row %zu: %s: %s", i, heard.rows,
              heard.sentences);
        CHECK(strcmp(out.id, rows[i].taken) == 0, "row %zu: %s", i, out.id);
    }
}

#define CHECK_STS(rows) check_sts(rows, sizeof(rows) / sizeof((rows)[0]))

static void takes_what_the_rfc_allows(void)
{
    static const struct row rows[] = {
        {{"v=STSv1; id=20160831085700Z;"}, "", "20160831085700Z", true},
        {{"v=STSv1;id=1"}, "", "1", true},
        {{"v=STSv1; id=aZ9 ;"}, "", "aZ9", true},
        {{"v=STSv1; id=abcdefghijklmnopqrstuvwxyz012345;"},
         "",
         "abcdefghijklmnopqrstuvwxyz012345",
         true},
        {{NULL}, "", "", false},
    };
    CHECK_STS(rows);
}

static void judges_the_set_of_records(void)
{
    static const struct row rows[] = {
        {{"v=STSv1; id=1;", "v=STSv1; id=2;"}, "D2!", "", false},
        {{"google-site-verification=x"}, "D2!", "", false},
        {{""}, "D2!", "", false},
        {{"v=spf1 -all"}, "D4!", "", false},
        {{"v=TLSRPTv1; rua=mailto:a@example.com"}, "D4!", "", false},
        {{"v=STSv1; id=1;", "v=spf1 -all"}, "D3!", "1", false},
        {{"x", "v=STSv1; id=1;", ""}, "D3! D3!", "1", false},
        {{"v=STSv1 ; id=1;", "v=STSv1; id=2;"}, "D5!", "2", false},
        {{"v=STSv1", "v=STSv1; id=2;"}, "D5!", "2", false},
        {{"v=STSv1; id=2;", "v=STSv10; id=2;"}, "D5!", "2", false},
        {{"v=STSv1; id=2;", "V=STSV1; id=2;"}, "D5!", "2", false},
        {{"v=spf1 -all", "v=stsv1; id=1;"}, "D3! D5!", "", false},
    };
    CHECK_STS(rows);
}

static void wants_the_version_first_and_exact(void)
{
    static const struct {
        const char *text;
        const char *word;
    } rows[] = {
        {"v=STSv1 ; id=1;", "before the first semicolon"},
        {"v=STSv1", "no semicolon"},
        {"v=STSv1 id=1", "no semicolon"},
        {"v=STSv12; id=1", "no semicolon"},
        {"v=stsv1; id=1;", "letter case"},
        {"V=STSv1; id=1;", "letter case"},
        {" v=STSv1; id=1;", "begins with a blank"},
        {"\"v=STSv1; id=1;\"", "quotes"},
        {"\u201cv=STSv1; id=1;\u201d", "quotes"},
        {"v=STSv1\\; id=1\\;", "a backslash before its semicolon"},
        {"version: STSv1 mode: enforce mx: a.example max_age: 1", "is the policy"},
        {"id=1; v=STSv1;", "does not begin"},
        {"STSv1", "does not begin"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct span text = {rows[i].text, strlen(rows[i].text)};
        struct heard heard = {{0}, {0}};
        struct txtrecord_sts out;
        CHECK(!txtrecord_judge_sts(&out, &text, 1, hear, &heard), "row %zu", i);
        CHECK(strcmp(heard.rows, "D5!") == 0, "row %zu: %s", i, heard.rows);
        CHECK(strstr(heard.sentences, rows[i].word) != NULL, "row %zu: %s", i, heard.sentences);
    }
}

static void wants_an_id_of_letters_and_digits(void)
{
    static const struct row rows[] = {
        {{"v=STSv1;"}, "D6!", "", false},
        {{"v=STSv1; id=;"}, "D6!", "", false},
        {{"v=STSv1; id=2016-08-31;"}, "D6!", "", false},
        {{"v=STSv1; id=1 2;"}, "D6!", "", false},
        {{"v=STSv1; id= 1;"}, "D6!", "", false},
        {{"v=STSv1; id=\xc3\xa4;"}, "D6!", "", false},
        {{"v=STSv1; id=abcdefghijklmnopqrstuvwxyz0123456;"}, "D6!", "", false},
        {{"v=STSv1; ID=1;"}, "D6!", "", false},
        {{"v=STSv1; mode=enforce;"}, "D7 D6!", "", false},
    };
    CHECK_STS(rows);
}

static void names_what_else_stands_in_the_record(void)
{
    static const struct row rows[] = {
        {{"v=STSv1; id=1; id=2;"}, "D7!", "1", false},
        {{"v=STSv1; id=1; x-note.1=a,b;"}, "D7", "1", true},
        {{"v=STSv1; id=1; rua=mailto:a@example.com"}, "D7", "1", true},
        {{"v=STSv1; id=1; "}, "D7!", "1", false},
        {{"v=STSv1; id=1 "}, "D7!", "1", false},
        {{"v=STSv1;\tid=1;"}, "D7", "1", true},
        {{"v=STSv1; id=1; junk"}, "D7!", "1", false},
        {{"v=STSv1; id=1;;"}, "D7!", "1", false},
        {{"v=STSv1;; id=1;"}, "D7!", "1", false},
        {{"v=STSv1; id=1; a=b=c;"}, "D7!", "1", false},
        {{"v=STSv1; id=1; a=;"}, "D7!", "1", false},
        {{"v=STSv1; id=1; a b=c;"}, "D7!", "1", false},
        {{"v=STSv1; id=1; -a=c;"}, "D7!", "1", false},
        {{"v=STSv1; id=1;\"\""}, "D7!", "1", false},
    };
    CHECK_STS(rows);
}

static const struct row tlsrpt_rows[] = {
    {{"v=TLSRPTv1; rua=mailto:tlsrpt@example.com;"}, "", "mailto:tlsrpt@example.com", true},
    {{"v=TLSRPTv1;rua=https://r.example.com:8443/v1?a=b,mailto:a@example.com"},
     "",
     "https://r.example.com:8443/v1?a=b mailto:a@example.com",
     true},
    {{"v=TLSRPTv1; rua=mailto:a@example.com , mailto:b@example.com;"},
     "",
     "mailto:a@example.com mailto:b@example.com",
     true},
    {{"v=TLSRPTv1; rua=MAILTO:a%2Cb@example.com?subject=x;"},
     "",
     "MAILTO:a%2Cb@example.com?subject=x",
     true},
    {{NULL}, "", "", false},
    {{"v=TLSRPTv1;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=tlsrpt@example.com;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=http://r.example.com/;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=https:///v1;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=ftp://r.example.com/;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=mailto:example.com;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=mailto:a@;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=mailto:a@b@example.com;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=mailto:a@example.com!10m;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=mailto:a,b@example.com;"}, "T2! T2!", "", false},
    {{"v=TLSRPTv1; rua=mailto:a@example.com,;"}, "T2!", "mailto:a@example.com", false},
    {{"v=TLSRPTv1; rua=mailto:<a@example.com>;"}, "T2!", "", false},
    {{"v=TLSRPTv1; rua=mailto:a@x.example,mailto:b@x.example,mailto:c@x.example"},
     "T2",
     "mailto:a@x.example mailto:b@x.example mailto:c@x.example",
     true},
    {{"v=TLSRPTv1; rua=mailto:a@x.example; rua=mailto:b@x.example"},
     "T1",
     "mailto:a@x.example",
     true},
    {{"v=TLSRPTv1; rua=mailto:a@x.example; ruf=1"}, "T1", "mailto:a@x.example", true},
    {{"v=TLSRPTv1; rua=mailto:a@x.example; junk"}, "T1!", "mailto:a@x.example", false},
    {{"v=TLSRPTv1 ; rua=mailto:a@x.example"}, "T1!", "", false},
    {{"v=TLSRPT1; rua=mailto:a@x.example"}, "T1!", "", false},
    {{"v=TLSRPTv1; rua=mailto:a@x.example", "v=TLSRPTv1; rua=mailto:b@x.example"},
     "T1!",
     "",
     false},
};

static void judges_who_gets_the_reports(void)
{
    for (size_t i = 0; i < sizeof(tlsrpt_rows) / sizeof(tlsrpt_rows[0]); i++) {
        struct span texts[TEXTS_MAX];
        struct heard heard = {{0}, {0}};
        struct txtrecord_tlsrpt out;
        char taken[256] = "";
        size_t number = collect(texts, tlsrpt_rows[i].texts);
        bool usable = txtrecord_judge_tlsrpt(&out, texts, number, hear, &heard);
        for (size_t j = 0; j < out.uri_count; j++)
            snprintf(taken + strlen(taken), sizeof(taken) - strlen(taken), "%s%.*s",
                     j > 0 ? " " : "", (int)out.uris[j].length, out.uris[j].bytes);
        CHECK(usable == tlsrpt_rows[i].usable && usable == out.usable, "row %zu: %s", i,
              heard.sentences);
        CHECK(strcmp(heard.rows, tlsrpt_rows[i].rows) == 0, "row %zu: %s: %s", i, heard.rows,
              heard.sentences);
        CHECK(strcmp(taken, tlsrpt_rows[i].taken) == 0, "row %zu: %s", i, taken);
    }
}

static void finds_records_where_no_sender_looks(void)
{
    static const char *const apex[TEXTS_MAX] = {"v=spf1 -all", "v=STSv1; id=1;",
                                                "v=TLSRPTv1; rua=mailto:a@example.com"};
    struct span texts[TEXTS_MAX];
    struct heard heard = {{0}, {0}};
    size_t count = collect(texts, apex);
    txtrecord_judge_elsewhere(texts, count, hear, &heard);
    CHECK(strcmp(heard.rows, "D4! T1!") == 0, "%s", heard.rows);
    CHECK(strstr(heard.sentences, "is at this name") != NULL, "%s", heard.sentences);
}

static void quotes_nothing_but_printable_ascii(void)
{
    static const char hostile[] = "v=STSv1; id=\x1b[31m\0;\xff";
    struct span text = {hostile, sizeof(hostile) - 1};
    struct heard heard = {{0}, {0}};
    struct txtrecord_sts out;
    CHECK(!txtrecord_judge_sts(&out, &text, 1, hear, &heard));
    CHECK(strstr(heard.sentences, "?[31m?") != NULL, "%s", heard.sentences);
    CHECK(strchr(heard.sentences, '\x1b') == NULL);
}

static void writes_records_that_it_takes(void)
{
    static const char *const uris[] = {"mailto:a@example.com", "https://r.example.com/v1"};
    char text[TXTRECORD_STS_MAX], small[16];
    char report[128];
    txtrecord_write_sts(text, "abc123");
    CHECK(strcmp(text, "v=STSv1; id=abc123;") == 0, "%s", text);
    size_t length = txtrecord_write_tlsrpt(report, sizeof(report), uris, 2);
    CHECK(strcmp(report, "v=TLSRPTv1; rua=mailto:a@example.com,https://r.example.com/v1;") == 0,
          "%s", report);
    CHECK(length == strlen(report));
    CHECK(txtrecord_write_tlsrpt(report, length + 1, uris, 2) == length);
    CHECK(txtrecord_write_tlsrpt(report, length, uris, 2) == 0);
    CHECK(txtrecord_write_tlsrpt(small, sizeof(small), uris, 2) == 0);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(takes_what_the_rfc_allows),
        TEST(judges_the_set_of_records),
        TEST(wants_the_version_first_and_exact),
        TEST(wants_an_id_of_letters_and_digits),
        TEST(names_what_else_stands_in_the_record),
        TEST(judges_who_gets_the_reports),
        TEST(finds_records_where_no_sender_looks),
        TEST(quotes_nothing_but_printable_ascii),
        TEST(writes_records_that_it_takes),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
