/* SPDX-License-Identifier: ISC */
/* test_lint_upgrade: an upgrade takes no policy away. 1400 policies, made from numbers; which of
 * them version 0.1's daemon served is written down below, and each of those is served today. */
#include <stdbool.h>
#include <stdint.h>

#include "common/policy/lint.h"
#include "common/policy/policy.h"

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { POLICIES = 1400, TEXT_MAX = 70000 };

/* What a line is, most often as it should be, and else as people and programs write it. */
static const char *const versions[] = {
    "version: STSv1", "version:STSv1",  "version:\tSTSv1",           "version: STSv1 ",
    "version: stsv1", "Version: STSv1", " version: STSv1",           "version : STSv1",
    "versie: STSv1",  "version: STSv2", "# policy\r\nversion: STSv1"};
static const char *const modes[] = {
    "mode: enforce",  "mode: testing",  "mode: none",    "mode:testing",
    "mode:\tenforce", "mode: enforce ", "mode: Enforce", "mode: report",
    "mode: prueba",   "Mode: testing",  "modo: testing", "mode: enforce\r\nmode: testing",
    "mode:"};
static const char *const hosts[] = {"mx: mail.example.com",
                                    "mx: *.example.net",
                                    "mx: MAIL.Example.com",
                                    "mx:mail.example.org",
                                    "mx:\tmail.example.org",
                                    "mx: mail.example.com\t",
                                    "mx: ab--cd.example.com",
                                    "mx: *.ab--cd.example.com",
                                    "mx: xn--a.example.com",
                                    "mx: xn--zzzzzz999.example",
                                    "mx: xn--.example.com",
                                    "mx: xn--mnchen-3ya.example",
                                    "mx: mail",
                                    "mx: *.com",
                                    "mx: mail.123",
                                    "mx: 192.0.2",
                                    "mx: 192.0.2.1",
                                    "mx: a.example.",
                                    "mx: 10 a.example",
                                    "mx: a.example, b.example",
                                    "mx: a_b.example",
                                    "mx: mail.*.example",
                                    "mx: a.example # old",
                                    "Mx: a.example",
                                    "mxs: a.example",
                                    "mx: a.example\r\nmx: A.example",
                                    "mx:"};
static const char *const ages[] = {
    "max_age: 604800",   "max_age: 86400",      "max_age: 59",
    "max_age: 3600",     "max_age: 31557600",   "max_age:604800",
    "max_age:\t604800",  "max_age: 604800 ",    "max_age: 0",
    "max_age: 31557601", "max_age: 0000604800", "max_age: 00000604800",
    "max_age: 1w",       "max-age: 604800",     "max_age: 604800\r\nmax_age: 86400",
    "max_age:"};
static const char *const others[] = {"note: x",
                                     "note:x",
                                     "note: x:y",
                                     "note:",
                                     "note: gr\xc3\xbc\xc3\x9f",
                                     "note: gr\xfc",
                                     "_note: x",
                                     "modus: enforce",
                                     "mxs: b.example.com",
                                     "nmx: b.example",
                                     "max-age: 86400",
                                     "a line",
                                     "# end",
                                     "MODE: none"};
static const char *const ends[] = {"\r\n", "\n", "\r"};

static uint32_t state;

static uint32_t draw(uint32_t bound)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % bound;
}

static bool is_likely(void)
{
    return draw(10) < 8;
}

static const char *draw_line(const char *const *lines, uint32_t count)
{
    return lines[is_likely() ? 0 : draw(count)];
}

static size_t add(char *text, size_t used, const char *line, const char *end)
{
    int length = snprintf(text + used, TEXT_MAX - used, "%s%s", line, end);
    return used + (size_t)length;
}

/* The policy of this number. */
static size_t make_policy(char *text, uint32_t number)
{
    size_t used = 0;
    state = number * 2654435761U + 8461;
    (void)draw(2);
    const char *end = draw(20) > 0 ? ends[0] : ends[draw(3)];
    uint32_t mx = draw(100) == 0 ? 300 + draw(2900) : 1 + draw(3);
    used = add(text, used, draw_line(versions, COUNT(versions)), end);
    used = add(text, used, draw_line(modes, COUNT(modes)), end);
    for (uint32_t i = 0; i < mx; i++)
        used = add(text, used, draw(3) > 0 || mx > 3 ? hosts[0] : hosts[draw(COUNT(hosts))], end);
    if (!is_likely())
        used = add(text, used, others[draw(COUNT(others))], end);
    used = add(text, used, draw_line(ages, COUNT(ages)), draw(20) > 0 ? end : "");
    if (draw(30) == 0)
        used = add(text, used, "", end);
    return used;
}

/* One bit for each policy, the lowest first: whether version 0.1 served it. */
static const char served_before[] =
    "0131248a1441216350a5f601c27aa2c06499521926356f9e80e01b7c02c217c628528d"
    "e718604c8983781611041b731a220ce7a8250307071d601844ee2c8a6995ce92133994"
    "c2466161013eb4640a039411580a443ccd3f864cf80d35d82301ea1a651cce201c4023"
    "e1a490cbe35bcde33f920d6c646e50813fe31c97b63f800c083a30ea00045699060202"
    "0cb52a43944455041267222814a184590146c0674cb44ca00ab1f66aa701d044084412";

static void note_refusal(void *context, const struct lint_finding *finding)
{
    const char **refusal = context;
    if (*refusal == NULL && lint_rule_refuses(finding->rule))
        *refusal = finding->rule->id;
}

static void serves_what_was_served_before(void)
{
    static char text[TEXT_MAX];
    size_t served = 0;
    CHECK(strlen(served_before) * 4 == POLICIES);
    for (uint32_t i = 0; i < POLICIES; i++) {
        char digit[] = {served_before[i / 4], '\0'};
        const char *refusal = NULL;
        size_t length = make_policy(text, i);
        if ((strtoul(digit, NULL, 16) >> i % 4 & 1) == 0)
            continue;
        served++;
        (void)lint_policy_text(text, length, note_refusal, &refusal);
        CHECK(refusal == NULL, "policy %u, %s: %.300s", i, refusal, text);
    }
    CHECK(served >= 500, "%zu", served);
}

/* The values of an ini file that version 0.1 served. */
static void serves_values_that_were_served_before(void)
{
    static const char *const mx[] = {"mail.example.com",
                                     "*.example.net",
                                     "MAIL.Example.com",
                                     "ab--cd.example.com",
                                     "*.ab--cd.example.com",
                                     "xn--a.example.com",
                                     "xn--zzzzzz999.example",

                                     "mail",
                                     "*.com"};
    static const uint32_t seconds[] = {1, 59, 3600, 86400, 604800, 31557600};
    for (size_t i = 0; i < COUNT(seconds); i++) {
        const struct policy policy = {POLICY_MODE_ENFORCE, seconds[i], COUNT(mx), mx};
        const char *refusal = NULL;
        (void)lint_policy(&policy, note_refusal, &refusal);
        CHECK(refusal == NULL, "max_age %u: %s", seconds[i], refusal);
    }
}

static const struct test tests[] = {
    TEST(serves_what_was_served_before),
    TEST(serves_values_that_were_served_before),
};

TEST_MAIN(tests)
