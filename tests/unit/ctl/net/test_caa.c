/* SPDX-License-Identifier: ISC */
/* test_caa: sets of CAA records, those of RFC 8659 and RFC 8657 among them. */
#include "ctl/net/caa.c"

#include "test.h"

#define SET_MAX 4

/* A record: flags, tag, value. */
struct written {
    unsigned char flags;
    const char *tag;
    const char *value;
};

struct row {
    const char *name;
    struct written set[SET_MAX];
    bool allowed;
    const char *says; /* in the sentence, if not; else in the note, or NULL */
};

static struct dns_record make(unsigned char bytes[512], const struct written *record)
{
    size_t tag = strlen(record->tag);
    size_t value = strlen(record->value);
    bytes[0] = record->flags;
    bytes[1] = (unsigned char)tag;
    memcpy(bytes + 2, record->tag, tag);
    memcpy(bytes + 2 + tag, record->value, value);
    return (struct dns_record){bytes, 2 + tag + value};
}

static void judge(const struct row *row, const struct caa_ca *ca)
{
    unsigned char bytes[SET_MAX][512];
    struct dns_record records[SET_MAX];
    struct error why = {0};
    size_t count = 0;
    while (count < SET_MAX && row->set[count].tag != NULL) {
        records[count] = make(bytes[count], &row->set[count]);
        count++;
    }
    struct error note;
    bool allowed = allows("example.com", records, count, ca, &note, &why);
    CHECK(allowed == row->allowed, "%s: %s", row->name, why.text);
    bool is_noted = row->allowed && row->says != NULL;
    CHECK((note.text[0] != '\0') == is_noted, "%s: %s", row->name, note.text);
    if (is_noted)
        CHECK(strstr(note.text, row->says) != NULL, "%s: %s", row->name, note.text);
    if (!row->allowed)
        CHECK(strstr(why.text, row->says) != NULL && strstr(why.text, "example.com") != NULL,
              "%s: %s", row->name, why.text);
}

static struct hostname name(const char *text)
{
    struct hostname out;
    hostname_parse(&out, text, strlen(text), NULL);
    return out;
}

static void the_cas_names_decide(void)
{
    static const struct row rows[] = {
        {"no record", {{0}}, true, NULL},
        {"issue", {{0, "issue", "ca1.example.net"}}, true, NULL},
        {"its other name", {{0, "issue", "ca2.example.org"}}, true, NULL},
        {"letter case", {{0, "ISSUE", "CA1.Example.Net"}}, true, NULL},
        {"another CA", {{0, "issue", "ca.example.com"}}, false, "does not let this CA issue; add"},
        {"one of two", {{0, "issue", "x.example"}, {0, "issue", "ca1.example.net"}}, true, NULL},
        {"what to write",
         {{0, "issue", "x.example"}},
         false,
         "example.com. CAA 0 issue \"ca1.example.net\""},
        {"nobody", {{0, "issue", ";"}}, false, "lets no CA issue"},
        {"nobody, empty", {{0, "issue", ""}}, false, "lets no CA issue"},
        {"nobody, with words", {{0, "issue", "%%%%%"}}, false, "lets no CA issue"},
        {"nobody and ours", {{0, "issue", ";"}, {0, "issue", "ca1.example.net"}}, true, NULL},
        {"blanks", {{0, "issue", " \tca1.example.net \t; "}}, true, NULL},
        {"a parameter", {{0, "issue", "ca1.example.net; account=230123"}}, true, NULL},
        {"parameters", {{0, "issue", "ca1.example.net; a=1 ; policy = ev;"}}, true, NULL},
        {"no value", {{0, "issue", "ca1.example.net; policy"}}, false, "lets no CA issue"},
        {"no name", {{0, "issue", "ca1.example.net; =x"}}, false, "lets no CA issue"},
        {"a blank in a value", {{0, "issue", "ca1.example.net; a=b c"}}, false, "lets no CA issue"},
        {"two names", {{0, "issue", "ca1.example.net ca2.example.org"}}, false, "lets no CA issue"},
        {"issuewild alone", {{0, "issuewild", "x.example"}}, true, NULL},
        {"issuewild none", {{0, "issuewild", ";"}}, true, NULL},
        {"issuewild does not grant",
         {{0, "issue", ";"}, {0, "issuewild", "ca1.example.net"}},
         false,
         "lets no CA issue"},
        {"iodef alone", {{0, "iodef", "mailto:security@example.com"}}, true, NULL},
        {"critical and known", {{128, "issue", "ca1.example.net"}}, true, NULL},
        {"critical iodef", {{128, "iodef", "x"}}, true, NULL},
        {"unknown, not critical", {{0, "tbs", "Unknown"}}, true, NULL},
        {"critical and unknown",
         {{0, "issue", "ca1.example.net"}, {128, "tbs", "Unknown"}},
         false,
         "tag tbs is critical"},
        {"control bytes", {{0, "issue", "\x1b[31m"}}, false, "?[31m"},
    };
    struct hostname names[] = {name("ca1.example.net"), name("ca2.example.org")};
    struct caa_ca ca = {names, 2, NULL};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge(&rows[i], &ca);
}

static void parameters_bind_method_and_account(void)
{
    static const struct row rows[] = {
        {"ours among them",
         {{0, "issue", "ca.net; validationmethods=dns-01,tls-alpn-01"}},
         true,
         NULL},
        {"letter case", {{0, "issue", "ca.net; ValidationMethods=TLS-ALPN-01"}}, true, NULL},
        {"others", {{0, "issue", "ca.net; validationmethods=dns-01"}}, false, "add tls-alpn-01"},
        {"none", {{0, "issue", "ca.net; validationmethods="}}, false, "add tls-alpn-01"},
        {"no part of a word",
         {{0, "issue", "ca.net; validationmethods=x-tls-alpn-01"}},
         false,
         "add tls-alpn-01"},
        {"twice",
         {{0, "issue", "ca.net; validationmethods=tls-alpn-01; validationmethods=tls-alpn-01"}},
         false,
         "validationmethods"},
        {"a second record",
         {{0, "issue", "ca.net; validationmethods=dns-01"}, {0, "issue", "ca.net"}},
         true,
         NULL},
        {"our account", {{0, "issue", "ca.net; accounturi=https://ca.net/acct/1"}}, true, NULL},
        {"another",
         {{0, "issue", "ca.net; accounturi=https://ca.net/acct/11"}},
         false,
         "another account"},
        {"accounts twice",
         {{0, "issue",
           "ca.net; accounturi=https://ca.net/acct/1; accounturi=https://ca.net/acct/1"}},
         false,
         "another account"},
        {"both",
         {{0, "issue", "ca.net;accounturi=https://ca.net/acct/1;validationmethods=tls-alpn-01"}},
         true,
         NULL},
    };
    struct hostname names[] = {name("ca.net")};
    struct caa_ca ca = {names, 1, "https://ca.net/acct/1"};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge(&rows[i], &ca);
}

static void an_account_that_is_not_known_is_noted(void)
{
    static const struct row rows[] = {
        {"one", {{0, "issue", "ca.net; accounturi=x"}}, true, "accounturi=x\", lets one account"},
        {"none", {{0, "issue", "ca.net"}}, true, NULL},
        {"one of two records",
         {{0, "issue", "ca.net; accounturi=x"}, {0, "issue", "ca.net"}},
         true,
         NULL},
        {"of another CA",
         {{0, "issue", "x.example; accounturi=x"}, {0, "issue", "ca.net"}},
         true,
         NULL},
        {"twice", {{0, "issue", "ca.net; accounturi=x; accounturi=x"}}, false, "another account"},
        {"and another method",
         {{0, "issue", "ca.net; accounturi=x; validationmethods=dns-01"}},
         false,
         "add tls-alpn-01"},
    };
    struct hostname names[] = {name("ca.net")};
    struct caa_ca ca = {names, 1, NULL};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge(&rows[i], &ca);
    judge(&(struct row){"some CA", {{0, "issue", "x.example; accounturi=x"}}, true, "one account"},
          &(struct caa_ca){0});
}

static void a_ca_without_names_is_refused_only_what_none_could_pass(void)
{
    static const struct row rows[] = {
        {"some CA", {{0, "issue", "some.example"}}, true, NULL},
        {"nobody", {{0, "issue", ";"}}, false, "lets no CA issue"},
        {"critical", {{128, "x", ""}}, false, "critical"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge(&rows[i], &(struct caa_ca){0});
}

static void a_record_that_is_none_forbids(void)
{
    static const unsigned char bad[] = {0, 200, 'i'};
    struct dns_record record = {bad, sizeof(bad)};
    struct error why;
    CHECK(!allows("example.com", &record, 1, &(struct caa_ca){0}, NULL, &why));
    CHECK(strstr(why.text, "cannot be read") != NULL);
}

static const struct test tests[] = {
    TEST(the_cas_names_decide),
    TEST(parameters_bind_method_and_account),
    TEST(an_account_that_is_not_known_is_noted),
    TEST(a_ca_without_names_is_refused_only_what_none_could_pass),
    TEST(a_record_that_is_none_forbids),
};

TEST_MAIN(tests)
