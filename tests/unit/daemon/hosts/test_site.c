/* SPDX-License-Identifier: ISC */
/* test_site: the table of policy hosts, and what a reload carries over. */
#include "daemon/hosts/site.h"

#include "tree.h"

#define DEFAULTS "[defaults]\ncertificate = /c/%h.pem\n"

static struct site_table *build(const char *main, const struct site_table *old)
{
    struct tree tree = tree_of(main);
    struct site_table *table = tree.config != NULL ? site_table_build(&tree.config, old) : NULL;
    CHECK(table != NULL, "%s", main);
    CHECK(tree.config == NULL, "the configuration was not consumed");
    tree_close(&tree);
    return table;
}

static const struct site *find(const struct site_table *table, const char *host)
{
    struct hostname name;
    struct error why = {.text = ""};
    CHECK(hostname_parse(&name, host, strlen(host), &why) == 0, "%s: %s", host, why.text);
    return site_find(table, &name);
}

static bool serves(const struct site_table *table, const char *host, const char *fragment)
{
    const struct site *site = find(table, host);
    return site != NULL &&
           memmem(site->policy->bytes, site->policy->length, fragment, strlen(fragment)) != NULL;
}

static void finds_policy_hosts_and_nothing_else(void)
{
    struct site_table *table =
        build(DEFAULTS "[example.com]\nmx = a.example\n[example.org]\nmx = b.example\n", NULL);
    CHECK(site_table_count(table) == 2);
    CHECK(serves(table, "mta-sts.example.com", "mx: a.example"));
    CHECK(serves(table, "MTA-STS.EXAMPLE.ORG", "mx: b.example"));
    CHECK(strcmp(find(table, "mta-sts.example.com")->pairs->items[0].certificate, "/c/%h.pem") ==
          0);
    static const char *const unknown[] = {
        "example.com",
        "www.example.com",
        "mta-sts.example.co",
        "mta-sts.example.comm",
        "mta-sts.sub.example.com",
        "xmta-sts.example.com",
        "mta-sts.example.net",
        "mta-sts.com",
        "a.mta-sts.example.com",
    };
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        CHECK(find(table, unknown[i]) == NULL, "%s", unknown[i]);
    site_table_unref(table);
}

static void a_broken_domain_keeps_what_it_served_and_the_others_change(void)
{
    struct site_table *old =
        build(DEFAULTS "[a.example]\nmx = one.example\n[b.example]\nmx = one.example\n", NULL);
    struct site_table *table = build("[defaults]\ncertificate = /new/%h.pem\n[a.example]\nmx = 1\n"
                                     "mode = nonsense\n[b.example]\nmx = two.example\n"
                                     "[c.example]\nmode = nonsense\n",
                                     old);
    site_table_unref(old); /* what is kept does not hang on it */
    CHECK(site_table_count(table) == 2);
    CHECK(serves(table, "mta-sts.a.example", "mx: one.example"));
    CHECK(serves(table, "mta-sts.b.example", "mx: two.example"));
    CHECK(find(table, "mta-sts.c.example") == NULL);
    CHECK(strcmp(find(table, "mta-sts.a.example")->pairs->items[0].certificate, "/c/%h.pem") == 0);

    struct site_table *third = build(DEFAULTS "[a.example]\nmode = nonsense\n", table);
    site_table_unref(table);
    CHECK(serves(third, "mta-sts.a.example", "mx: one.example"), "kept once more");
    site_table_unref(third);
}

static void counts_what_a_reload_would_remove(void)
{
    struct site_table *old = build(DEFAULTS "[a.example]\nmx = one.example\n[b.example]\nmx = "
                                            "one.example\n[c.example]\nmx = one.example\n",
                                   NULL);
    struct site_table *table = build(DEFAULTS "[a.example]\nmx = 1.example\nmode = nonsense\n"
                                              "[d.example]\nmx = one.example\n",
                                     old);
    CHECK(site_table_removed(table, old) == 2, "%zu", site_table_removed(table, old));
    CHECK(site_table_removed(old, old) == 0);
    site_table_unref(table);
    site_table_unref(old);
}

static void holds_twenty_thousand_domains(void)
{
    struct tree tree = tree_open();
    char *list = malloc(20000 * 24);
    size_t used = 0;
    for (int i = 0; i < 20000; i++)
        used += (size_t)snprintf(list + used, 24, "d%d.example\n", i);
    tree_write(&tree, "main.ini", "[server]\ndomains_file = list\n" DEFAULTS "mx = a.example\n");
    tree_write_bytes(&tree, "list", list, used);
    free(list);
    tree_load(&tree);
    struct site_table *table = site_table_build(&tree.config, NULL);
    CHECK(site_table_count(table) == 20000);
    const struct config_policy *shared = find(table, "mta-sts.d0.example")->policy;
    for (int i = 0; i < 20000; i += 37) {
        char host[40];
        snprintf(host, sizeof(host), "mta-sts.d%d.example", i);
        const struct site *site = find(table, host);
        CHECK(site != NULL && site->policy == shared, "%s", host);
    }
    site_table_unref(table);
    tree_close(&tree);
}

static const struct test tests[] = {
    TEST(finds_policy_hosts_and_nothing_else),
    TEST(a_broken_domain_keeps_what_it_served_and_the_others_change),
    TEST(counts_what_a_reload_would_remove),
    TEST(holds_twenty_thousand_domains),
};

TEST_MAIN(tests)
