/* SPDX-License-Identifier: ISC */
/* test_verdict: what was seen of a domain, broken in one place, and what senders do then. */
#include "ctl/check/verdict.h"

#include "make_facts.h"
#include "test.h"

/* The same at each address of the policy host. */
static void set_policy(struct make_facts *made, const char *text)
{
    make_policy(made, 0, text);
    make_policy(made, 1, text);
}

static void nothing(struct make_facts *made)
{
    (void)made;
}

static void no_record(struct make_facts *made)
{
    made->facts.sts.count = 0;
}

static void no_tlsrpt_and_status_404(struct make_facts *made)
{
    made->facts.tlsrpt.count = 0;
    made->addresses[0].fetch.status = made->addresses[1].fetch.status = 404;
}

static void status_404(struct make_facts *made)
{
    made->addresses[0].fetch.status = made->addresses[1].fetch.status = 404;
    made->addresses[0].fetch.failure = made->addresses[1].fetch.failure = FETCH_STATUS;
}

static void status_201(struct make_facts *made)
{
    made->addresses[0].fetch.status = 201;
}

static void ipv4_is_down(struct make_facts *made)
{
    made->addresses[0].fetch.failure = FETCH_UNREACHABLE;
    made->addresses[0].fetch.status = 0;
}

static void an_old_version(struct make_facts *made)
{
    made->addresses[0].fetch.peer.is_old = made->addresses[1].fetch.peer.is_old = true;
}

static void three_seconds(struct make_facts *made)
{
    made->addresses[0].fetch.elapsed_ms = 3000;
}

static void a_comment(struct make_facts *made)
{
    set_policy(made, "version: STSv1\r\n# ours\r\nmode: enforce\r\nmx: *.example.com\r\nmax_age: "
                     "604800\r\n");
}

static void a_fine_backup(struct make_facts *made)
{
    made->mx_addresses[0].smtp.failure = SMTP_NO_STARTTLS;
}

static void all_expired(struct make_facts *made)
{
    for (size_t i = 0; i < 2; i++) {
        made->mx_addresses[i].smtp.failure = SMTP_CERTIFICATE;
        made->mx_addresses[i].smtp.peer.fault = PEER_EXPIRED;
        made->mx_addresses[i].smtp.peer.in_date = false;
    }
}

static void no_mx_matches(struct make_facts *made)
{
    set_policy(made,
               "version: STSv1\r\nmode: enforce\r\nmx: mail.example.net\r\nmax_age: 604800\r\n");
}

/* Postfix holds the pattern against the certificate alone. */
static void only_the_certificates_match(struct make_facts *made)
{
    static char name[] = "mail.example.net";
    no_mx_matches(made);
    made->names[0][0] = made->names[1][0] = name;
}

static void a_mismatch_and_one_that_is_down(struct make_facts *made)
{
    static char host[] = "mail.example.org";
    made->mxhosts[0].host = host;
    made->mx_addresses[1].smtp.failure = SMTP_UNREACHABLE;
}

static void mode_none(struct make_facts *made)
{
    set_policy(made, "version: STSv1\r\nmode: none\r\nmx: mail.example.net\r\nmax_age: 604800\r\n");
    all_expired(made);
}

static void mode_none_without_mx(struct make_facts *made)
{
    set_policy(made, "version: STSv1\r\nmode: none\r\nmax_age: 604800\r\n");
}

static void mode_testing(struct make_facts *made)
{
    all_expired(made);
    set_policy(made, "version: STSv1\r\nmode: testing\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

/* ---- Where no mail can go, the policy is beside the point. */

static void a_null_mx(struct make_facts *made)
{
    mode_testing(made);
    made->facts.mx_null = true;
    made->facts.mx_count = 0;
}

static void no_such_domain(struct make_facts *made)
{
    made->facts.mx_answer.outcome = DNS_NO_NAME;
    made->facts.mx_count = 0;
}

static void no_mx_is_known(struct make_facts *made)
{
    mode_testing(made);
    made->facts.mx_answer.outcome = DNS_FAILED;
    made->facts.mx_count = 0;
}

static void only_its_own_address(struct make_facts *made)
{
    made->facts.mx_answer.outcome = DNS_NO_DATA;
    made->facts.mx_implicit = true;
    made->facts.mx_count = 1;
}

static void neither_mx_nor_address(struct make_facts *made)
{
    only_its_own_address(made);
    made->mxhosts[0].outcome = DNS_NO_DATA;
    made->mxhosts[0].address_count = 0;
}

static const struct verdict *find(const struct verdict *all, const char *sender)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(all[i].sender, sender) == 0)
            return &all[i];
    }
    return NULL;
}

static bool same(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

#define POSTFIX "postfix-mta-sts-resolver"

static const struct {
    void (*how)(struct make_facts *made);
    const char *sender;
    enum verdict_ending ending;
    enum verdict_state state;
    const char *returned;
    const char *failure;
} rows[] = {
    {nothing, "Google", VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {nothing, "Exim", VERDICT_DELIVERS, VERDICT_NONE, NULL, NULL},
    {no_record, "Google", VERDICT_DELIVERS, VERDICT_NONE, NULL, NULL},
    {status_404, "Google", VERDICT_REPORTS, VERDICT_FETCH_ERROR, NULL, "sts-policy-fetch-error"},
    {status_404, "maddy", VERDICT_DELIVERS, VERDICT_FETCH_ERROR, NULL, NULL},
    {no_tlsrpt_and_status_404, "Google", VERDICT_DELIVERS, VERDICT_FETCH_ERROR, NULL, NULL},
    {status_201, "mailauth", VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {status_201, "mox", VERDICT_REPORTS, VERDICT_FETCH_ERROR, NULL, "sts-policy-fetch-error"},
    {ipv4_is_down, "mailauth", VERDICT_DELIVERS, VERDICT_FETCH_ERROR, NULL, NULL},
    {ipv4_is_down, "Google", VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {an_old_version, "Google", VERDICT_REPORTS, VERDICT_FETCH_ERROR, NULL,
     "sts-policy-fetch-error"},
    {three_seconds, "postfix-tlspol", VERDICT_DELIVERS, VERDICT_FETCH_ERROR, NULL, NULL},
    {three_seconds, POSTFIX, VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {a_comment, "mox", VERDICT_REPORTS, VERDICT_FETCH_ERROR, NULL, "sts-policy-invalid"},
    {a_comment, "Google", VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {a_fine_backup, "Google", VERDICT_REPORTS, VERDICT_VALID, NULL, "starttls-not-supported"},
    {a_fine_backup, POSTFIX, VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {all_expired, "Exchange Online", VERDICT_DEFERS, VERDICT_VALID, "5.7.5", "certificate-expired"},
    {all_expired, POSTFIX, VERDICT_DEFERS, VERDICT_VALID, NULL, NULL},
    {no_mx_matches, "Exchange Online", VERDICT_DEFERS, VERDICT_VALID, "5.4.8",
     "validation-failure"},
    {no_mx_matches, POSTFIX, VERDICT_DEFERS, VERDICT_VALID, NULL, NULL},
    {only_the_certificates_match, "Google", VERDICT_BOUNCES, VERDICT_VALID, NULL,
     "validation-failure"},
    {only_the_certificates_match, POSTFIX, VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {a_mismatch_and_one_that_is_down, "Google", VERDICT_UNTESTED, VERDICT_VALID, NULL,
     "validation-failure"},
    {mode_none, "Google", VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {mode_none_without_mx, "chasquid", VERDICT_DELIVERS, VERDICT_FETCH_ERROR, NULL, NULL},
    {mode_none_without_mx, "Google", VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {mode_testing, "Google", VERDICT_REPORTS, VERDICT_VALID, NULL, "certificate-expired"},
    {mode_testing, "KumoMTA", VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {a_null_mx, "Google", VERDICT_BOUNCES, VERDICT_VALID, NULL, NULL},
    {a_null_mx, "Exim", VERDICT_BOUNCES, VERDICT_NONE, NULL, NULL},
    {no_such_domain, "mox", VERDICT_BOUNCES, VERDICT_VALID, NULL, NULL},
    {no_mx_is_known, "Google", VERDICT_DEFERS, VERDICT_VALID, NULL, NULL},
    {only_its_own_address, "Google", VERDICT_DELIVERS, VERDICT_VALID, NULL, NULL},
    {neither_mx_nor_address, "Google", VERDICT_BOUNCES, VERDICT_VALID, NULL, NULL},
};

static void each_sender_does_what_is_known_of_it(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct make_facts made;
        struct verdict all[VERDICT_COUNT];
        make_facts(&made);
        rows[i].how(&made);
        facts_settle(&made.facts);
        verdict_make(all, &made.facts);
        const struct verdict *verdict = find(all, rows[i].sender);
        CHECK(verdict != NULL, "%s", rows[i].sender);
        if (verdict == NULL)
            continue;
        CHECK(verdict->ending == rows[i].ending && verdict->state == rows[i].state &&
                  same(verdict->codes.returned, rows[i].returned) &&
                  same(verdict->failure, rows[i].failure),
              "row %zu: %s %s %s: %s", i, verdict->sender, verdict_ending_name(verdict->ending),
              verdict_state_name(verdict->state), verdict->reason.text);
        make_free(&made);
    }
}

static void all_are_down_in_testing(struct make_facts *made)
{
    mode_testing(made);
    made->mx_addresses[0].smtp.failure = made->mx_addresses[1].smtp.failure = SMTP_UNREACHABLE;
}

static void says_what_could_not_be_tested(void)
{
    struct make_facts made;
    struct verdict all[VERDICT_COUNT];
    make_facts(&made);
    all_are_down_in_testing(&made);
    facts_settle(&made.facts);
    verdict_make(all, &made.facts);
    const struct verdict *verdict = find(all, "Google");
    CHECK(verdict != NULL && verdict->ending == VERDICT_UNTESTED &&
              verdict->worst == VERDICT_DEFERS &&
              strstr(verdict->reason.text, "cannot be tested from here") != NULL,
          "%s", verdict != NULL ? verdict->reason.text : "none");
    make_free(&made);
}

int main(void)
{
    static const struct test tests[] = {
        TEST(each_sender_does_what_is_known_of_it),
        TEST(says_what_could_not_be_tested),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
