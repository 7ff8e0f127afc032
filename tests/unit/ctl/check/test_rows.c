/* SPDX-License-Identifier: ISC */
/* test_rows: what was seen of a domain, broken in one place, and the rows that say so. */
#include "ctl/check/rows.h"

#include "common/base/span.h"
#include "make_facts.h"
#include "test.h"

/* "H2e X1w": the rows of the findings, each with its severity's first letter. */
static const char *judge(struct make_facts *made)
{
    static char out[512];
    struct findings findings = {0};
    size_t used = 0;
    facts_settle(&made->facts);
    rows_judge(&made->facts, &findings);
    out[0] = '\0';
    for (size_t i = 0; i < findings.count && used < sizeof(out); i++)
        used +=
            (size_t)snprintf(out + used, sizeof(out) - used, "%s%s%c", i > 0 ? " " : "",
                             findings.items[i].rule, severity_name(findings.items[i].severity)[0]);
    findings_free(&findings);
    make_free(made);
    return out;
}

/* ---- One break for each. */

static void nothing(struct make_facts *made)
{
    (void)made;
}

static void no_record(struct make_facts *made)
{
    made->facts.sts.count = 0;
    made->facts.sts.answer.outcome = DNS_NO_NAME;
}

static void bogus_record(struct make_facts *made)
{
    made->facts.sts.count = 0;
    made->facts.sts.answer.outcome = DNS_BOGUS;
}

static void unsigned_zone(struct make_facts *made)
{
    made->facts.validates = true;
}

static void only_the_host_is_delegated(struct make_facts *made)
{
    snprintf(made->facts.host_alias.end, sizeof(made->facts.host_alias.end), "a.provider.example");
}

static void an_alias_within_the_domain(struct make_facts *made)
{
    snprintf(made->facts.host_alias.end, sizeof(made->facts.host_alias.end), "www.example.com");
}

static void no_ipv4(struct make_facts *made)
{
    made->facts.v4.outcome = DNS_NO_DATA;
}

static void an_id_of_other_bytes(struct make_facts *made)
{
    static const char text[] = "v=STSv1; id=0123456789abcdef0123;";
    made->sts[0] = (struct span){text, sizeof(text) - 1};
}

static void ends_in_13_days(struct make_facts *made)
{
    made->addresses[0].fetch.peer.not_after = MAKE_NOW + 9 * 86400;
}

static void expired(struct make_facts *made)
{
    made->addresses[1].fetch.peer.fault = PEER_EXPIRED;
}

static void unknown_name(struct make_facts *made)
{
    made->addresses[0].unknown_name_served = true;
}

static void one_second(struct make_facts *made)
{
    made->addresses[0].fetch.elapsed_ms = 1000;
}

static void longer_than_a_second(struct make_facts *made)
{
    made->addresses[0].fetch.elapsed_ms = 1001;
}

static void longer_than_two(struct make_facts *made)
{
    made->addresses[0].fetch.elapsed_ms = 2001;
}

static void another_policy_on_ipv6(struct make_facts *made)
{
    make_policy(made, 1, "version: STSv1\r\nmode: none\r\nmx: *.example.com\r\nmax_age: 86400\r\n");
}

static void another_status_on_ipv6(struct make_facts *made)
{
    made->addresses[1].fetch.status = 503;
}

static void a_type_of_html(struct make_facts *made)
{
    snprintf(made->addresses[1].fetch.type, sizeof(made->addresses[1].fetch.type), "text/html");
}

static void testing_and_an_mx_without_starttls(struct make_facts *made)
{
    const char *text = "version: STSv1\r\nmode: testing\r\nmx: *.example.com\r\nmax_age: 86400\r\n";
    make_policy(made, 0, text);
    make_policy(made, 1, text);
    made->mx_addresses[0].smtp.failure = SMTP_NO_STARTTLS;
}

static void a_backup_that_expired(struct make_facts *made)
{
    made->mx_addresses[1].smtp.failure = SMTP_CERTIFICATE;
}

static void an_mx_that_is_down(struct make_facts *made)
{
    made->mx_addresses[0].smtp.failure = SMTP_UNREACHABLE;
}

static void an_mx_of_another_domain(struct make_facts *made)
{
    static char host[] = "mail.provider.example";
    made->mxhosts[0].host = host;
}

static void tlsa_that_nobody_can_look_up(struct make_facts *made)
{
    made->facts.mx_answer.secure = made->facts.validates = true;
    made->mxhosts[0].tlsa_outcome = DNS_FAILED;
}

static void tlsa_of_an_unsigned_domain_that_nobody_can_look_up(struct make_facts *made)
{
    made->mxhosts[0].tlsa_outcome = DNS_FAILED;
}

static void a_null_mx(struct make_facts *made)
{
    made->facts.mx_null = true;
    made->facts.mx_count = 0;
}

static void more_than_are_tried(struct make_facts *made)
{
    made->facts.v4.count = FACTS_ADDRESSES_MAX + 1;
    made->facts.mx_answer.count = FACTS_MX_MAX + 1;
}

static void reports_to_itself(struct make_facts *made)
{
    static const char text[] = "v=TLSRPTv1; rua=mailto:tls@EXAMPLE.com";
    made->tlsrpt[0] = (struct span){text, sizeof(text) - 1};
}

static void finds_what_is_broken_and_nothing_else(void)
{
    static const struct {
        void (*how)(struct make_facts *made);
        const char *found;
    } rows[] = {
        {nothing, ""},
        {no_record, "D1e"},
        {bogus_record, "D1e"},
        {unsigned_zone, "D9n"},
        {only_the_host_is_delegated, "D10w"},
        {an_alias_within_the_domain, ""},
        {no_ipv4, "D11w"},
        {an_id_of_other_bytes, "D8e"},
        {ends_in_13_days, "H2w"},
        {expired, "H2e"},
        {unknown_name, "H3w"},
        {one_second, ""},
        {longer_than_a_second, "H7w"},
        {longer_than_two, "H7e"},
        {another_policy_on_ipv6, "H8e"},
        {another_status_on_ipv6, "H4e H8e"},
        {a_type_of_html, "H5e H8e"},
        {testing_and_an_mx_without_starttls, "P12n X3w"},
        {a_backup_that_expired, "X4e"},
        {an_mx_that_is_down, "X3w"},
        {an_mx_of_another_domain, "X1e"},
        {a_null_mx, "X5w"},
        {tlsa_that_nobody_can_look_up, "D9n X6e"},
        {tlsa_of_an_unsigned_domain_that_nobody_can_look_up, ""},
        {more_than_are_tried, "D11w X1w"},
        {reports_to_itself, "T3n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct make_facts made;
        make_facts(&made);
        rows[i].how(&made);
        const char *found = judge(&made);
        CHECK(strcmp(found, rows[i].found) == 0, "row %zu: %s, not %s", i, found, rows[i].found);
    }
}

/* An upgrade that writes an mx in lower case makes another id: that is said. */
static void names_the_cause_of_another_id(void)
{
    struct config_policy *ours = calloc(1, sizeof(*ours) + 1);
    struct findings findings = {0};
    struct make_facts made;
    make_facts(&made);
    an_id_of_other_bytes(&made);
    if (ours == NULL)
        abort();
    ours->lowered = true;
    made.facts.configured = ours;
    facts_settle(&made.facts);
    rows_judge(&made.facts, &findings);
    bool is_said = false;
    for (size_t i = 0; i < findings.count; i++)
        is_said = is_said || (strcmp(findings.items[i].rule, "D8") == 0 &&
                              strstr(findings.items[i].problem, "in lower case since") != NULL);
    CHECK(is_said);
    findings_free(&findings);
    make_free(&made);
    free(ours);
}

static void each_row_has_an_id_of_its_own(void)
{
    for (const struct rows_row *row = rows_table; row->id != NULL; row++) {
        CHECK(row->judge != NULL, "%s", row->id);
        for (const struct rows_row *other = rows_table; other < row; other++)
            CHECK(strcmp(other->id, row->id) != 0, "%s", row->id);
    }
}

int main(void)
{
    static const struct test tests[] = {
        TEST(finds_what_is_broken_and_nothing_else),
        TEST(names_the_cause_of_another_id),
        TEST(each_row_has_an_id_of_its_own),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
