/* SPDX-License-Identifier: ISC */
/* test_verdict_table: what real senders did with real mail to such domains, row by row. */
#include "ctl/check/verdict.h"

#include "ctl/check/rows.h"

#include "make_facts.h"
#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define ENFORCE(mx) "version: STSv1\r\nmode: enforce\r\nmx: " mx "\r\nmax_age: 604800\r\n"

static void set_policy(struct make_facts *made, const char *text)
{
    make_policy(made, 0, text);
    make_policy(made, 1, text);
}

static void one_mx(struct make_facts *made)
{
    made->facts.mx_count = 1;
}

static void fail_at(struct make_facts *made, size_t index, enum smtp_failure failure,
                    enum peer_fault fault)
{
    struct smtp *smtp = &made->mx_addresses[index].smtp;
    smtp->failure = failure;
    error_set(&smtp->why, "it fails");
    if (failure != SMTP_CERTIFICATE && failure != SMTP_OLD_TLS)
        smtp->peer = (struct peer){0};
    else
        smtp->peer.fault = fault;
    smtp->peer.is_old = failure == SMTP_OLD_TLS;
    smtp->peer.trusted = smtp->peer.trusted && fault != PEER_UNTRUSTED;
    smtp->peer.in_date = smtp->peer.in_date && fault != PEER_EXPIRED;
    smtp->peer.covers = smtp->peer.covers && fault != PEER_WRONG_NAME;
}

static void good(struct make_facts *made)
{
    one_mx(made);
}

static void not_in_policy(struct make_facts *made)
{
    set_policy(made, ENFORCE("mail.example.net"));
}

static void wrong_name(struct make_facts *made)
{
    static char other[] = "www.example.net";
    one_mx(made);
    made->names[0][0] = other;
    fail_at(made, 0, SMTP_CERTIFICATE, PEER_WRONG_NAME);
}

static void expired(struct make_facts *made)
{
    one_mx(made);
    fail_at(made, 0, SMTP_CERTIFICATE, PEER_EXPIRED);
}

static void untrusted(struct make_facts *made)
{
    one_mx(made);
    fail_at(made, 0, SMTP_CERTIFICATE, PEER_UNTRUSTED);
}

static void cn_only(struct make_facts *made)
{
    one_mx(made);
    fail_at(made, 0, SMTP_CERTIFICATE, PEER_WRONG_NAME);
    made->mx_addresses[0].smtp.peer.name_count = 0;
    snprintf(made->mx_addresses[0].smtp.peer.common, PEER_TEXT_MAX, "mx1.example.com");
}

static void no_starttls(struct make_facts *made)
{
    one_mx(made);
    fail_at(made, 0, SMTP_NO_STARTTLS, PEER_NONE);
}

static void denied(struct make_facts *made)
{
    one_mx(made);
    fail_at(made, 0, SMTP_DENIED, PEER_NONE);
}

static void old_tls(struct make_facts *made)
{
    one_mx(made);
    fail_at(made, 0, SMTP_OLD_TLS, PEER_FINE);
}

static void dead(struct make_facts *made)
{
    one_mx(made);
    fail_at(made, 0, SMTP_UNREACHABLE, PEER_NONE);
}

static void refused_at_once(struct make_facts *made)
{
    one_mx(made);
    fail_at(made, 0, SMTP_REFUSED, PEER_NONE);
}

static void no_address(struct make_facts *made)
{
    one_mx(made);
    made->mxhosts[0].outcome = DNS_NO_NAME;
    made->mxhosts[0].address_count = 0;
}

static void null_mx(struct make_facts *made)
{
    made->facts.mx_null = true;
    made->facts.mx_count = 0;
}

static void bogus_mx_zone(struct make_facts *made)
{
    one_mx(made);
    made->mxhosts[0].outcome = DNS_BOGUS;
    made->mxhosts[0].address_count = 0;
}

/* One host with both addresses, the first of which has a bad certificate. */
static void two_addresses(struct make_facts *made)
{
    fail_at(made, 0, SMTP_CERTIFICATE, PEER_UNTRUSTED);
    one_mx(made);
    made->mx_addresses[1].smtp.peer.names = made->names[0];
    made->mxhosts[0].address_count = 2;
}

static void first_expired(struct make_facts *made)
{
    fail_at(made, 0, SMTP_CERTIFICATE, PEER_EXPIRED);
}

static void first_wrong_name(struct make_facts *made)
{
    static char other[] = "www.example.net";
    made->names[0][0] = other;
    fail_at(made, 0, SMTP_CERTIFICATE, PEER_WRONG_NAME);
}

static void first_denied(struct make_facts *made)
{
    fail_at(made, 0, SMTP_DENIED, PEER_NONE);
}

static void first_plain(struct make_facts *made)
{
    fail_at(made, 0, SMTP_NO_STARTTLS, PEER_NONE);
}

static void first_not_in_policy(struct make_facts *made)
{
    static char other[] = "other.example.net";
    made->mxhosts[0].host = other;
    made->names[0][0] = other;
}

static void deep_host(struct make_facts *made)
{
    static char deep[] = "a.b.example.com";
    one_mx(made);
    made->mxhosts[0].host = deep;
    made->names[0][0] = deep;
}

static void trailing_dot(struct make_facts *made)
{
    one_mx(made);
    set_policy(made, ENFORCE("mx1.example.com."));
}

static void testing_without_tls(struct make_facts *made)
{
    denied(made);
    set_policy(made, "version: STSv1\r\nmode: testing\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

static void testing_and_expired(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version: STSv1\r\nmode: testing\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

/* ---- DANE. */

static unsigned char other_key[32] = {1};

static void sign(struct make_facts *made)
{
    static struct mxhost_tlsa misfit = {3, 1, 1, other_key, sizeof(other_key)};
    static unsigned char der[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    one_mx(made);
    made->chain[0] = (struct peer_bytes){der, sizeof(der)};
    made->facts.validates = true;
    made->facts.mx_answer.secure = true;
    made->mxhosts[0].tlsa_outcome = DNS_FOUND;
    made->mxhosts[0].tlsa_secure = true;
    made->mxhosts[0].tlsa = &misfit;
    made->mxhosts[0].tlsa_count = 1;
}

/* The whole certificate, as it is: 3 0 0. */
static void fit(struct make_facts *made)
{
    static struct mxhost_tlsa whole;
    sign(made);
    whole = (struct mxhost_tlsa){3, 0, 0, made->chain[0].bytes, made->chain[0].length};
    made->mxhosts[0].tlsa = &whole;
}

static void dane_misfits(struct make_facts *made)
{
    sign(made);
}

static void dane_misfits_without_sts(struct make_facts *made)
{
    sign(made);
    made->facts.sts.count = 0;
}

static void dane_misfits_in_testing(struct make_facts *made)
{
    sign(made);
    set_policy(made, "version: STSv1\r\nmode: testing\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

static void dane_lookup_fails(struct make_facts *made)
{
    sign(made);
    made->mxhosts[0].tlsa_outcome = DNS_FAILED;
    made->mxhosts[0].tlsa_count = 0;
}

static void dane_fits_and_sts_fails(struct make_facts *made)
{
    fit(made);
    fail_at(made, 0, SMTP_CERTIFICATE, PEER_UNTRUSTED);
}

static void dane_in_an_insecure_zone(struct make_facts *made)
{
    sign(made);
    made->mxhosts[0].tlsa_secure = false;
}

/* ---- Records and policies. */

static void two_records(struct make_facts *made)
{
    static const char text[] = "v=STSv1; id=2;";
    expired(made);
    made->sts[1] = (struct span){text, sizeof(text) - 1};
    made->facts.sts.count = 2;
}

static void id_of_other_characters(struct make_facts *made)
{
    static const char text[] = "v=STSv1; id=2026-11-22;";
    expired(made);
    made->sts[0] = (struct span){text, sizeof(text) - 1};
}

static void html(struct make_facts *made)
{
    expired(made);
    for (size_t i = 0; i < 2; i++)
        snprintf(made->addresses[i].fetch.type, sizeof(made->addresses[i].fetch.type), "text/html");
}

static void utf16(struct make_facts *made)
{
    expired(made);
    for (size_t i = 0; i < 2; i++)
        snprintf(made->addresses[i].fetch.type, sizeof(made->addresses[i].fetch.type),
                 "text/plain; charset=utf-16");
}

static void redirect(struct make_facts *made)
{
    expired(made);
    for (size_t i = 0; i < 2; i++) {
        made->addresses[i].fetch.failure = FETCH_REDIRECT;
        made->addresses[i].fetch.status = 301;
    }
}

static void after_3_s(struct make_facts *made)
{
    expired(made);
    made->addresses[0].fetch.elapsed_ms = made->addresses[1].fetch.elapsed_ms = 3000;
}

static void after_6_s(struct make_facts *made)
{
    expired(made);
    made->addresses[0].fetch.elapsed_ms = made->addresses[1].fetch.elapsed_ms = 6000;
}

/* mode twice: enforce, and testing behind it. */
static void two_modes(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version: STSv1\r\nmode: enforce\r\nmode: testing\r\nmx: *.example.com\r\n"
                     "max_age: 604800\r\n");
}

static void one_second_above(struct make_facts *made)
{
    expired(made);
    set_policy(made,
               "version: STSv1\r\nmode: enforce\r\nmx: *.example.com\r\nmax_age: 31557601\r\n");
}

static void zero_seconds(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version: STSv1\r\nmode: enforce\r\nmx: *.example.com\r\nmax_age: 0\r\n");
}

static void bare_cr(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version: STSv1\rmode: enforce\rmx: *.example.com\rmax_age: 604800\r");
}

static void capital_mode(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version: STSv1\r\nmode: Enforce\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

static void key_without_value(struct make_facts *made)
{
    expired(made);
    set_policy(made, ENFORCE("*.example.com") "note:\r\n");
}

static void utf8_note(struct make_facts *made)
{
    expired(made);
    set_policy(made, ENFORCE("*.example.com") "note: gr\xc3\xbc\xc3\x9f\r\n");
}

static void old_and_new_policy(struct make_facts *made)
{
    one_mx(made);
    make_policy(made, 1, ENFORCE("mail.example.net"));
}

static void missing_on_ipv6(struct make_facts *made)
{
    expired(made);
    made->addresses[1].fetch.status = 404;
    made->addresses[1].fetch.failure = FETCH_STATUS;
}

/* The policy names the host, and the certificate's wildcard covers it. */
static void wildcard_certificate(struct make_facts *made)
{
    static char star[] = "*.example.com";
    one_mx(made);
    made->names[0][0] = star;
    set_policy(made, ENFORCE("mx1.example.com"));
}

static void preference_beside(struct make_facts *made)
{
    one_mx(made);
    set_policy(made, ENFORCE("mx1.example.com\r\nmx: 10 mail.example.net"));
}

static void no_domain(struct make_facts *made)
{
    made->facts.mx_answer.outcome = DNS_NO_NAME;
    made->facts.mx_count = 0;
}

static void blanks_before_colons(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version : STSv1\r\nmode : enforce\r\nmx : *.example.com\r\n"
                     "max_age : 604800\r\n");
}

static void no_break_space(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version: STSv1\r\nmode: enforce\xc2\xa0\r\nmx: *.example.com\r\n"
                     "max_age: 604800\r\n");
}

static void capital_version(struct make_facts *made)
{
    expired(made);
    set_policy(made, "VERSION: STSv1\r\nmode: enforce\r\nmx: *.example.com\r\n"
                     "max_age: 604800\r\n");
}

static void no_max_age(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version: STSv1\r\nmode: enforce\r\nmx: *.example.com\r\n");
}

static void tabs(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version:\tSTSv1\r\nmode:\tenforce\r\nmx:\t*.example.com\r\n"
                     "max_age:\t604800\r\n");
}

static void over_64_kb(struct make_facts *made)
{
    static char text[72000];
    size_t used = (size_t)snprintf(text, sizeof(text), "%s", "version: STSv1\r\nmode: enforce\r\n");
    while (used < 70000)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "note: %0990d\r\n", 0);
    snprintf(text + used, sizeof(text) - used, "mx: *.example.com\r\nmax_age: 604800\r\n");
    expired(made);
    for (int i = 0; i < 2; i++) {
        made->addresses[i].fetch.body = text;
        made->addresses[i].fetch.length = strlen(text);
    }
    made->addresses[0].fetch.failure = made->addresses[1].fetch.failure = FETCH_TOO_LARGE;
}

/* The MX is a CNAME: policy and certificate have the name that it leads to. */
static void cn_target(struct make_facts *made)
{
    static char target[] = "mail.example.net";
    one_mx(made);
    made->names[0][0] = target;
    set_policy(made, ENFORCE("mail.example.net"));
}

static void testing_and_old_tls(struct make_facts *made)
{
    old_tls(made);
    set_policy(made, "version: STSv1\r\nmode: testing\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

static void dane_fits_and_no_mx_matches(struct make_facts *made)
{
    fit(made);
    set_policy(made, ENFORCE("mail.example.net"));
}

static void over_10_kb(struct make_facts *made)
{
    static char text[12288];
    size_t used = (size_t)snprintf(text, sizeof(text), "version: STSv1\r\nmode: enforce\r\n");
    for (unsigned i = 0; used < 11000; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "mx: m%u.example.net\r\n", i);
    snprintf(text + used, sizeof(text) - used, "mx: *.example.com\r\nmax_age: 604800\r\n");
    expired(made);
    for (int i = 0; i < 2; i++) {
        made->addresses[i].fetch.body = text;
        made->addresses[i].fetch.length = strlen(text);
    }
}

static void indented_mode(struct make_facts *made)
{
    expired(made);
    set_policy(made,
               "version: STSv1\r\n mode: enforce\r\nmx: *.example.com\r\nmax_age: 604800\r\n");
}

static void blank_line_behind_the_version(struct make_facts *made)
{
    expired(made);
    set_policy(made, "version: STSv1\r\n \r\nmode: enforce\r\nmx: *.example.com\r\n"
                     "max_age: 604800\r\n");
}

static void blank_line_first(struct make_facts *made)
{
    expired(made);
    set_policy(made, "\r\n" ENFORCE("*.example.com"));
}

static void byte_order_mark(struct make_facts *made)
{
    expired(made);
    set_policy(made, "\xef\xbb\xbf" ENFORCE("*.example.com"));
}

static void status_201(struct make_facts *made)
{
    expired(made);
    for (size_t i = 0; i < 2; i++) {
        made->addresses[i].fetch.failure = FETCH_STATUS;
        made->addresses[i].fetch.status = 201;
    }
}

static void id_of_33_letters(struct make_facts *made)
{
    static const char text[] = "v=STSv1; id=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;";
    expired(made);
    made->sts[0] = (struct span){text, sizeof(text) - 1};
}

static void utf8_note_without_charset(struct make_facts *made)
{
    utf8_note(made);
    for (size_t i = 0; i < 2; i++)
        snprintf(made->addresses[i].fetch.type, sizeof(made->addresses[i].fetch.type),
                 "text/plain");
}

static void first_without_address(struct make_facts *made)
{
    made->mxhosts[0].outcome = DNS_NO_NAME;
    made->mxhosts[0].address_count = 0;
}

static const enum sender_id columns[] = {
    SENDER_RESOLVER_PLAIN, SENDER_RESOLVER_TLSRPT, SENDER_TLSPOL_PLAIN,
    SENDER_CHASQUID_11,    SENDER_CHASQUID_15,     SENDER_MOX,
    SENDER_MAILAUTH_5,     SENDER_COURIER,         SENDER_EXIM,
};

/* D delivers, C in the clear, 4 waits, 5 returns, ? depends on chance or settings, n not tested
 * from here; a dot: not judged here. */
static const struct {
    void (*how)(struct make_facts *made);
    const char *ends;
    const char *code;        /* of the first column, while it waits or at the end; NULL: none */
    const char *tlsrpt_code; /* of the second */
} rows[] = {
    {good, "DDDDDDDDD", NULL, NULL},
    {not_in_policy, "444444.5D", "4.7.5", "4.3.0"},
    {wrong_name, "44444454D", "4.7.5", "4.7.5"},
    {expired, "44444444D", "4.7.5", "4.7.5"},
    {untrusted, "44444444D", "4.7.5", "4.7.5"},
    {cn_only, "DDD444DDD", NULL, NULL},
    {no_starttls, "444445C4D", "4.7.4", "4.7.4"},
    {denied, "44444444D", NULL, NULL},
    {old_tls, "4444444DD", "4.7.5", "4.7.5"},
    {dead, "nnnnnnnnn", "4.4.1", "4.4.1"},
    {refused_at_once, "nnnnnnnnn", "4.4.1", "4.4.1"},
    {no_address, "555444555", "5.4.4", "5.4.4"},
    {null_mx, "555445555", "5.1.0", "5.1.0"},
    {bogus_mx_zone, "444444444", "4.4.3", "4.4.3"},
    {two_addresses, "DDD?????D", NULL, NULL},
    {first_not_in_policy, "DDDDDDDDD", NULL, NULL},
    {first_expired, "DDDDDD44D", NULL, NULL},
    {first_wrong_name, "DDDDDD54D", NULL, NULL},
    {first_denied, "DDDDDD44D", NULL, NULL},
    {first_plain, "DDDDD5CDD", NULL, NULL},
    {deep_host, "D4.444DDD", NULL, "4.3.0"},
    {trailing_dot, "444DDD.5D", "4.7.5", "4.3.0"},
    {testing_without_tls, "DDD4DDD4D", NULL, NULL},
    {testing_and_expired, "DDDDDDDDD", NULL, NULL},
    {dane_misfits, "DD4DD4DD4", NULL, NULL},
    {dane_misfits_without_sts, "??4DD4DD4", NULL, NULL},
    {dane_misfits_in_testing, "??4DD4DD4", NULL, NULL},
    {dane_lookup_fails, "DD4DD4DD4", NULL, NULL},
    {dane_fits_and_sts_fails, "44D44444D", NULL, NULL},
    {dane_in_an_insecure_zone, "DDDDDDDDD", NULL, NULL},
    {two_records, "DDD44DDDD", NULL, NULL},
    {id_of_other_characters, "44D44D44D", NULL, NULL},
    {html, "DDDDD444D", NULL, NULL},
    {utf16, "DD444444D", NULL, NULL},
    {redirect, "DDDDDDDDD", NULL, NULL},
    {after_3_s, "44D44444D", NULL, NULL},
    {after_6_s, "DDD44444D", NULL, NULL},
    {two_modes, "DD4DD4D4D", NULL, NULL},
    {one_second_above, "DD4DD4D4D", NULL, NULL},
    {zero_seconds, "44DDD44.D", NULL, NULL},
    {bare_cr, "44DDDDD.D", NULL, NULL},
    {capital_mode, "DDDDDD4.D", NULL, NULL},
    {key_without_value, "44D44D4.D", NULL, NULL},
    {utf8_note, "44444444D", NULL, NULL},
    {old_and_new_policy, "??????D?D", NULL, NULL},
    {missing_on_ipv6, "??????4?D", NULL, NULL},
    {wildcard_certificate, "DDDDDDDDD", NULL, NULL},
    {preference_beside, "44DDDDDDD", "4.7.5", "4.7.5"},
    {no_domain, "555445555", "5.4.4", "5.4.4"},
    {blanks_before_colons, "DDD44D4DD", NULL, NULL},
    {no_break_space, "44D44D4.D", NULL, NULL},
    {capital_version, "DDDDDD4DD", NULL, NULL},
    {no_max_age, "DDDDDDD4D", NULL, NULL},
    {tabs, "4444444DD", NULL, NULL},
    {over_64_kb, "DDDDDD4DD", NULL, NULL},
    {cn_target, "D4D444.5D", NULL, "4.3.0"},
    {testing_and_old_tls, "DDD4DDDDD", NULL, NULL},
    {dane_fits_and_no_mx_matches, "44D44455D", "4.7.5", "4.3.0"},
    {over_10_kb, "444DD444D", NULL, NULL},
    {indented_mode, "DDD44D4.D", NULL, NULL},
    {blank_line_behind_the_version, "44D44D4DD", NULL, NULL},
    {blank_line_first, "44D44D4DD", NULL, NULL},
    {byte_order_mark, "DDDDDD4DD", NULL, NULL},
    {status_201, "DDDDDD44D", NULL, NULL},
    {id_of_33_letters, "44D44D44D", NULL, NULL},
    {utf8_note_without_charset, "DD444444D", NULL, NULL},
    {first_without_address, "DDDDDDDDD", NULL, NULL},
};

static char letter_of(const struct verdict *verdict)
{
    switch (verdict->ending) {
    case VERDICT_DELIVERS:
    case VERDICT_REPORTS:
        return verdict->in_clear ? 'C' : 'D';
    case VERDICT_UNTESTED:
        return 'n';
    case VERDICT_DEPENDS:
        return '?';
    case VERDICT_DEFERS:
        return '4';
    case VERDICT_BOUNCES:
        break;
    }
    return '5';
}

static void says_what_real_senders_did(void)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct make_facts made;
        struct verdict all[VERDICT_COUNT];
        make_facts(&made);
        rows[i].how(&made);
        facts_settle(&made.facts);
        verdict_make(all, &made.facts);
        for (size_t j = 0; j < COUNT(columns); j++) {
            const struct verdict *verdict = &all[columns[j]];
            const char *code = j == 0 ? rows[i].code : rows[i].tlsrpt_code;
            CHECK(rows[i].ends[j] == '.' || letter_of(verdict) == rows[i].ends[j],
                  "row %zu, %s: not %c but %c, %s: %s", i, verdict->sender, rows[i].ends[j],
                  letter_of(verdict), verdict_state_name(verdict->state), verdict->reason.text);
            const char *said = verdict->ending == VERDICT_BOUNCES ? verdict->codes.returned
                                                                  : verdict->codes.deferred;
            CHECK(j > 1 || code == NULL || (said != NULL && strcmp(said, code) == 0),
                  "row %zu, %s: %s", i, verdict->sender, said != NULL ? said : "no code");
        }
        make_free(&made);
    }
}

static void remark_behind_the_mx(struct make_facts *made)
{
    one_mx(made);
    set_policy(made, ENFORCE("mx1.example.com # old"));
}

/* Senders that no test of mail can run: what was read in them, or what their makers say; and what
 * is not known of a sender, which is never told as known. */
static const struct {
    void (*how)(struct make_facts *made);
    enum sender_id id;
    char end; /* as above */
    bool predicted;
    const char *deferred, *returned; /* codes; NULL: none */
} others[] = {
    {not_in_policy, SENDER_MADDY, '5', false, NULL, "5.7.0"},
    {remark_behind_the_mx, SENDER_COURIER, 'D', false, NULL, NULL},
    {remark_behind_the_mx, SENDER_MADDY, '5', false, NULL, "5.7.0"},
    {expired, SENDER_MADDY, '4', false, "4.7.1", NULL},
    {one_second_above, SENDER_MADDY, '4', false, "4.7.1", NULL},
    {two_modes, SENDER_MADDY, 'D', false, NULL, NULL},
    {no_starttls, SENDER_STALWART_OLD, '5', false, NULL, NULL},
    {no_starttls, SENDER_STALWART_NEW, '5', false, NULL, NULL},
    {not_in_policy, SENDER_STALWART_NEW, '5', false, NULL, NULL},
    {testing_and_expired, SENDER_STALWART_OLD, '4', false, NULL, NULL},
    {testing_and_expired, SENDER_STALWART_NEW, 'D', false, NULL, NULL},
    {dane_misfits, SENDER_STALWART_NEW, '4', false, NULL, NULL},
    {dane_misfits, SENDER_KUMOMTA, '4', false, NULL, NULL},
    {dane_misfits, SENDER_EXCHANGE, '4', false, NULL, NULL},
    {not_in_policy, SENDER_EXCHANGE, '4', true, "4.4.8", "5.4.8"},
    {two_modes, SENDER_MAILAUTH_7, '4', false, NULL, NULL},
    /* A case without a cell. */
    {expired, SENDER_GOOGLE, '4', true, NULL, NULL},
    {expired, SENDER_KUMOMTA, '4', true, NULL, NULL},
    {first_expired, SENDER_GOOGLE, 'D', true, NULL, NULL},
    {first_not_in_policy, SENDER_GOOGLE, 'D', false, NULL, NULL},
    /* DANE. */
    {dane_misfits, SENDER_GOOGLE, '?', true, NULL, NULL},
    {dane_misfits, SENDER_HALON, '?', true, NULL, NULL},
    {dane_misfits, SENDER_MIMECAST, '?', true, NULL, NULL},
    {dane_misfits, SENDER_MAIL_STS, '?', true, NULL, NULL},
    {dane_misfits_without_sts, SENDER_GOOGLE, '?', true, NULL, NULL},
    {dane_misfits_in_testing, SENDER_GOOGLE, '?', true, NULL, NULL},
    {dane_lookup_fails, SENDER_GOOGLE, '?', true, NULL, NULL},
    {dane_in_an_insecure_zone, SENDER_GOOGLE, 'D', false, NULL, NULL},
    {dane_misfits, SENDER_MADDY, 'D', false, NULL, NULL},
    /* Which records it takes, which answers, and how it reads a policy. */
    {two_records, SENDER_GOOGLE, 'D', true, NULL, NULL},
    {id_of_other_characters, SENDER_EXCHANGE, 'D', true, NULL, NULL},
    {id_of_other_characters, SENDER_STALWART_NEW, '4', false, NULL, NULL},
    {redirect, SENDER_GOOGLE, 'D', true, NULL, NULL},
    {redirect, SENDER_MADDY, 'D', false, NULL, NULL},
    {zero_seconds, SENDER_EXCHANGE, '4', true, "4.7.5", "5.7.5"},
    {capital_mode, SENDER_GOOGLE, 'D', true, NULL, NULL},
    {good, SENDER_GOOGLE, 'D', false, NULL, NULL},
    {testing_and_expired, SENDER_GOOGLE, 'D', false, NULL, NULL},
    {dead, SENDER_GOOGLE, 'n', false, NULL, NULL},
};

/* What the log says is the sender's own line, for just that case. */
static const struct {
    void (*how)(struct make_facts *made);
    enum sender_id id;
    const char *log;
} logs[] = {
    {not_in_policy, SENDER_CHASQUID_15, "all MXs returned transient failures (last: <nil>)"},
    {not_in_policy, SENDER_RESOLVER_TLSRPT, "server unavailable or unable to receive mail"},
    {expired, SENDER_RESOLVER_PLAIN, "Server certificate not verified"},
    {dane_misfits, SENDER_TLSPOL_PLAIN, "Server certificate not verified"},
    {dane_misfits, SENDER_MOX, "dane: no match between certificate and tlsa records"},
    {dane_misfits, SENDER_EXIM, "certificate verification failed"},
    {dane_lookup_fails, SENDER_TLSPOL_PLAIN, "client TLS configuration problem"},
    {dane_lookup_fails, SENDER_MOX, "looking up cname for tlsa candidate base domain"},
    {dane_lookup_fails, SENDER_EXIM, "DANE error: tlsa lookup DEFER"},
};

static void quotes_the_line_of_the_log(void)
{
    for (size_t i = 0; i < COUNT(logs); i++) {
        struct make_facts made;
        struct verdict all[VERDICT_COUNT];
        make_facts(&made);
        logs[i].how(&made);
        facts_settle(&made.facts);
        verdict_make(all, &made.facts);
        const char *said = all[logs[i].id].log;
        CHECK(said != NULL && strcmp(said, logs[i].log) == 0, "row %zu, %s: %s", i,
              all[logs[i].id].sender, said != NULL ? said : "nothing");
        make_free(&made);
    }
}

static void says_that_a_first_mail_goes_out(void)
{
    static const struct {
        void (*how)(struct make_facts *made);
        enum sender_id id;
        bool goes_out;
    } firsts[] = {
        {not_in_policy, SENDER_GOOGLE, true}, {expired, SENDER_GOOGLE, true},
        {good, SENDER_GOOGLE, false},         {no_address, SENDER_GOOGLE, false},
        {dead, SENDER_GOOGLE, false},         {not_in_policy, SENDER_EXCHANGE, false},
    };
    for (size_t i = 0; i < COUNT(firsts); i++) {
        struct make_facts made;
        struct verdict all[VERDICT_COUNT];
        make_facts(&made);
        firsts[i].how(&made);
        facts_settle(&made.facts);
        verdict_make(all, &made.facts);
        const char *reason = all[firsts[i].id].reason.text;
        CHECK((strstr(reason, "; its first mail goes out") != NULL) == firsts[i].goes_out,
              "row %zu: %s", i, reason);
        make_free(&made);
    }
}

static bool same_code(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static void says_what_is_read_and_what_is_not_known(void)
{
    for (size_t i = 0; i < COUNT(others); i++) {
        struct make_facts made;
        struct verdict all[VERDICT_COUNT];
        const struct verdict *verdict = &all[others[i].id];
        make_facts(&made);
        others[i].how(&made);
        facts_settle(&made.facts);
        verdict_make(all, &made.facts);
        CHECK(letter_of(verdict) == others[i].end && verdict->predicted == others[i].predicted,
              "row %zu, %s: %c, %s: %s", i, verdict->sender, letter_of(verdict),
              verdict->predicted ? "predicted" : "known", verdict->reason.text);
        CHECK(same_code(verdict->codes.deferred, others[i].deferred) &&
                  same_code(verdict->codes.returned, others[i].returned),
              "row %zu, %s: %s", i, verdict->sender, verdict->reason.text);
        make_free(&made);
    }
}

/* Where mail does not go out, a finding says what is wrong; and none names a sender for which mail
 * goes out as the policy has it. */
static void has_findings_that_agree(void)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct make_facts made;
        struct verdict all[VERDICT_COUNT];
        struct findings findings = {0};
        size_t failing = 0, told = 0;
        make_facts(&made);
        rows[i].how(&made);
        facts_settle(&made.facts);
        verdict_make(all, &made.facts);
        rows_judge(&made.facts, &findings);
        for (size_t j = 0; j < findings.count; j++)
            told += findings.items[j].severity != SEVERITY_NOTE;
        for (size_t j = 0; j < VERDICT_COUNT; j++) {
            bool fails = all[j].ending >= VERDICT_DEPENDS || all[j].in_clear;
            failing += fails;
            for (size_t k = 0; k < findings.count && !fails; k++) {
                const struct finding *finding = &findings.items[k];
                bool is_named = finding->rule[0] == 'X' && finding->sender != NULL &&
                                (strcmp(finding->sender, "every sender") == 0 ||
                                 strcmp(finding->sender, all[j].sender) == 0);
                CHECK(!is_named, "row %zu: %s breaks %s, and delivers", i, finding->rule,
                      all[j].sender);
            }
        }
        CHECK(failing == 0 || told > 0, "row %zu: %zu senders keep mail, and no finding", i,
              failing);
        findings_free(&findings);
        make_free(&made);
    }
}

static const struct test tests[] = {
    TEST(has_findings_that_agree),
    TEST(quotes_the_line_of_the_log),
    TEST(says_that_a_first_mail_goes_out),
    TEST(says_what_real_senders_did),
    TEST(says_what_is_read_and_what_is_not_known),
};

TEST_MAIN(tests)
