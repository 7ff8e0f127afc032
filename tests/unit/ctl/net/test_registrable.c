/* SPDX-License-Identifier: ISC */
/* test_registrable: which part of a name somebody registers. */
#include "ctl/net/registrable.h"

#include <string.h>

#include "test.h"

static void finds_what_is_registered(void)
{
    static char longest[DNSDATA_NAME_MAX + 1];
    static const struct {
        const char *name, *domain; /* NULL: there is none */
    } rows[] = {
        {"example.com", "example.com"},
        {"mx.example.com", "example.com"},
        {"a.b.c.MX.Example.COM", "example.com"},
        {"mx.example.co.uk", "example.co.uk"},
        {"example.co.uk", "example.co.uk"},
        {"mx.tenant.azurewebsites.net", "tenant.azurewebsites.net"}, /* a private suffix */
        {"www.city.kawasaki.jp", "city.kawasaki.jp"}, /* an exception to a wildcard */
        {"a.b.c.kawasaki.jp", "b.c.kawasaki.jp"},
        {"mx.vanished.example", "vanished.example"}, /* not in the list: one label */
        {"mail.xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"co.uk", NULL},
        {"com", NULL},
        {"azurewebsites.net", NULL},
        {"localhost", NULL},
        {"", NULL},
        {".", NULL},
        {longest, NULL},
    };
    memset(longest, 'a', DNSDATA_NAME_MAX);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[DNSDATA_NAME_MAX] = "unset";
        int result = registrable_domain(out, rows[i].name);
        if (rows[i].domain == NULL)
            CHECK(result == -1, "%s: %s", rows[i].name, out);
        else
            CHECK(result == 0 && strcmp(out, rows[i].domain) == 0, "%s: %d, %s", rows[i].name,
                  result, out);
    }
}

int main(void)
{
    static const struct test tests[] = {
        TEST(finds_what_is_registered),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
