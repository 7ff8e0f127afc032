/* SPDX-License-Identifier: ISC */
/* test_mxname: mistakes that the text of an MX record's name shows. */
#include "ctl/net/mxname.h"

#include <string.h>

#include "test.h"

static const struct {
    const char *host, *domain;
    enum mxname_fault fault;
    const char *meant;
} rows[] = {
    {"mx.example.com", "example.com", MXNAME_FINE, ""},
    {"example.com", "example.com", MXNAME_FINE, ""},
    {"mail.example.example.com", "example.com", MXNAME_FINE, ""},
    {"com.example.com", "example.com", MXNAME_FINE, ""},
    {"mx.notexample.com.example.com", "example.com", MXNAME_FINE, ""},
    {"192-0-2-1.example.net", "example.com", MXNAME_FINE, ""},
    {"192.0.2.1", "example.com", MXNAME_ADDRESS, "192.0.2.1"},
    {"192.0.2.1.example.com", "example.com", MXNAME_ADDRESS, "192.0.2.1"},
    {"192.0.2.1.example.net", "example.com", MXNAME_FINE, ""},
    {"\\091192.0.2.1\\093", "example.com", MXNAME_ADDRESS, "192.0.2.1"},
    {"\\091192.0.2.1\\093.example.com", "example.com", MXNAME_ADDRESS, "192.0.2.1"},
    {"\\091ipv6\\0582001\\058db8\\058\\0581\\093", "example.com", MXNAME_ADDRESS, "2001:db8::1"},
    {"2001\\058db8\\058\\0581", "example.com", MXNAME_ADDRESS, "2001:db8::1"},
    {"mx.example.com.example.com", "example.com", MXNAME_ZONE_TWICE, "mx.example.com"},
    {"example.com.example.com", "example.com", MXNAME_ZONE_TWICE, "example.com"},
    {"mx.a.example.com.a.example.com", "a.example.com", MXNAME_ZONE_TWICE, "mx.a.example.com"},
    {"mx.example.net.example.net", "example.com", MXNAME_ZONE_TWICE, "mx.example.net"},
    {"mx.example.co.uk.example.co.uk", "example.com", MXNAME_ZONE_TWICE, "mx.example.co.uk"},
    {".", "example.com", MXNAME_FINE, ""},
    {"", "example.com", MXNAME_FINE, ""},
    {"\\", "example.com", MXNAME_CHARACTERS, ""},
    {"\\000\\999", "example.com", MXNAME_FINE, ""},
    {"[", "example.com", MXNAME_CHARACTERS, ""},
    {"[]", "example.com", MXNAME_CHARACTERS, ""},
    {"\\091ipv6\\058\\093", "example.com", MXNAME_CHARACTERS, ""},
    {"10\\032mx.example.com", "example.com", MXNAME_PREFERENCE, "mx.example.com"},
    {"10\\032\\032mx.example.net", "example.com", MXNAME_PREFERENCE, "mx.example.net"},
    {"mx.example.com\\032ttl\\0323600", "example.com", MXNAME_CHARACTERS, "mx.example.com"},
    {"smtp\\058\\047\\047mx.example.com", "example.com", MXNAME_CHARACTERS, "mx.example.com"},
    {"mx.example.com\\05825", "example.com", MXNAME_CHARACTERS, "mx.example.com"},
    {"\\034mx.example.com\\034", "example.com", MXNAME_CHARACTERS, "mx.example.com"},
    {"mx.example.com\\044", "example.com", MXNAME_CHARACTERS, "mx.example.com"},
    {"admin\\064mx.example.com", "example.com", MXNAME_CHARACTERS, "mx.example.com"},
    {"mx\\226\\128\\1451.example.com", "example.com", MXNAME_CHARACTERS, "mx-1.example.com"},
    {"b\\195\\188cher.example.com", "example.com", MXNAME_CHARACTERS, "xn--bcher-kva.example.com"},
    {"*.example.com", "example.com", MXNAME_CHARACTERS, ""},
    {"10\\032", "example.com", MXNAME_CHARACTERS, ""},
    {"mx_1.example.com", "example.com", MXNAME_FINE, ""},
    {"mail", "example.com", MXNAME_NO_DOMAIN, "mail.example.com"},
    {"localhost", "example.com", MXNAME_NO_DOMAIN, ""},
    {"mail", "example", MXNAME_FINE, ""},
};

static void finds_what_the_text_shows(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct mxname name;
        mxname_judge_text(&name, rows[i].host, rows[i].domain);
        CHECK(name.fault == rows[i].fault && strcmp(name.meant, rows[i].meant) == 0,
              "%s: %d, \"%s\"", rows[i].host, name.fault, name.meant);
        CHECK(mxname_is_broken(&name) == (rows[i].fault != MXNAME_FINE));
    }
}

static void no_sentence_is_empty(void)
{
    for (int fault = MXNAME_ADDRESS; fault <= MXNAME_ALIAS; fault++) {
        const struct mxname name = {.fault = (enum mxname_fault)fault, .meant = "mx.example.com"};
        struct error problem, advice;
        mxname_say(&name, &problem, &advice);
        CHECK(problem.text[0] != '\0' && advice.text[0] != '\0', "%d", fault);
    }
}

int main(void)
{
    static const struct test tests[] = {
        TEST(finds_what_the_text_shows),
        TEST(no_sentence_is_empty),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
