/* SPDX-License-Identifier: ISC */
/* test_hostname: which bytes are a name, which are not, and what is said of those. */
#include "common/name/hostname.h"

#include <stdint.h>

#include "common/name/punycode.h"
#include "test.h"

#define LABEL_63 "a23456789012345678901234567890123456789012345678901234567890123"
#define NAME_253                                                                                   \
    LABEL_63 "." LABEL_63 "." LABEL_63                                                             \
             ".a23456789012345678901234567890123456789012345678901234567.com"
#define NAME_245                                                                                   \
    LABEL_63 "." LABEL_63 "." LABEL_63 ".a234567890123456789012345678901234567890123456789.org"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct row {
    const char *bytes;
    const char *expected; /* the name, or a part of the sentence */
};

static void accepts_names(void)
{
    static const struct row rows[] = {
        {"example.com", "example.com"},
        {"EXAMPLE.Com", "example.com"},
        {"mta-sts.example.com", "mta-sts.example.com"},
        {"a.b", "a.b"},
        {"3com.com", "3com.com"},
        {"1.2.3.4.example", "1.2.3.4.example"},
        {"xn--mnchen-3ya.example", "xn--mnchen-3ya.example"},
        {"XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"},
        {"xn--p1ai.xn--p1ai", "xn--p1ai.xn--p1ai"},
        {"a--b.example", "a--b.example"},
        {"a.1a", "a.1a"},
        {LABEL_63 ".example", LABEL_63 ".example"},
        {NAME_253, NAME_253},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct hostname name;
        struct error why = {.text = ""};
        int result = hostname_parse(&name, rows[i].bytes, strlen(rows[i].bytes), &why);
        CHECK(result == 0, "%s: %s", rows[i].bytes, why.text);
        CHECK(strcmp(name.text, rows[i].expected) == 0, "%s", name.text);
        CHECK(name.length == strlen(rows[i].expected), "%s", name.text);
    }
}

static void check_refused(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hostname name = {.length = 1, .text = "x"};
        struct error why = {.text = ""};
        size_t length = strlen(rows[i].bytes);
        CHECK(hostname_parse(&name, rows[i].bytes, length, &why) == -1, "%s", rows[i].bytes);
        CHECK(strstr(why.text, rows[i].expected) != NULL, "%s: %s", rows[i].bytes, why.text);
        CHECK(name.length == 0 && name.text[0] == '\0', "%s left %s", rows[i].bytes, name.text);
        CHECK(hostname_parse(&name, rows[i].bytes, length, NULL) == -1, "%s", rows[i].bytes);
    }
}

static void refuses_what_is_no_name_and_says_why(void)
{
    static const struct row rows[] = {
        {"", "the name is empty; write"},
        {"example", "is a single label; write"},
        {"localhost", "is a single label"},
        {"example.com.", "ends in a dot; write it without: example.com"},
        {"example.com..", "has an empty label"},
        {".", "has an empty label"},
        {".example.com", "has an empty label"},
        {"a..b", "has an empty label"},
        {"-a.example", "begins or ends with a hyphen"},
        {"a-.example", "begins or ends with a hyphen"},
        {"-.example", "begins or ends with a hyphen"},
        {"a.example-", "begins or ends with a hyphen"},
        {"a_b.example", "has an underscore"},
        {"_mta-sts.example.com", "has an underscore"},
        {"192.0.2.1", "\"192.0.2.1\" is an IP address; write a host name"},
        {"192.0.2.1.", "is an IP address"},
        {"2001:db8::1", "is an IP address"},
        {"[2001:db8::1]", "is an IP address"},
        {"::ffff:192.0.2.1", "is an IP address"},
        {"192.0.2", "ends in a label of digits only"},
        {"1.2.3.4.5", "ends in a label of digits only"},
        {"example.123", "ends in a label of digits only"},
        {"*.example.com", "has a wildcard in it; write a host name in full"},
        {"*", "has a wildcard in it"},
        {"a b.example", "has a blank in it"},
        {" example.com", "has a blank in it"},
        {"example.com\t", "has a blank in it"},
        {"a\r\nb.example", "has a control byte"},
        {"a\x7f.example", "has a control byte"},
        {"a/b.example", "is not a host name"},
        {"https://example.com", "is not a host name"},
        {"example.com:443", "is not a host name"},
        {"user@example.com", "is not a host name"},
        {"a" LABEL_63 ".example", "has a label of more than 63 characters"},
        {"a" NAME_253, "the name has 254 characters; write one of at most 253"},
    };
    check_refused(rows, COUNT(rows));
}

static void refuses_u_labels_and_names_their_a_labels(void)
{
    static const struct row rows[] = {
        {"münchen.example", "\"münchen.example\" is not in ASCII; write its A-label form: "
                            "xn--mnchen-3ya.example"},
        {"MÜNCHEN.Example", "form: xn--mnchen-3ya.example"},
        {"münchen", "has no valid A-label form"},
        {"*.münchen.example", "has no valid A-label form"},
        {"m\xfcnchen.example", "has no valid A-label form"},
        {"a\xc3", "has no valid A-label form"},
        {"☃.example", "has no valid A-label form"},
        {"ａ.example", "has no valid A-label form"},
        {"a。example", "has no valid A-label form"},
    };
    check_refused(rows, COUNT(rows));
}

static void takes_counted_bytes_not_strings(void)
{
    struct hostname name;
    struct error why = {.text = ""};

    CHECK(hostname_parse(&name, "example.com\0.evil", 17, &why) == -1, "NUL inside");
    CHECK(strstr(why.text, "control byte") != NULL, "%s", why.text);
    CHECK(hostname_parse(&name, "example.comevil", 11, &why) == 0, "%s", why.text);
    CHECK(strcmp(name.text, "example.com") == 0, "%s", name.text);
}

static void reads_the_name_out_of_an_authority(void)
{
    static const struct row rows[] = {
        {"mta-sts.example.com", "mta-sts.example.com"},
        {"MTA-STS.Example.COM", "mta-sts.example.com"},
        {"mta-sts.example.com.", "mta-sts.example.com"},
        {"mta-sts.example.com:443", "mta-sts.example.com"},
        {"mta-sts.example.com.:8443", "mta-sts.example.com"},
        {"mta-sts.example.com:", "mta-sts.example.com"},
        {"mta-sts.example.com:00443", "mta-sts.example.com"},
        {NAME_253 ".:65535", NAME_253},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct hostname name;
        struct error why = {.text = ""};
        int result = hostname_parse_authority(&name, rows[i].bytes, strlen(rows[i].bytes), &why);
        CHECK(result == 0, "%s: %s", rows[i].bytes, why.text);
        CHECK(strcmp(name.text, rows[i].expected) == 0, "%s", name.text);
    }
}

static void refuses_what_is_no_authority(void)
{
    static const struct row rows[] = {
        {"", "the name is empty"},
        {":443", "the name is empty"},
        {".", "has an empty label"},
        {"example.com..", "ends in a dot"},
        {"example.com:443:443", "not a port"},
        {"example.com:44x", "not a port"},
        {"example.com:-1", "not a port"},
        {"example.com: 443", "not a port"},
        {"example.com:443 ", "not a port"},
        {"example.com:123456", "not a port"},
        {"[2001:db8::1]", "is an IP address"},
        {"2001:db8::1", "is an IP address"},
        {"192.0.2.1:443", "is an IP address"},
        {"user@example.com", "is not a host name"},
        {"example.com/", "is not a host name"},
        {" example.com", "has a blank"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct hostname name;
        struct error why = {.text = ""};
        int result = hostname_parse_authority(&name, rows[i].bytes, strlen(rows[i].bytes), &why);
        CHECK(result == -1, "%s gave %s", rows[i].bytes, name.text);
        CHECK(strstr(why.text, rows[i].expected) != NULL, "%s: %s", rows[i].bytes, why.text);
        CHECK(name.length == 0, "%s", name.text);
    }
}

static void checks_mx_patterns(void)
{
    static const struct {
        const char *bytes;
        enum hostname_fault fault;
        const char *sentence;
    } rows[] = {
        {"mail.example.com", HOSTNAME_FINE, ""},
        {"Mail.Example.COM", HOSTNAME_FINE, ""},
        {"*.mail.protection.outlook.com", HOSTNAME_FINE, ""},
        {"*.com", HOSTNAME_FINE, ""},
        {"localhost", HOSTNAME_FINE, ""},
        {"xn--mnchen-3ya.example", HOSTNAME_FINE, ""},
        {"", HOSTNAME_EMPTY, "the name is empty"},
        {"*", HOSTNAME_BARE_WILDCARD, "is a bare wildcard; write the domain after it"},
        {"*.", HOSTNAME_BARE_WILDCARD, "is a bare wildcard"},
        {"mail.*.example.com", HOSTNAME_WILDCARD_PLACE, "not the whole left-most label"},
        {"*.*.example.com", HOSTNAME_WILDCARD_PLACE, "not the whole left-most label"},
        {"mx*.example.com", HOSTNAME_WILDCARD_PLACE, "not the whole left-most label"},
        {"*mx.example.com", HOSTNAME_WILDCARD_PLACE, "not the whole left-most label"},
        {"**.example.com", HOSTNAME_WILDCARD_PLACE, "not the whole left-most label"},
        {"mail.example.com.", HOSTNAME_TRAILING_DOT, "write it without: mail.example.com"},
        {"*.example.com.", HOSTNAME_TRAILING_DOT, "write it without: *.example.com"},
        {"*..", HOSTNAME_LABEL_EMPTY, "empty label"},
        {"*..example.com", HOSTNAME_LABEL_EMPTY, "empty label"},
        {"192.0.2.1", HOSTNAME_IP_ADDRESS, "is an IP address"},
        {"[192.0.2.1]", HOSTNAME_IP_ADDRESS, "is an IP address"},
        {"2001:db8::1", HOSTNAME_IP_ADDRESS, "is an IP address"},
        {"10", HOSTNAME_ONLY_DIGITS, "digits only"},
        {"*.münchen.example", HOSTNAME_U_LABEL, "form: *.xn--mnchen-3ya.example"},
        {"münchen", HOSTNAME_U_LABEL, "form: xn--mnchen-3ya"},
        {"mail_1.example.com", HOSTNAME_UNDERSCORE, "underscore"},
        {"10 mail.example.com", HOSTNAME_BLANK, "blank"},
        {"mail.example.com, b.example", HOSTNAME_BLANK, "blank"},
        {"mail.example.com:25", HOSTNAME_CHARACTER, "is not a host name"},
        {"a" NAME_253, HOSTNAME_TOO_LONG, "254 characters"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error why = {.text = ""};
        size_t length = strlen(rows[i].bytes);
        int result = hostname_check_mx_pattern(rows[i].bytes, length, &why);
        enum hostname_fault fault = hostname_mx_fault(rows[i].bytes, length);
        CHECK(fault == rows[i].fault, "%s: fault %d", rows[i].bytes, (int)fault);
        CHECK((result == 0) == (fault == HOSTNAME_FINE), "%s", rows[i].bytes);
        CHECK(strstr(why.text, rows[i].sentence) != NULL, "%s: %s", rows[i].bytes, why.text);
    }
}

static void suggests_the_one_right_form(void)
{
    static const struct row rows[] = {
        {"mail.example.com.", "mail.example.com"},
        {"Bücher.example.", "xn--bcher-kva.example"},
        {"*.bücher.example", "*.xn--bcher-kva.example"},
        {"MAIL.example.com", "mail.example.com"},
        {"a..b.", ""},
        {"192.0.2.1", ""},
        {"", ""},
        {".", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[HOSTNAME_MAX + 1] = "x";
        bool is_one = hostname_suggest(out, rows[i].bytes, strlen(rows[i].bytes));
        CHECK(is_one == (rows[i].expected[0] != '\0'), "%s", rows[i].bytes);
        CHECK(strcmp(out, rows[i].expected) == 0, "%s: %s", rows[i].bytes, out);
    }
}

static void names_a_labels(void)
{
    static const struct row rows[] = {
        {"bücher", "xn--bcher-kva"},
        {"straße", "xn--strae-oqa"},
        {"ÉCOLE", "xn--cole-9oa"},
        {"ü", "xn--tda"},
        {"中文", "xn--fiq228c"},
        {"рф", "xn--p1ai"},
        {"例え.テスト", "xn--r8jz45g.xn--zckzah"},
        {"παράδειγμα", "xn--hxajbheg2az3al"},
        {"почемужеонинеговорятпорусски", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l"},
        {"ليهمابتكلموشعربي؟", ""}, /* the question mark is no letter */
        {"ŁÓDŹ.ĄĆĘ", "xn--d-uga0v4h.xn--2dae8c"},
        {"ПРИМЕР", "xn--e1afmkfd"},
        {"ΠΑΡΆΔΕΙΓΜΑ", "xn--hxajbheg2az3al"},
        {"ΈΉΊΌΎΏ", "xn--ixacd0jfg"},
        {"Ѐѐ.Ґґ", "xn--51aa.xn--03aa"},
        {"Հայ", "xn--y9a3aq"},
        {"việtnam", "xn--vitnam-jk8b"},
        {"ไทย", "xn--o3cw4h"},
        {"한국", "xn--3e0b707e"},
        {"भारत", "xn--h2brj9c"},
        {"u\xcc\x88", ""}, /* two spellings: one letter, or a letter and its dots */
        {"ſ", ""},         /* is an s in an A-label */
        {"×", ""},
        {"ａ", ""},
        {"İ", ""}, /* not one letter in lower case */
        {"🙂", ""},
        {"ليهمابتكلموشعربي", "xn--mgbcah9ar9a4efegftvvn"},
        {"他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"},
        {"-ü", ""},
        {"ü-", ""},
        {"ab--ü", ""},
        {"ü\xcc", ""},
        {"\xc0\xaf", ""},
        {"\xed\xa0\x80", ""},
        {"\xf4\x90\x80\x80", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[HOSTNAME_MAX + 1] = "x";
        int result = punycode_name(out, sizeof(out), rows[i].bytes, strlen(rows[i].bytes));
        CHECK((result == 0) == (rows[i].expected[0] != '\0'), "%s", rows[i].bytes);
        CHECK(strcmp(out, rows[i].expected) == 0, "%s: %s", rows[i].bytes, out);
    }
}

static void leaves_nothing_when_an_a_label_does_not_fit(void)
{
    for (size_t size = 1; size <= strlen("xn--bcher-kva"); size++) {
        char *out = malloc(size);
        CHECK(out != NULL, "out of memory");
        if (out == NULL)
            return;
        CHECK(punycode_name(out, size, "bücher", strlen("bücher")) == -1, "size %zu", size);
        CHECK(out[0] == '\0', "size %zu", size);
        free(out);
    }
}

static void makes_policy_hosts(void)
{
    struct hostname domain;
    struct hostname host;
    struct error why = {.text = ""};

    CHECK(hostname_parse(&domain, "Example.com", 11, &why) == 0, "%s", why.text);
    CHECK(hostname_policy_host(&host, &domain, &why) == 0, "%s", why.text);
    CHECK(strcmp(host.text, "mta-sts.example.com") == 0 && host.length == 19, "%s", host.text);

    CHECK(hostname_parse(&domain, NAME_245, strlen(NAME_245), &why) == 0, "%s", why.text);
    CHECK(domain.length == 245, "%u", domain.length);
    CHECK(hostname_policy_host(&host, &domain, &why) == 0, "%s", why.text);
    CHECK(host.length == 253 && host.text[253] == '\0', "%u", host.length);

    CHECK(hostname_parse(&domain, "a" NAME_245, 246, &why) == -1, "a label of 64 was taken");
    CHECK(hostname_parse(&domain, NAME_245 "o", 246, &why) == 0, "%s", why.text);
    CHECK(hostname_policy_host(&host, &domain, &why) == -1, "246 characters");
    CHECK(strstr(why.text, "has 246 characters") != NULL, "%s", why.text);
    CHECK(strstr(why.text, "at most 245") != NULL, "%s", why.text);
    CHECK(host.length == 0, "%s", host.text);
}

static void compares_names(void)
{
    struct hostname a;
    struct hostname b;
    struct hostname c;
    CHECK(hostname_parse(&a, "example.com", 11, NULL) == 0, "a");
    CHECK(hostname_parse(&b, "EXAMPLE.com", 11, NULL) == 0, "b");
    CHECK(hostname_parse(&c, "example.co", 10, NULL) == 0, "c");
    CHECK(hostname_equal(&a, &b), "letter case counted");
    CHECK(!hostname_equal(&a, &c), "a prefix was equal");
}

static const struct test tests[] = {
    TEST(accepts_names),
    TEST(refuses_what_is_no_name_and_says_why),
    TEST(refuses_u_labels_and_names_their_a_labels),
    TEST(takes_counted_bytes_not_strings),
    TEST(reads_the_name_out_of_an_authority),
    TEST(refuses_what_is_no_authority),
    TEST(checks_mx_patterns),
    TEST(suggests_the_one_right_form),
    TEST(names_a_labels),
    TEST(leaves_nothing_when_an_a_label_does_not_fit),
    TEST(makes_policy_hosts),
    TEST(compares_names),
};

TEST_MAIN(tests)
