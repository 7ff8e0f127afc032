/* SPDX-License-Identifier: ISC */
/* test_report_fold: a report of many failures keeps few of them, and each session. */
#include "ctl/tlsrpt/report_fold.h"

#include "ctl/tlsrpt/report_oddity.h"
#include "test.h"

#define MANY     50000
#define POLICIES 300

static struct report_failure items[MANY];
static char names[MANY][16];

/* Number i has i % 100 + 1 sessions; the types that RFC 8460 knows are one of three. */
static void fill(size_t count, bool different)
{
    static const char *const types[] = {"certificate-expired", "sts-policy-invalid", NULL};
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof(names[i]), "n%zu", different ? i : i % 7);
        const char *type = types[i % 3] != NULL ? types[i % 3] : names[i];
        items[i] = (struct report_failure){.type = type,
                                           .reason = names[i],
                                           .mx = names[i],
                                           .wildcard = "",
                                           .ip = "",
                                           .sender_ip = "",
                                           .helo = "",
                                           .outside = true,
                                           .sessions = (int64_t)(i % 100) + 1};
    }
}

static int64_t sum_of(const struct report_policy *policy, const char *reason)
{
    int64_t sum = 0;
    for (size_t i = 0; i < policy->count; i++) {
        if (reason == NULL || strcmp(policy->details[i].reason, reason) == 0)
            sum += policy->details[i].sessions;
    }
    return sum;
}

static void leaves_what_a_report_may_have(void)
{
    fill(REPORT_FAILURES_MAX, true);
    struct report_policy policy = {.details = items, .count = REPORT_FAILURES_MAX};
    struct report report = {.policies = &policy, .count = 1};
    report_fold(&report);
    CHECK(policy.count == REPORT_FAILURES_MAX && report.folded == 0 && report.oddities == 0);
    CHECK(strcmp(items[5].mx, "n5") == 0 && items[5].sessions == 6, "the order stays");
}

static void joins_equal_ones_alone_where_that_is_enough(void)
{
    fill(MANY, false);
    struct report_policy policy = {.details = items, .count = MANY};
    struct report report = {.policies = &policy, .count = 1};
    int64_t sum = sum_of(&policy, NULL);
    report_fold(&report);
    CHECK(policy.count == 21 && report.folded == 0 && report.oddities == 0, "%zu", policy.count);
    CHECK(sum_of(&policy, NULL) == sum && sum_of(&policy, REPORT_FOLDED) == 0);
}

static void keeps_those_with_most_sessions_and_sums_the_rest_by_type(void)
{
    fill(MANY, true);
    struct report_policy policy = {.details = items, .count = MANY};
    struct report report = {.policies = &policy, .count = 1};
    int64_t sum = sum_of(&policy, NULL);
    report_fold(&report);
    CHECK(policy.count == REPORT_FAILURES_MAX + 3, "%zu", policy.count);
    CHECK(report.folded == MANY - REPORT_FAILURES_MAX && sum_of(&policy, NULL) == sum);
    CHECK(report.oddities == 1u << REPORT_ODD_MANY);
    for (size_t i = 0; i < policy.count; i++) {
        const struct report_failure *item = &policy.details[i];
        bool is_sum = strcmp(item->reason, REPORT_FOLDED) == 0;
        CHECK(is_sum == (i >= REPORT_FAILURES_MAX), "%zu", i);
        CHECK(is_sum || item->sessions >= 99, "%zu", i);
        CHECK(!is_sum || (item->mx[0] == '\0' && !item->outside), "%zu", i);
        CHECK(!is_sum || item->type[0] == '\0' || strcmp(item->type, "certificate-expired") == 0 ||
                  strcmp(item->type, "sts-policy-invalid") == 0,
              "%s", item->type);
    }
}

static void each_policy_keeps_its_share(void)
{
    static struct report_policy policies[POLICIES];
    fill(MANY, true);
    for (size_t i = 0; i < POLICIES; i++)
        policies[i] = (struct report_policy){
            .details = items + i * 100,
            .count = i == 0 ? 3 : 100,
        };
    struct report report = {.policies = policies, .count = POLICIES};
    report_fold(&report);
    CHECK(policies[0].count == 3 && report.folded == (POLICIES - 1) * 90, "%zu", report.folded);
    for (size_t i = 1; i < POLICIES; i++) {
        CHECK(policies[i].count == REPORT_FOLDED_LEAST + 3, "%zu: %zu", i, policies[i].count);
        CHECK(sum_of(&policies[i], NULL) == 5050, "%zu", i);
    }
}

static const struct test tests[] = {
    TEST(leaves_what_a_report_may_have),
    TEST(joins_equal_ones_alone_where_that_is_enough),
    TEST(keeps_those_with_most_sessions_and_sums_the_rest_by_type),
    TEST(each_policy_keeps_its_share),
};

TEST_MAIN(tests)
