/* SPDX-License-Identifier: ISC */
/* test_drifts: what of a domain's findings is drift, what may pass, and what could not be seen. */
#include "ctl/check/drifts.h"

#include "ctl/check/rows.h"

#include "make_facts.h"
#include "test.h"

#define SET(kind) (1u << (kind))

/* A domain, broken by one of these. */
typedef void breaking(struct make_facts *made);

static void nothing(struct make_facts *made)
{
    (void)made;
}

static void mx_is_down(struct make_facts *made)
{
    made->mx_addresses[0].smtp = (struct smtp){.failure = SMTP_UNREACHABLE};
}

static void mx_expired(struct make_facts *made)
{
    made->mx_addresses[0].smtp.failure = SMTP_CERTIFICATE;
    made->mx_addresses[0].smtp.peer.fault = PEER_EXPIRED;
}

static void mx_is_private(struct make_facts *made)
{
    mx_is_down(made);
    made->mx_addresses[0].scope = "a private";
}

static void mx_unknown(struct make_facts *made)
{
    made->facts.mx_answer.outcome = DNS_FAILED;
    made->facts.mx_count = 0;
}

static void no_record(struct make_facts *made)
{
    made->facts.sts = (struct facts_texts){.answer = {.outcome = DNS_NO_NAME}};
}

static void no_answer(struct make_facts *made)
{
    made->facts.sts = (struct facts_texts){.answer = {.outcome = DNS_FAILED}};
}

static void host_is_down(struct make_facts *made)
{
    made->addresses[0].fetch = (struct fetch){.failure = FETCH_UNREACHABLE};
}

static void host_has_no_address(struct make_facts *made)
{
    made->facts.address_count = 0;
    made->facts.v4.outcome = made->facts.v6.outcome = DNS_NO_NAME;
}

static void host_answers_late(struct make_facts *made)
{
    made->addresses[0].fetch.elapsed_ms = 1500; /* a warning of H7 */
}

static void addresses_differ(struct make_facts *made)
{
    make_policy(made, 1,
                "version: STSv1\r\nmode: testing\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

static void is_in_testing(struct make_facts *made)
{
    for (size_t i = 0; i < 2; i++)
        make_policy(made, i,
                    "version: STSv1\r\nmode: testing\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

static const struct row {
    const char *sentence;
    breaking *with;
    const char *rule; /* of the one drift; NULL: there is none */
    enum drift_kind kind;
    enum drift_ground ground;
    bool passes;
    const char *domain;
    unsigned unknown;
} rows[] = {
    {"nothing", nothing, NULL, 0, 0, false, NULL, 0},
    {"an MX that is down", mx_is_down, "X3", DRIFT_MX, DRIFT_NO_SMTP, true, "*", 0},
    {"an expired MX", mx_expired, "X3", DRIFT_MX, DRIFT_SEEN, false, "*", 0},
    {"a private MX", mx_is_private, NULL, 0, 0, false, NULL, 0},
    {"unknown MX", mx_unknown, "X5", DRIFT_POLICY_MX, DRIFT_NO_ANSWER, true, "example.com",
     SET(DRIFT_POLICY_MX) | SET(DRIFT_MX_DOMAIN)},
    {"no record", no_record, "D1", DRIFT_RECORD, DRIFT_SEEN, false, "example.com", 0},
    {"no answer", no_answer, "D1", DRIFT_RECORD, DRIFT_NO_ANSWER, true, "example.com",
     SET(DRIFT_RECORD) | SET(DRIFT_ID) | SET(DRIFT_ALIAS)},
    {"a host that is down", host_is_down, "H1", DRIFT_POLICY_HOST, DRIFT_NO_CONNECTION, true,
     "example.com", SET(DRIFT_CERTIFICATE) | SET(DRIFT_ADDRESSES)},
    {"a host without address", host_has_no_address, "D11", DRIFT_ADDRESSES, DRIFT_SEEN, false,
     "example.com",
     SET(DRIFT_POLICY_HOST) | SET(DRIFT_CERTIFICATE) | SET(DRIFT_POLICY) | SET(DRIFT_ID) |
         SET(DRIFT_POLICY_MX) | SET(DRIFT_MX_DOMAIN)},
    {"a late answer", host_answers_late, NULL, 0, 0, false, NULL, 0},
    {"addresses that differ", addresses_differ, "H8", DRIFT_ADDRESSES, DRIFT_SEEN, true,
     "example.com", 0},
    {"mode testing", is_in_testing, NULL, 0, 0, false, NULL, 0},
};

static void check_row(const struct row *row)
{
    struct make_facts made;
    struct sightings seen = {0};
    make_facts(&made);
    made.facts.gone_whole = true;
    row->with(&made);
    struct inspection item = {.facts = made.facts};
    facts_settle(&item.facts);
    rows_judge(&item.facts, &item.findings);
    drifts_collect(&seen, &item);
    CHECK(sightings_settle(&seen) == 0);
    CHECK(seen.count == (row->rule != NULL), "%s: %zu, %s", row->sentence, seen.count,
          seen.count > 0 ? seen.items[0].drift.rule : "none");
    if (seen.count > 0 && row->rule != NULL) {
        const struct drift *drift = &seen.items[0].drift;
        CHECK(strcmp(drift->rule, row->rule) == 0 && drift->kind == row->kind, "%s: %s",
              row->sentence, drift->rule);
        CHECK(drift->ground == row->ground && drift->passes == row->passes, "%s", row->sentence);
        CHECK(strcmp(drift->domain, row->domain) == 0, "%s: %s", row->sentence, drift->domain);
    }
    CHECK(seen.domain_count == 1 && seen.domains[0].unknown == row->unknown, "%s: %x",
          row->sentence, seen.domains[0].unknown);
    sightings_free(&seen);
    findings_free(&item.findings);
    made.facts = item.facts;
    make_free(&made);
}

static void each_finding_is_drift_or_not_as_the_table_has_it(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_row(&rows[i]);
}

static void a_domain_of_which_dns_said_nothing_is_dark(void)
{
    struct sightings seen = {0};
    struct inspection item = {.facts = {.domain = "example.com", .host = "mta-sts.example.com"}};
    struct dns_answer failed = {.outcome = DNS_FAILED};
    item.facts.sts.answer = item.facts.tlsrpt.answer = failed;
    item.facts.v4 = item.facts.v6 = item.facts.mx_answer = failed;
    facts_settle(&item.facts);
    rows_judge(&item.facts, &item.findings);
    drifts_collect(&seen, &item);
    CHECK(sightings_settle(&seen) == 0 && seen.domain_count == 1 && seen.domains[0].is_dark);
    CHECK(seen.domains[0].unknown == (DRIFT_ALL & ~(SET(DRIFT_MX) | SET(DRIFT_MACHINE))), "%x",
          seen.domains[0].unknown);
    for (size_t i = 0; i < seen.count; i++)
        CHECK(seen.items[i].drift.ground == DRIFT_NO_ANSWER, "%s", seen.items[i].drift.rule);
    sightings_free(&seen);
    findings_free(&item.findings);
    findings_free(&item.facts.record_findings);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(each_finding_is_drift_or_not_as_the_table_has_it),
        TEST(a_domain_of_which_dns_said_nothing_is_dark),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
