/* SPDX-License-Identifier: ISC */
/* test_alabel: names whose labels no internationalised name can have, and names that are sound. */
#include "common/name/alabel.h"

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void refuses_labels_that_cannot_be(void)
{
    static const char *const rows[] = {
        "ab--cd.example.com",    "*.ab--cd.example.com",    "xn--a.example.com",
        "xn--zzzzzz999.example", "XN--A.example.com",       "mail.xn--a",
        "xn--mail-.example.com", "xn--99999999999.example", "----.example.com"};
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK(alabel_is_refused(rows[i], strlen(rows[i])), "%s", rows[i]);
}

static void takes_sound_names(void)
{
    static const char *const rows[] = {"mail.example.com",
                                       "*.example.com",
                                       "xn--mnchen-3ya.example",
                                       "xn--.example.com",
                                       "XN--MNCHEN-3YA.example",
                                       "xn--bcher-kva.example.com",
                                       "xn--fiqs8s",
                                       "xn--p1ai",
                                       "xn--80ak6aa92e.example",
                                       "a-b--c.example",
                                       "mail",
                                       "a--.example",
                                       "xn--xkc2dl3a5ee0h.example",
                                       "xn--mgberp4a5d4ar",
                                       "xn--strae-oqa.example",
                                       ""};
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK(!alabel_is_refused(rows[i], strlen(rows[i])), "%s", rows[i]);
}

static const struct test tests[] = {
    TEST(refuses_labels_that_cannot_be),
    TEST(takes_sound_names),
};

TEST_MAIN(tests)
