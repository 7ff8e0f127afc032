/* SPDX-License-Identifier: ISC */
/* test_proposal: what may be proposed, and what the presets add to it. */
#include "ctl/generate/proposal.h"

#include "ctl/generate/preset.h"
#include "test.h"

static void join(char *out, size_t size, const struct proposal *proposal)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < proposal->mx_count; i++)
        used +=
            (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " " : "", proposal->mx[i]);
}

static void takes_clean_patterns_once_in_lower_case(void)
{
    static const char *const wrong[] = {"",
                                        "*",
                                        "a..b.example",
                                        "192.0.2.1",
                                        "m.example.",
                                        "a\nb.example",
                                        "a b.example",
                                        "[a.example]",
                                        "a;b",
                                        "a\\010.example"};
    struct proposal proposal = {.domain = "example.com"};
    char said[256];
    struct error why;
    CHECK(proposal_add_mx(&proposal, "Mail.Example.com", &why) == 0);
    CHECK(proposal_add_mx(&proposal, "mail.example.COM", &why) == 0);
    CHECK(proposal_add_mx(&proposal, "*.example.net", &why) == 0);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK(proposal_add_mx(&proposal, wrong[i], &why) == -1, "row %zu", i);
    join(said, sizeof(said), &proposal);
    CHECK(strcmp(said, "mail.example.com *.example.net") == 0, "%s", said);
    proposal_free(&proposal);
}

static void is_judged_by_the_servers_rules(void)
{
    struct proposal good = {.domain = "example.com", .max_age = 60};
    struct proposal bad = {.domain = "example.com", .max_age = 0};
    proposal_add_mx(&good, "mail.example.com", NULL);
    proposal_add_mx(&bad, "mail.example.com", NULL);
    proposal_judge(&good);
    proposal_judge(&bad);
    CHECK(!good.failed && good.note_count == 1 && strstr(good.notes[0], "less than a day") != NULL);
    CHECK(bad.failed && strstr(bad.why.text, "max_age is 0") != NULL, "%s", bad.why.text);
    proposal_free(&good);
    proposal_free(&bad);
}

static void notes_cannot_become_lines_of_a_configuration(void)
{
    struct proposal proposal = {.domain = "example.com"};
    proposal_note(&proposal, "a%s", "\n[evil.example]\r\nmx = *.evil.example\x1b[0m\xff");
    CHECK(proposal.note_count == 1);
    CHECK(strcmp(proposal.notes[0], "a?[evil.example]??mx = *.evil.example?[0m?") == 0, "%s",
          proposal.notes[0]);
    proposal_free(&proposal);
}

static void presets_add_what_the_live_hosts_need(void)
{
    static const struct {
        const char *preset;
        const char *hosts[3];
        const char *patterns;
    } rows[] = {
        {"microsoft365", {NULL}, "*.mail.protection.outlook.com"},
        {"microsoft365",
         {"a-com.o-v1.mx.microsoft", "b-com.o-v1.mx.microsoft", "a-com.x-v1.mx.microsoft"},
         "*.mail.protection.outlook.com *.o-v1.mx.microsoft *.x-v1.mx.microsoft"},
        {"microsoft365",
         {"o-v1.mx.microsoft", "a.b.o-v1.mx.microsoft", "a.o-v1.mx.microsoft.evil.example"},
         "*.mail.protection.outlook.com"},
        {"google",
         {"aspmx2.googlemail.com", "mail.example.com", "a.b.googlemail.com"},
         "smtp.google.com aspmx.l.google.com *.aspmx.l.google.com aspmx2.googlemail.com"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char hosts[3][64];
        char *list[3] = {NULL};
        struct livemx mx = {.hosts = list};
        struct proposal proposal = {.domain = "example.com"};
        struct error why = {.text = ""};
        char said[512];
        for (; mx.count < 3 && rows[i].hosts[mx.count] != NULL; mx.count++) {
            snprintf(hosts[mx.count], sizeof(hosts[0]), "%s", rows[i].hosts[mx.count]);
            list[mx.count] = hosts[mx.count];
        }
        CHECK(preset_apply(preset_find(rows[i].preset), &proposal, &mx, NULL, &why) == 0, "%s",
              why.text);
        join(said, sizeof(said), &proposal);
        CHECK(strcmp(said, rows[i].patterns) == 0, "row %zu: %s", i, said);
        proposal_free(&proposal);
    }
    CHECK(preset_find("gmail") == NULL);
}

static void guesses_the_hosts_of_newer_customers(void)
{
    static const char *const hosts[] = {"mail-contoso-com.o-v1.mx.microsoft",
                                        "mail-contoso-com.h-v1.mx.microsoft"};
    const struct preset *preset = preset_find("microsoft365");
    char host[DNSDATA_NAME_MAX];
    for (size_t i = 0; i < 2; i++)
        CHECK(preset_guess(host, preset, "mail.contoso.com", i) && strcmp(host, hosts[i]) == 0,
              "%s", host);
    CHECK(!preset_guess(host, preset, "contoso.com", 2));
    CHECK(!preset_guess(host, preset, "contoso.com", 100));
    CHECK(!preset_guess(host, preset_find("google"), "contoso.com", 0));
}

int main(void)
{
    static const struct test tests[] = {
        TEST(guesses_the_hosts_of_newer_customers),
        TEST(takes_clean_patterns_once_in_lower_case),
        TEST(is_judged_by_the_servers_rules),
        TEST(notes_cannot_become_lines_of_a_configuration),
        TEST(presets_add_what_the_live_hosts_need),
    };
    return test_run(tests, sizeof(tests) / sizeof(tests[0]));
}
