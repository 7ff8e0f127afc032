/* SPDX-License-Identifier: ISC */
/* test_report: reports as texts, whole, odd and hostile; their texts and dates. */
#include "ctl/tlsrpt/report.h"

#include "ctl/tlsrpt/report_oddity.h"
#include "ctl/tlsrpt/report_text.h"
#include "ctl/tlsrpt/reportscan.h"
#include "test.h"

#define NOW INT64_C(1795305600) /* 2026-11-22T00:00:00Z */
#define DAY 20777               /* 2026-11-20 */

#define RANGE                                                                                      \
    "\"date-range\": {\"start-datetime\": \"2026-11-20T00:00:00Z\","                               \
    " \"end-datetime\": \"2026-11-20T23:59:59Z\"}"
#define HEAD "{\"organization-name\": \"Org\", \"report-id\": \"1\", " RANGE ", \"policies\": "
#define STS  "\"policy\": {\"policy-type\": \"sts\", \"policy-domain\": \"example.com\"}"
#define COUNTS(good, bad)                                                                          \
    "\"summary\": {\"total-successful-session-count\": " good                                      \
    ", \"total-failure-session-count\": " bad "}"

static int parse(struct report *out, const char *json, struct error *why)
{
    return report_parse(out, json, strlen(json), NULL, NOW, why);
}

static void reads_a_whole_report(void)
{
    struct report report;
    struct error why;
    int result = parse(
        &report,
        HEAD
        "[{\"policy\": {\"policy-type\": \"sts\", \"policy-domain\": \"Example.COM\","
        " \"policy-string\": [\"version: STSv1\", \"mode: enforce\", \"mx: *.a.b\"],"
        " \"mx-host\": [\"*.a.b\"]}, " COUNTS(
            "7",
            "5") ", \"failure-details\": [{\"result-type\": \"certificate-expired\","
                 " \"receiving-mx-hostname\": \"MX.a.b.\", \"failed-session-count\": 3},"
                 " {\"result-type\": \"validation-failure\", \"failure-reason-code\": \"R\","
                 " \"receiving-mx-hostname\": \"mx.sub.a.b\", \"failed-session-count\": 2}]}]}",
        &why);
    CHECK(result == 0, "%s", why.text);
    CHECK(strcmp(report.organisation, "Org") == 0 && strcmp(report.id, "1") == 0);
    CHECK(report.day == DAY && report.oddities == 0 && report.left_out == 0, "%d", report.day);
    CHECK(report.count == 1);
    const struct report_policy *policy = report.policies;
    CHECK(policy->kind == REPORT_STS && strcmp(policy->domain, "example.com") == 0);
    CHECK(policy->has_mode && policy->mode == POLICY_MODE_ENFORCE);
    CHECK(policy->successes == 7 && policy->failures == 5 && policy->count == 2);
    CHECK(strcmp(policy->details[0].mx, "mx.a.b") == 0 && !policy->details[0].outside);
    CHECK(strcmp(policy->details[1].reason, "R") == 0 && policy->details[1].outside);
    report_free(&report);
}

static void reads_what_is_odd_and_notes_it(void)
{
    static const struct {
        const char *json;
        enum report_oddity oddity;
        long long successes, failures;
    } rows[] = {
        {HEAD "[{" STS ", " COUNTS("\"17\"", "0") "}]}", REPORT_ODD_COUNT, 17, 0},
        {HEAD "[{" STS ", " COUNTS("3.0", "0") "}]}", REPORT_ODD_COUNT, 3, 0},
        {HEAD "[{" STS ", " COUNTS("null", "0") "}]}", REPORT_ODD_COUNT, 0, 0},
        {HEAD "[{" STS "}]}", REPORT_ODD_COUNT, 0, 0},
        {HEAD "[{" STS ", " COUNTS("1", "2") ", \"failure-details\": [{\"result-type\": \"x\", "
                                             "\"failed-session-count\": 9}]}]}",
         REPORT_ODD_SUM, 1, 9},
        {HEAD "[{" STS ", " COUNTS("1", "2") ", \"failure-details\": [{\"failed-session-count\": "
                                             "2}]}]}",
         REPORT_ODD_RESULT, 1, 2},
        {HEAD "[{\"policy\": {\"policy-type\": \"new\", \"policy-domain\": \"a.b\"}, " COUNTS(
             "1", "0") "}]}",
         REPORT_ODD_KIND, 1, 0},
        {HEAD "[{\"policy\": {\"policy-type\": \"sts\"}, " COUNTS("1", "0") "}]}",
         REPORT_ODD_DOMAIN, 1, 0},
        {HEAD "[{\"policy\": {\"policy-type\": \"sts\", \"policy-domain\": \"a.b\","
              " \"policy-string\": \"mode: testing\"}, " COUNTS("1", "0") "}]}",
         REPORT_ODD_POLICY_STRING, 1, 0},
        {"{\"organization-name\": \"Org\", " RANGE ", \"policies\": [{" STS
         ", " COUNTS("1", "0") "}]}",
         REPORT_ODD_ID, 1, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct report report;
        struct error why = {.text = "-"};
        int result = parse(&report, rows[i].json, &why);
        CHECK(result == 0 && report.count == 1, "row %zu: %s", i, why.text);
        CHECK(report.oddities == 1u << rows[i].oddity, "row %zu: %x", i, report.oddities);
        CHECK(report.count == 1 && report.policies[0].successes == rows[i].successes &&
                  report.policies[0].failures == rows[i].failures,
              "row %zu", i);
        report_free(&report);
    }
}

static void refuses_with_the_reason_and_leaves_nothing(void)
{
    static const struct {
        const char *json;
        const char *text;
    } rows[] = {
        {"", "cut off"},
        {"{", "cut off"},
        {"[]", "no TLS report"},
        {"{}", "no start-datetime"},
        {"{" RANGE "}", "no list of policies"},
        {"{" RANGE ", " RANGE "}", "duplicate object key"},
        {HEAD "[]}x", "no valid JSON"},
        {HEAD "[{\"a\": \"\\u0000\"}]}", "NUL"},
        {HEAD "[{" STS ", " COUNTS("-1", "0") "}]}", "is negative"},
        {HEAD "[{" STS ", " COUNTS("1000000000001", "0") "}]}", "larger than any"},
        {HEAD "[{" STS ", " COUNTS("1e30", "0") "}]}", "no number"},
        {HEAD "[{" STS ", " COUNTS("0.5", "0") "}]}", "no whole number"},
        {HEAD "[{" STS ", " COUNTS("true", "0") "}]}", "no number"},
        {HEAD "[{" STS ", " COUNTS("\"1234567890123\"", "0") "}]}", "no number"},
        {HEAD "[[]]}", "policies[0]: this is no object"},
        {HEAD "[#]}", "a character that belongs in a text"},
        {HEAD "[\"a\nb\"]}", "a control character"},
        {"x", "no TLS report"},
        {HEAD "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "nested more than 32 deep"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct report report;
        struct error why = {.text = "-"};
        CHECK(parse(&report, rows[i].json, &why) == -1, "row %zu", i);
        CHECK(strstr(why.text, rows[i].text) != NULL, "row %zu: %s", i, why.text);
        CHECK(report.arena.blocks == NULL && report.count == 0, "row %zu", i);
    }
}

/* What is behind the first bad byte is never looked at, so it costs nothing. */
static void ends_at_the_first_byte_that_no_report_has(void)
{
    static const struct {
        const char *start, *filling, *text;
        size_t count; /* so many fillings are refused, one less is not */
    } rows[] = {
        {"{\"a\":\"", "x", "a text of more than 65536 bytes", REPORTSCAN_TEXT_MAX + 1},
        {"{\"a\":\"", "\\n", "a text of more than 65536 bytes", REPORTSCAN_TEXT_MAX / 2 + 1},
        {"{", " ", "blanks in a row", REPORTSCAN_BLANKS_MAX + 1},
        {"", "\n", "blanks in a row", REPORTSCAN_BLANKS_MAX + 1},
        {"{\"a\":[", "0,", "more than 500000 values", REPORTSCAN_VALUES_MAX + 1},
        {"{\"a\":[", "{}", "more than 50000 lists", REPORTSCAN_LISTS_MAX - 1},
        {"", "[", "a list and no object", 1},
        {"", "x", "no JSON object", 1},
        {"{}", "{", "more behind its end", 1},
        {"\xef\xbb\xbf{\"a\":", "\xef", "a character that belongs in a text", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct reportscan scan = {0};
        struct error why = {.text = "-"};
        const unsigned char *start = (const unsigned char *)rows[i].start;
        const unsigned char *filling = (const unsigned char *)rows[i].filling;
        CHECK(reportscan_take(&scan, start, strlen(rows[i].start), &why) == 0, "row %zu", i);
        size_t count = 1;
        while (count <= rows[i].count &&
               reportscan_take(&scan, filling, strlen(rows[i].filling), &why) == 0)
            count++;
        CHECK(count == rows[i].count, "row %zu: %zu", i, count);
        CHECK(strstr(why.text, rows[i].text) != NULL, "row %zu: %s", i, why.text);
    }
}

static void brackets_in_texts_are_no_nesting(void)
{
    struct report report;
    struct error why = {.text = "-"};
    CHECK(parse(&report,
                "{\"a\": \"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[[[[[[\", " RANGE
                ", \"policies\": []}",
                &why) == 0,
          "%s", why.text);
    report_free(&report);
}

static void a_policy_that_cannot_be_read_does_not_take_the_others_with_it(void)
{
    struct report report;
    struct error why = {.text = "-"};
    CHECK(parse(&report, HEAD "[1, {" STS ", " COUNTS("4", "0") "}, {}]}", &why) == 0, "%s",
          why.text);
    CHECK(report.count == 1 && report.policies[0].successes == 4 && report.left_out == 2);
    CHECK(strstr(report.why_left_out.text, "policies[0]") != NULL);
    report_free(&report);
}

static void a_domain_that_is_not_named_is_that_of_the_others_or_of_the_hint(void)
{
    static const char nameless[] = "{\"policy\": {\"policy-type\": \"no-policy-found\"}}";
    static const struct {
        const char *first, *hint, *domain;
    } rows[] = {
        {"{" STS "}", "hint.example", "example.com"},
        {nameless, "Hint.example", "hint.example"},
        {nameless, NULL, ""},
        {nameless, "no name \x1b", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct report report;
        struct error why = {.text = "-"};
        char json[1024];
        snprintf(json, sizeof(json), HEAD "[%s, %s]}", rows[i].first, nameless);
        CHECK(report_parse(&report, json, strlen(json), rows[i].hint, NOW, &why) == 0, "%s",
              why.text);
        CHECK(report.count == 2 && strcmp(report.policies[1].domain, rows[i].domain) == 0,
              "row %zu", i);
        report_free(&report);
    }
}

static void reads_dates_as_senders_write_them(void)
{
    static const struct {
        const char *text;
        long long seconds; /* -1: no date */
        bool no_zone;
    } rows[] = {
        {"2026-11-22T00:00:00Z", NOW, false},
        {"2026-11-22t00:00:00z", NOW, false},
        {"2026-11-22 00:00:00.123456Z", NOW, false},
        {"2026-11-22T01:30:00+01:30", NOW, false},
        {"2026-11-21T19:00:00-0500", NOW, false},
        {"2026-11-21T23:59:60Z", NOW, false},
        {"2026-11-22T00:00:00", NOW, true},
        {"2026-11-22", NOW, true},
        {"2024-02-29T00:00:00Z", 1709164800, false},
        {"2023-02-29T00:00:00Z", -1, false},
        {"2026-13-01T00:00:00Z", -1, false},
        {"2026-11-22T24:00:00Z", 1795392000, false},
        {"2026-11-22T00:00:00.Z", -1, false},
        {"2026-11-22T00:00:00Zx", -1, false},
        {"2026-11-22T00:00:00+1", -1, false},
        {"22-11-2026", -1, false},
        {"1795305600", -1, false},
        {"", -1, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t seconds = -1;
        bool no_zone = false;
        int result = report_date(&seconds, rows[i].text, &no_zone);
        CHECK((result == 0) == (rows[i].seconds != -1), "%s", rows[i].text);
        CHECK(result != 0 || (seconds == rows[i].seconds && no_zone == rows[i].no_zone), "%s: %lld",
              rows[i].text, (long long)seconds);
    }
}

static void cleans_what_a_terminal_would_obey(void)
{
    static const struct {
        const char *text, *clean;
    } rows[] = {
        {"plain", "plain"},
        {"  a b  ", "a b"},
        {"\x1b[31mred\n", "?[31mred?"},
        {"G\xc3\xb6\xc3\xb6gle", "G??gle"},
        {"\xe2\x80\xae\xf0\x9f\x98\x80\x7f", "???"},
        {"123456789", "1234..."},
        {"12345678\x80", "1234..."},
        {"1234567", "1234567"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char small[8], large[64];
        bool is_small = strchr(rows[i].clean, '.') != NULL || strlen(rows[i].text) == 7;
        report_clean(is_small ? small : large, is_small ? sizeof(small) : sizeof(large),
                     rows[i].text);
        CHECK(strcmp(is_small ? small : large, rows[i].clean) == 0, "row %zu: %s", i,
              is_small ? small : large);
    }
}

static const struct test tests[] = {
    TEST(reads_a_whole_report),
    TEST(reads_what_is_odd_and_notes_it),
    TEST(refuses_with_the_reason_and_leaves_nothing),
    TEST(ends_at_the_first_byte_that_no_report_has),
    TEST(brackets_in_texts_are_no_nesting),
    TEST(a_policy_that_cannot_be_read_does_not_take_the_others_with_it),
    TEST(a_domain_that_is_not_named_is_that_of_the_others_or_of_the_hint),
    TEST(reads_dates_as_senders_write_them),
    TEST(cleans_what_a_terminal_would_obey),
};
TEST_MAIN(tests)
