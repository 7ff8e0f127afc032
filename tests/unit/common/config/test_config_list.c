/* SPDX-License-Identifier: ISC */
/* test_config_list: lists of domains, policy files, and names that stand twice. */
#include "common/config/config_load.h"

#include "tree.h"

#define MAIN                                                                                       \
    "[server]\ndomains_file = list\n[defaults]\ncertificate = /c/%h.pem\nmx = d.example\n"         \
    "[policy outlook]\nmx = *.mail.protection.outlook.com\nmode = enforce\n"

#define GOOD_FILE "version: STSv1\r\nmode: enforce\r\nmx: m.example\r\nmax_age: 604800\r\n"

static void reads_one_domain_a_line(void)
{
    static const struct {
        const char *line;
        const char *policy;
    } rows[] = {
        {"a.example", "version: STSv1|mode: testing|mx: d.example|max_age: 86400|"},
        {"A.Example outlook",
         "version: STSv1|mode: enforce|mx: *.mail.protection.outlook.com|max_age: 604800|"},
        {"a.example outlook mode=testing",
         "version: STSv1|mode: testing|mx: *.mail.protection.outlook.com|max_age: 86400|"},
        {"a.example mode=enforce policy=outlook mx=a.example mx=b.example max_age=700000",
         "version: STSv1|mode: enforce|mx: a.example|mx: b.example|max_age: 700000|"},
        {"  a.example\toutlook # a comment, mode=none",
         "version: STSv1|mode: enforce|mx: *.mail.protection.outlook.com|max_age: 604800|"},
        {"a.example certificate=/c/x.pem private_key=/c/x.key certificate=/c/y.pem\r",
         "version: STSv1|mode: testing|mx: d.example|max_age: 86400|"},
        {"a.example policy_file=p.txt",
         "version: STSv1|mode: enforce|mx: m.example|max_age: 604800|"},
        {"# nothing\n\n   \na.example",
         "version: STSv1|mode: testing|mx: d.example|max_age: 86400|"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tree tree = tree_open();
        char text[300];
        snprintf(text, sizeof(text), "%s\nb.example", rows[i].line);
        tree_write(&tree, "main.ini", MAIN);
        tree_write(&tree, "p.txt", GOOD_FILE);
        tree_write(&tree, "list", text);
        tree_load(&tree);
        CHECK(tree.result == 0 && tree.said.count == 0, "%s", rows[i].line);
        TREE_POLICY(&tree, "a.example", rows[i].policy);
        CHECK(tree_domain(&tree, "b.example") != NULL);
        tree_close(&tree);
    }
}

static void takes_another_list_in_place_of_its_own(void)
{
    static const char text[] = "b.example outlook\nc.example nosuch\nd.example mode=testing\n";
    struct config_list list = {.name = "new", .bytes = text, .length = strlen(text)};
    struct findings said = {0};
    struct config *config = NULL;
    struct tree tree = tree_open();
    const struct config_source source = {.path = tree.main, .list = &list};
    tree_write(&tree, "main.ini", MAIN);
    tree_write(&tree, "list", "a.example\n");
    CHECK(config_load(&config, &source, &said) == 0);
    CHECK(config != NULL && config->domain_count == 3 && config->served_count == 2);
    CHECK(said.count == 1 && strcmp(said.items[0].where, "new") == 0 && said.items[0].line == 2);
    config_free(config);
    findings_free(&said);
    tree_close(&tree);
}

static void judges_a_list_by_itself(void)
{
    static const char text[] = "b.example outlook\nc.example mode=maybe\nd.example. \n";
    struct config_list list = {.name = "list", .bytes = text, .length = strlen(text)};
    const struct config_source source = {.scope = CONFIG_SCOPE_LIST, .list = &list};
    struct findings said = {0};
    struct config *config = NULL;
    CHECK(config_load(&config, &source, &said) == 0 && config->domain_count == 0);
    config_free(config);
    CHECK(said.count == 2, "%zu", said.count);
    CHECK(said.count == 2 && said.items[0].line == 2 && strstr(said.items[0].problem, "no mode"));
    CHECK(said.count == 2 && said.items[1].line == 3);
    findings_free(&said);
}

static void breaks_the_domain_of_a_bad_line_alone(void)
{
    static const struct {
        const char *line;
        const char *fragment;
        bool absent; /* the domain cannot even be named */
    } rows[] = {
        {"bad.example nosuch", "there is no [policy nosuch]", false},
        {"bad.example outlok", "did you mean outlook?", false},
        {"bad.example outlook other", "second policy", false},
        {"bad.example policy=outlook outlook", "second policy", false},
        {"bad.example mode=enforced", "write enforce, testing or none", false},
        {"bad.example mode=", "has no key or no value", false},
        {"bad.example mode=none mode=testing", "is set twice in this line", false},
        {"bad.example max-age=86400", "did you mean max_age?", false},
        {"bad.example outlook#comment", "write a blank before it", false},
        {"bad.example mode=\"none\"", "write it without", false},
        {"bad.example mx=192.0.2.1", "is an IP address", false},
        {"bad.example mx=mail.bad.example.", "ends in a dot", false},
        {"bad.example policy_file=/p/p mode=none", "either policy_file, or mode", false},
        {"bad.example policy_file=/nowhere/p.txt",
         "policy_file: /nowhere/p.txt: No such file or directory; put the policy of bad.example "
         "there, or correct the path",
         false},
        {"bad.example private_key=/k", "without a certificate", false},
        {"bad.example mode=none\rmode=testing", "carriage return", false},
        {"bad.example mode = none", "write mode=none without blanks", false},
        {"bad.example outlook mode= none mx =x.example", "write mode=none without blanks", false},
        {"bad.example mode =none", "write mode=none without blanks", false},
        {"bad.example =none", "has no key or no value", false},
        {"bad.example. mode=nonsense", "ends in a dot", false},
        {"bad..example", "empty label", true},
        {"[bad.example]", "without brackets", true},
        {"; a comment", "write `#`", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tree tree = tree_open();
        char text[300];
        snprintf(text, sizeof(text), "a.example\n%s\nz.example\n", rows[i].line);
        tree_write(&tree, "main.ini", MAIN);
        tree_write(&tree, "list", text);
        tree_load(&tree);
        CHECK(tree.result == 0 && tree.said.count == 1, "%s", rows[i].line);
        TREE_SAYS(&tree, SEVERITY_ERROR, "list", 2, rows[i].fragment);
        const struct config_domain *bad = tree_domain(&tree, "bad.example");
        CHECK(rows[i].absent ? bad == NULL : bad != NULL && bad->broken, "%s", rows[i].line);
        CHECK(tree.config != NULL && tree.config->domain_count == (rows[i].absent ? 2U : 3U));
        CHECK(tree.config->broken_count == 1 && tree.config->served_count == 2, "%s", rows[i].line);
        tree_close(&tree);
    }
}

static void reads_a_list_whose_lines_end_in_crlf(void)
{
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini", MAIN);
    tree_write(&tree, "list",
               "# customers\r\na.example\r\n\r\nb.example outlook\r\n"
               "c.example mode=none\r\nd.example nosuch\r\n");
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.said.count == 1 && tree.config->domain_count == 4);
    TREE_SAYS(&tree, SEVERITY_ERROR, "list", 6, "there is no [policy nosuch]");
    TREE_POLICY(&tree, "c.example", "version: STSv1|mode: none|mx: d.example|max_age: 86400|");
    tree_close(&tree);
}

static void refuses_a_byte_order_mark_for_the_first_line_alone(void)
{
    static const struct {
        const char *list;
        bool broken;
    } rows[] = {
        {"\xef\xbb\xbf"
         "a.example\nb.example\n",
         true},
        {"\xef\xbb\xbf# customers\na.example\nb.example\n", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tree tree = tree_open();
        tree_write(&tree, "main.ini", MAIN);
        tree_write(&tree, "list", rows[i].list);
        tree_load(&tree);
        CHECK(tree.result == 0 && tree.said.count == 1, "row %zu", i);
        TREE_SAYS(&tree, SEVERITY_ERROR, "list", 1, "byte order mark");
        CHECK(tree_need(&tree, "a.example")->broken == rows[i].broken, "row %zu", i);
        CHECK(!tree_need(&tree, "b.example")->broken, "row %zu", i);
        tree_close(&tree);
    }
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini", MAIN);
    tree_write(&tree, "list", "\xef\xbb\xbf");
    tree_load(&tree);
    TREE_SAYS(&tree, SEVERITY_ERROR, "list", 1, "byte order mark");
    tree_close(&tree);
}

static void lets_a_section_override_a_line_with_a_notice(void)
{
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini", MAIN "[a.example]\nmx = section.example\n");
    tree_write(&tree, "list", "# customers\na.example outlook\n");
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.said.count == 1 && tree.config->domain_count == 1);
    TREE_SAYS(&tree, SEVERITY_NOTE, "list", 2, "main.ini:9, which overrides");
    TREE_POLICY(&tree, "a.example",
                "version: STSv1|mode: testing|mx: section.example|max_age: 86400|");
    tree_close(&tree);
}

static void names_both_places_of_a_domain_that_stands_twice(void)
{
    static const struct {
        const char *main, *include, *list, *other_list;
        const char *file;
        unsigned line;
        const char *first;
    } rows[] = {
        {"[a.example]\nmx = 1.example\n[A.EXAMPLE]\nmx = 2.example\n", "", "", "", "main.ini", 12,
         "main.ini:10;"},
        {"[a.example]\nmx = 1.example\n", "[a.example]\nmx = 2.example\n", "", "", "inc/i.ini", 1,
         "main.ini:10;"},
        {"", "", "a.example mx=1.example\nb.example\na.example mx=2.example\n", "", "list", 3,
         "list:1;"},
        {"", "", "a.example mx=1.example\n", "b.example\na.example mx=2.example\n", "more", 2,
         "list:1;"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tree tree = tree_open();
        char text[1000];
        snprintf(text, sizeof(text),
                 "[server]\ninclude = inc\ndomains_file = list\ndomains_file = more\n[defaults]\n"
                 "certificate = /c/d\n[policy p]\nmx = p.example\n\n%s",
                 rows[i].main);
        tree_write(&tree, "main.ini", text);
        tree_write(&tree, "inc/i.ini", rows[i].include);
        tree_write(&tree, "list", rows[i].list);
        tree_write(&tree, "more", rows[i].other_list);
        tree_load(&tree);
        TREE_SAYS(&tree, SEVERITY_ERROR, rows[i].file, rows[i].line, rows[i].first);
        TREE_POLICY(&tree, "a.example",
                    "version: STSv1|mode: testing|mx: 1.example|max_age: 86400|");
        tree_close(&tree);
    }
}

static void says_that_the_first_serves_only_where_it_does(void)
{
    static const struct {
        const char *sections, *list;
        const char *file;
        unsigned line;
        bool says;
    } rows[] = {
        {"[a.example]\n[a.example]\n", "", "main.ini", 10, true},
        {"[a.example]\nmx = 192.0.2.1\n[a.example]\n", "", "main.ini", 11, false},
        {"[a.example]\npolicy = p\n[a.example]\n", "", "main.ini", 11, false},
        {"", "a.example\na.example\n", "list", 2, true},
        {"", "a.example max_age=x\na.example\n", "list", 2, false},
        {"[a.example]\n", "a.example\na.example\n", "list", 2, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[600];
        struct tree tree = tree_open();
        snprintf(text, sizeof(text), "%s%s", MAIN, rows[i].sections);
        tree_write(&tree, "main.ini", text);
        tree_write(&tree, "list", rows[i].list);
        tree_load(&tree);
        TREE_SAYS(&tree, SEVERITY_ERROR, rows[i].file, rows[i].line, "write each domain once");
        CHECK(tree_count(&tree, SEVERITY_ERROR, rows[i].file, rows[i].line, "(the first serves)") ==
                  rows[i].says,
              "row %zu", i);
        tree_close(&tree);
    }
}

static void serves_a_policy_file_as_it_stands(void)
{
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini",
               "[defaults]\ncertificate = /c/d\n"
               "policy_file = www/%d/.well-known/mta-sts.txt\n[a.example]\n[b.example]\n");
    tree_write(&tree, "www/a.example/.well-known/mta-sts.txt", GOOD_FILE);
    tree_write(&tree, "www/b.example/.well-known/mta-sts.txt",
               "version: STSv1\nmode: testing\nmx: b.example\nmax_age: 86400\n");
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.config->broken_count == 0);
    const struct config_policy *policy = tree_need(&tree, "a.example")->policy;
    CHECK(policy->length == strlen(GOOD_FILE) &&
          memcmp(policy->bytes, GOOD_FILE, policy->length) == 0);
    TREE_SAYS(&tree, SEVERITY_WARNING, "www/b.example/.well-known/mta-sts.txt", 0, "end in LF");
    policy = tree_need(&tree, "b.example")->policy;
    CHECK(policy->length ==
          strlen("version: STSv1\nmode: testing\nmx: b.example\nmax_age: 86400\n"));
    tree_close(&tree);
}

static void judges_a_policy_file_by_the_same_rules(void)
{
    struct tree tree = tree_open();
    static char large[64001];
    static char exact[64000];
    memset(large, 'x', sizeof(large));
    memset(exact, 'x', sizeof(exact));
    tree_write(
        &tree, "main.ini",
        "[defaults]\ncertificate = /c/d\npolicy_file = %d\n[comment.example]\n"
        "[large.example]\n[exact.example]\n[gone.example]\n[folder.example]\n[fine.example]\n");
    tree_write(&tree, "comment.example",
               "version: STSv1\r\n# hello\r\nmode: none\r\n"
               "mx: a.example\r\nmax_age: 86400\r\n");
    tree_write_bytes(&tree, "large.example", large, sizeof(large));
    tree_write_bytes(&tree, "exact.example", exact, sizeof(exact));
    tree_write(&tree, "folder.example/inside", "");
    tree_write(&tree, "fine.example", GOOD_FILE);
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.config->broken_count == 5);
    TREE_SAYS(&tree, SEVERITY_ERROR, "comment.example", 2, "mox");
    TREE_SAYS(&tree, SEVERITY_ERROR, "large.example", 0,
              "has 64001 bytes (breaks chasquid, Mimecast); write at most 64000");
    CHECK(tree_count(&tree, SEVERITY_ERROR, "main.ini", 6, "") == 0);
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 7, "No such file");
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 8, "directory");
    CHECK(!tree_need(&tree, "fine.example")->broken);
    tree_close(&tree);
}

static void says_ten_findings_of_a_policy_file_and_how_many_more(void)
{
    static char drowning[64001];
    struct tree tree = tree_open();
    for (size_t i = 0; i < 32000; i++)
        memcpy(drowning + 2 * i, "x\n", 2);
    tree_write(&tree, "main.ini",
               "[defaults]\ncertificate = /c/d\npolicy_file = %d\n[drowning.example]\n"
               "[late.example]\n[key.example]\n[warned.example]\n[fine.example]\n");
    tree_write(&tree, "drowning.example", drowning);
    tree_write(&tree, "late.example",
               "version: STSv1\nmode: none\nmx: m\nmx: m\nmx: m\nmx: m\nmx: m\nmx: m\nmx: m\n"
               "max_age: 86400\na: b\nc: d\ne: f\ng: h\ni: j\nk: l\nx\n");
    tree_write(&tree, "key.example",
               "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n");
    tree_write(&tree, "warned.example",
               "version: STSv1\nmode: none\nmx: m\nmx: m\nmx: m\nmx: m\nmx: m\nmx: m\nmx: m\n"
               "max_age: 86400\n");
    tree_write(&tree, "fine.example", GOOD_FILE);
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.config->broken_count == 3 && !tree.said.out_of_memory);
    CHECK(!tree_need(&tree, "fine.example")->broken && !tree_need(&tree, "warned.example")->broken);
    for (unsigned line = 1; line <= 10; line++)
        TREE_SAYS(&tree, SEVERITY_ERROR, "drowning.example", line, "has no colon");
    TREE_SAYS(&tree, SEVERITY_ERROR, "drowning.example", 10, "and 31996 more; `mta-stsctl lint /");
    TREE_SAYS(&tree, SEVERITY_NOTE, "drowning.example", 0, "--fix");
    TREE_SAYS(&tree, SEVERITY_ERROR, "key.example", 0, "no policy but a certificate or a key");
    TREE_SAYS(&tree, SEVERITY_WARNING, "warned.example", 8, "and 4 more; ");
    TREE_SAYS(&tree, SEVERITY_ERROR, "late.example", 8, "and 11 more; ");
    CHECK(tree.said.errors == 11 + 1 + 1 && tree.said.warnings == 10 + 11, "%zu errors, %zu",
          tree.said.errors, tree.said.warnings);
    tree_load(&tree);
    CHECK(tree.said.count == 12 + 1 + 11 + 12 + 1, "%zu at the next load", tree.said.count);
    tree_close(&tree);
}

static void refuses_the_whole_for_a_templates_policy_file(void)
{
    static const char *const texts[] = {
        "[defaults]\ncertificate = /c/d\n[policy t]\npolicy_file = p\n[a.example]\npolicy = t\n",
        "[policy t]\ncertificate = /c/d\n[defaults]\npolicy_file = p\n[a.example]\npolicy = t\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct tree tree = tree_of(texts[i]);
        CHECK(tree.result == -1 && tree.said.count == 1, "%zu", i);
        TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 4, "No such file");
        tree_write(&tree, "p", "version: STSv2\r\n");
        tree_load(&tree);
        CHECK(tree.result == -1);
        TREE_SAYS(&tree, SEVERITY_ERROR, "p", 1, "STSv2");
        tree_write(&tree, "p", GOOD_FILE);
        tree_load(&tree);
        CHECK(tree.result == 0 && tree.said.count == 0, "%zu", i);
        tree_close(&tree);
    }
}

static void takes_names_and_paths_in_full(void)
{
    struct tree tree = tree_open();
    char text[4000];
    char label[64];
    char name[300];
    char path[1000];
    snprintf(label, sizeof(label), "%063d", 1);
    label[0] = 'a';
    snprintf(name, sizeof(name), "%s.%s.%s.%.44s.example", label, label, label, label);
    snprintf(path, sizeof(path), "/%0700d/%s.pem", 7, "%d");
    snprintf(text, sizeof(text),
             "[%s]\nmx = %s\nmx = mail.%.40s.%s.%s.%s.example ; long\ncertificate = %s\n", name,
             name, label, label, label, label, path);
    tree_write(&tree, "main.ini", text);
    tree_load(&tree);
    CHECK(strlen(name) == 244, "%zu", strlen(name));
    CHECK(tree.result == 0 && tree.said.count == 0 && tree_domain(&tree, name) != NULL);
    CHECK(strcmp(tree_need(&tree, name)->pairs->items[0].certificate, path) == 0);
    tree_print(&tree);
    snprintf(text, sizeof(text),
             "version: STSv1|mode: testing|mx: %s|mx: mail.%.40s.%s.%s.%s.example|max_age: 86400|",
             name, label, label, label, label);
    TREE_POLICY(&tree, name, text);
    tree_close(&tree);
}

static const struct test tests[] = {
    TEST(reads_one_domain_a_line),
    TEST(takes_another_list_in_place_of_its_own),
    TEST(judges_a_list_by_itself),
    TEST(breaks_the_domain_of_a_bad_line_alone),
    TEST(reads_a_list_whose_lines_end_in_crlf),
    TEST(refuses_a_byte_order_mark_for_the_first_line_alone),
    TEST(lets_a_section_override_a_line_with_a_notice),
    TEST(names_both_places_of_a_domain_that_stands_twice),
    TEST(says_that_the_first_serves_only_where_it_does),
    TEST(serves_a_policy_file_as_it_stands),
    TEST(judges_a_policy_file_by_the_same_rules),
    TEST(says_ten_findings_of_a_policy_file_and_how_many_more),
    TEST(refuses_the_whole_for_a_templates_policy_file),
    TEST(takes_names_and_paths_in_full),
};

TEST_MAIN(tests)
