/* SPDX-License-Identifier: ISC */
/* test_advice: from sums to a verdict and its sentences; bars of the chart; the sums themselves. */
#include "ctl/tlsrpt/advice.h"

#include "ctl/tlsrpt/chart.h"
#include "test.h"

#define TODAY 20000
#define LAST  (TODAY - 1)

struct reports {
    struct tally_fact facts[64];
    size_t count;
};

static struct tally_fact fact(int day, long long successes, long long failures, const char *type)
{
    return (struct tally_fact){
        .domain = "a.b",
        .organisation = day % 2 == 0 ? "Org" : "Other",
        .signer = "",
        .wildcard = "",
        .ip = "",
        .sender_ip = "",
        .helo = "",
        .mx = failures > 0 ? "mx.a.b" : "",
        .type = failures > 0 ? type : "",
        .reason = "",
        .failed = failures > 0,
        .day = day,
        .days = 1,
        .first_day = day,
        .last_day = day,
        .has_mode = true,
        .mode = POLICY_MODE_TESTING,
        .mode_day = day,
        .reports = 1,
        .successes = successes,
        .evidence = successes,
        .failures = failures,
    };
}

/* Reports of so many days up to the last, each with so many sessions. */
static void fill(struct reports *out, int days, long long successes)
{
    out->count = 0;
    for (int day = LAST - days + 1; day <= LAST; day++)
        out->facts[out->count++] = fact(day, successes, 0, "");
}

static void each_verdict_has_its_edge(void)
{
    static const struct {
        int days;
        long long successes; /* a day */
        int failed_ago;      /* before the last day; -1: no failure */
        const char *type;
        int today;
        enum policy_mode mode;
        enum advice_verdict verdict;
        int clean_days;
    } rows[] = {
        {14, 2, -1, "", TODAY, POLICY_MODE_TESTING, ADVICE_SAFE, 14},
        {13, 2, -1, "", TODAY, POLICY_MODE_TESTING, ADVICE_WAIT, 13},
        {14, 1, -1, "", TODAY, POLICY_MODE_TESTING, ADVICE_WAIT, 14},
        {40, 1, -1, "", TODAY, POLICY_MODE_TESTING, ADVICE_WAIT, 40},
        {30, 9, 13, "certificate-expired", TODAY, POLICY_MODE_TESTING, ADVICE_HINDERED, 13},
        {30, 9, 14, "certificate-expired", TODAY, POLICY_MODE_TESTING, ADVICE_SAFE, 14},
        {30, 9, 0, "certificate-expired", TODAY, POLICY_MODE_TESTING, ADVICE_HINDERED, 0},
        {30, 9, 0, "starttls-not-supported", TODAY, POLICY_MODE_TESTING, ADVICE_HINDERED, 0},
        {30, 9, 0, "unheard-of", TODAY, POLICY_MODE_TESTING, ADVICE_HINDERED, 0},
        {30, 9, 0, "", TODAY, POLICY_MODE_TESTING, ADVICE_HINDERED, 0},
        {30, 9, 0, "sts-policy-fetch-error", TODAY, POLICY_MODE_TESTING, ADVICE_SAFE, 30},
        {30, 9, 0, "STS-Policy-Invalid", TODAY, POLICY_MODE_TESTING, ADVICE_SAFE, 30},
        {30, 9, 0, "sts-webpki-invalid", TODAY, POLICY_MODE_TESTING, ADVICE_SAFE, 30},
        {30, 9, 0, "tlsa-invalid", TODAY, POLICY_MODE_TESTING, ADVICE_SAFE, 30},
        {30, 9, -1, "", LAST + 5, POLICY_MODE_TESTING, ADVICE_SAFE, 30},
        {30, 9, -1, "", LAST + 6, POLICY_MODE_TESTING, ADVICE_WAIT, 30},
        {30, 9, -1, "", LAST + 7, POLICY_MODE_TESTING, ADVICE_WAIT, 30},
        {30, 9, -1, "", LAST + 8, POLICY_MODE_TESTING, ADVICE_STALE, 30},
        {3, 9, -1, "", TODAY, POLICY_MODE_ENFORCE, ADVICE_KEEP, 3},
        {30, 9, 13, "certificate-expired", TODAY, POLICY_MODE_ENFORCE, ADVICE_LOSES, 13},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct reports reports;
        struct advice advice;
        fill(&reports, rows[i].days, rows[i].successes);
        if (rows[i].failed_ago >= 0)
            reports.facts[reports.count++] = fact(LAST - rows[i].failed_ago, 0, 3, rows[i].type);
        reports.facts[rows[i].days - 1].mode = rows[i].mode;
        if (rows[i].failed_ago == 0)
            reports.facts[reports.count - 1].mode = rows[i].mode;
        CHECK(advice_make(&advice, reports.facts, reports.count, rows[i].today, NULL) == 0);
        CHECK(advice.verdict == rows[i].verdict, "row %zu: %s", i,
              advice_verdict_name(advice.verdict));
        CHECK(advice.clean_days == rows[i].clean_days, "row %zu: %d", i, advice.clean_days);
        CHECK(advice.line_count > 0, "row %zu", i);
        advice_free(&advice);
    }
}

static void dane_counts_neither_for_nor_against(void)
{
    struct reports reports;
    struct advice advice;
    fill(&reports, 14, 1);
    for (size_t i = 0; i < 14; i++) {
        reports.facts[14 + i] = fact(LAST, 100, 0, "");
        reports.facts[14 + i].kind = REPORT_TLSA;
        reports.facts[14 + i].evidence = 0;
    }
    reports.facts[28] = fact(LAST, 0, 5, "certificate-expired");
    reports.facts[28].kind = REPORT_TLSA;
    CHECK(advice_make(&advice, reports.facts, 29, TODAY, NULL) == 0);
    CHECK(advice.verdict == ADVICE_WAIT && advice.clean_sessions == 14, "%lld",
          (long long)advice.clean_sessions);
    CHECK(strstr(advice.lines[advice.line_count - 1], "5 sessions failed by DANE") != NULL);
    advice_free(&advice);
    for (size_t i = 0; i < 29; i++) {
        reports.facts[i].kind = REPORT_TLSA;
        reports.facts[i].evidence = 0;
    }
    CHECK(advice_make(&advice, reports.facts, 29, TODAY, NULL) == 0);
    CHECK(advice.verdict == ADVICE_DANE && advice.first_day == 0);
    advice_free(&advice);
}

static void the_worst_mx_is_named_first_and_many_are_cut(void)
{
    static char names[40][16];
    struct reports reports;
    struct advice advice;
    fill(&reports, 14, 9);
    for (int i = 0; i < 40; i++) {
        snprintf(names[i], sizeof(names[i]), "mx%d.a.b", i);
        reports.facts[reports.count] = fact(LAST, 0, i + 1, "certificate-expired");
        reports.facts[reports.count++].mx = names[i];
    }
    CHECK(advice_make(&advice, reports.facts, reports.count, TODAY, NULL) == 0);
    CHECK(advice.hindrances.count == 40);
    CHECK(advice.line_count > 2 &&
              strncmp(advice.lines[1], "mx39.a.b hinders: 40 sessions", 29) == 0,
          "%s", advice.lines[1]);
    CHECK(strcmp(advice.lines[advice.line_count - 1], "And 32 more MX hosts, see above.") == 0,
          "%s", advice.lines[advice.line_count - 1]);
    advice_free(&advice);
}

static void no_facts_and_huge_numbers_are_fine(void)
{
    struct advice advice;
    struct tally_fact facts[2] = {fact(LAST, INT64_MAX, 0, ""), fact(LAST, 1, INT64_MAX, "")};
    CHECK(advice_make(&advice, facts, 0, TODAY, NULL) == 0 && advice.verdict == ADVICE_NO_STS);
    advice_free(&advice);
    CHECK(advice_make(&advice, facts, 2, TODAY, NULL) == 0 && advice.verdict == ADVICE_HINDERED);
    advice_free(&advice);
}

static void bars_fit_and_show_each_failure(void)
{
    static const struct {
        long long successes, failures, most;
        size_t good, bad;
    } rows[] = {
        {100, 0, 100, 50, 0}, {50, 0, 100, 25, 0},       {99999, 1, 100000, 49, 1},
        {0, 5, 5, 0, 50},     {1, 99999, 100000, 1, 49}, {1, 0, 1000000, 1, 0},
        {0, 0, 0, 0, 0},      {0, 0, 9, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char bar[CHART_WIDTH + 1];
        chart_bar(bar, rows[i].successes, rows[i].failures, rows[i].most);
        CHECK(strspn(bar, "#") == rows[i].good, "row %zu: %s", i, bar);
        CHECK(strlen(bar) == rows[i].good + rows[i].bad, "row %zu: %s", i, bar);
    }
}

static void sums_keep_apart_what_is_asked_for(void)
{
    struct tally_fact facts[] = {
        fact(3, 5, 0, ""),  fact(4, 7, 0, ""),  fact(4, 0, 2, "x"),
        fact(3, 0, 1, "x"), fact(3, 0, 4, "y"),
    };
    struct tally_facts sums;
    CHECK(tally_sum(&sums, facts, 5, TALLY_BY_DAY, NULL) == 0 && sums.count == 2);
    CHECK(sums.items[0].first_day == 3 && sums.items[0].successes == 5 &&
          sums.items[0].failures == 5);
    CHECK(sums.items[1].first_day == 4 && sums.items[1].successes == 7 &&
          sums.items[1].failures == 2);
    free(sums.items);
    CHECK(tally_sum(&sums, facts + 2, 3, TALLY_BY_TYPE, NULL) == 0 && sums.count == 2);
    CHECK(strcmp(sums.items[0].type, "x") == 0 && sums.items[0].failures == 3 &&
          sums.items[0].first_day == 3 && sums.items[0].last_day == 4);
    free(sums.items);
    CHECK(tally_sum(&sums, facts, 5, 0, NULL) == 0 && sums.count == 1 &&
          sums.items[0].failures == 7 && sums.items[0].reports == 5);
    free(sums.items);
}

static void sums_stay_right_while_the_table_of_facts_grows(void)
{
    struct tally tally = {0};
    struct tally_facts sums;
    bool id_again;
    char id[16], mx[16];
    struct report_failure failure = {.type = "x", .reason = "", .mx = mx, .sessions = 2};
    struct report_policy policy = {
        .domain = "a.b", .successes = 1, .failures = 2, .details = &failure, .count = 1};
    struct report report = {.organisation = "Org", .id = id, .policies = &policy, .count = 1};
    for (int i = 0; i < 9000; i++) {
        snprintf(id, sizeof(id), "%d", i);
        snprintf(mx, sizeof(mx), "mx%d.a.b", i % 700);
        snprintf(report.content, sizeof(report.content), "%08d%056d", i, 0);
        report.day = 100 + i % 3;
        CHECK(tally_add(&tally, &report, &(struct tally_filter){0}, &id_again, NULL) ==
              TALLY_ADDED);
    }
    CHECK(tally_add(&tally, &report, &(struct tally_filter){0}, &id_again, NULL) == TALLY_KNOWN);
    tally_finish(&tally);
    CHECK(tally.facts.count == 2100 + 3, "%zu", tally.facts.count);
    CHECK(tally_sum(&sums, tally.facts.items, tally.facts.count, 0, NULL) == 0 && sums.count == 1);
    CHECK(sums.items[0].successes == 9000 && sums.items[0].failures == 18000 &&
          sums.items[0].reports == 9000);
    free(sums.items);
    tally_free(&tally);
}

static const struct test tests[] = {
    TEST(each_verdict_has_its_edge),
    TEST(dane_counts_neither_for_nor_against),
    TEST(the_worst_mx_is_named_first_and_many_are_cut),
    TEST(no_facts_and_huge_numbers_are_fine),
    TEST(bars_fit_and_show_each_failure),
    TEST(sums_keep_apart_what_is_asked_for),
    TEST(sums_stay_right_while_the_table_of_facts_grows),
};
TEST_MAIN(tests)
