/* SPDX-License-Identifier: ISC */
/* test_html_out: what becomes of texts and numbers in a page. */
#include "ctl/tlsrpt/html_out.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/tlsrpt/totals_rows.h"
#include "test.h"

/* What the last call wrote; the stream is opened by the caller. */
struct sink {
    FILE *stream;
    char *text;
    size_t length;
};

static void sink_open(struct sink *sink)
{
    sink->stream = open_memstream(&sink->text, &sink->length);
    if (sink->stream == NULL)
        abort();
}

static void expect_sink(struct sink *sink, const char *wanted)
{
    fclose(sink->stream);
    CHECK(strcmp(sink->text, wanted) == 0, "%s", sink->text);
    free(sink->text);
}

static void texts_cannot_leave_their_place(void)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"", ""},
        {"mx1.example.com", "mx1.example.com"},
        {"<b>", "&#60;b&#62;"},
        {"a&amp;b", "a&#38;amp;b"},
        {"' x=\"y\" `", "&#39; x&#61;&#34;y&#34; &#96;"},
        {"%s%n", "%s%n"},
        {"\x1b[31m\r\n", "?[31m??"},
        {"b\xc3\xbc", "b\xc3\xbc"},
        {"b\xfc", "b?"},
        {"\xe2\x80\xae", "?"}, /* U+202E turns the text around it */
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sink sink;
        sink_open(&sink);
        html_text(sink.stream, rows[i].text);
        expect_sink(&sink, rows[i].wanted);
    }
}

static void markup_stays_and_values_are_put_in(void)
{
    struct sink sink;
    sink_open(&sink);
    html_put(sink.stream, "<td class='%s'>%d %ld %lld %u %zu 100 %%</td>", "a'b", 1234567, -1000L,
             999LL, 4096u, (size_t)4096);
    expect_sink(&sink, "<td class='a&#39;b'>1,234,567 -1,000 999 4096 4096 100 %</td>");
    sink_open(&sink);
    html_put(sink.stream, "%lld", (long long)INT64_MIN);
    expect_sink(&sink, "-9,223,372,036,854,775,808");
}

static void shares_are_not_rounded_to_all_or_nothing(void)
{
    static const struct {
        int64_t successes, failures;
        const char *wanted;
    } rows[] = {
        {0, 0, "-"},           {1, 0, "100 %"},
        {0, 1, "0.0 %"},       {1, 1, "50.0 %"},
        {999, 1, "99.9 %"},    {1000000, 1, "99.9 %"},
        {1, 1000000, "0.1 %"}, {INT64_MAX, INT64_MAX, "50.0 %"},
        {2, 1, "66.6 %"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char share[TOTALS_SHARE_MAX];
        totals_share(share, rows[i].successes, rows[i].failures);
        CHECK(strcmp(share, rows[i].wanted) == 0, "%s", share);
    }
}

static void days_are_a_span_or_one_day(void)
{
    struct sink sink;
    sink_open(&sink);
    html_days(sink.stream, 20000, 20000);
    html_days(sink.stream, 20000, 20001);
    expect_sink(&sink, "<time>2024-10-04</time><time>2024-10-04</time> to <time>2024-10-05</time>");
}

static const struct test tests[] = {
    TEST(texts_cannot_leave_their_place),
    TEST(markup_stays_and_values_are_put_in),
    TEST(shares_are_not_rounded_to_all_or_nothing),
    TEST(days_are_a_span_or_one_day),
};
TEST_MAIN(tests)
