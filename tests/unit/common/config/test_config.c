/* SPDX-License-Identifier: ISC */
/* test_config: what the configuration promises when nothing is wrong with it, sentence by sentence.
 */
#include "common/config/config.h"

#include <arpa/inet.h>

#include "common/config/pattern.h"
#include "tree.h"

#define DEFAULTS "[defaults]\ncertificate = /c/%h.pem\n"

#define TESTING(mx) "version: STSv1|mode: testing|mx: " mx "|max_age: 86400|"
#define ENFORCE(mx) "version: STSv1|mode: enforce|mx: " mx "|max_age: 604800|"

#define FILE_POLICY "version: STSv1\r\nmode: enforce\r\nmx: file.example\r\nmax_age: 604800\r\n"

static void has_built_in_values(void)
{
    struct tree tree = tree_of(DEFAULTS "[a.example]\nmx = m.a.example\n");
    CHECK(tree.result == 0 && tree.said.count == 0);
    const struct config_server *server = &tree.config->server;
    CHECK(server->listen_count == 2 && !server->listen_set);
    CHECK(server->listen[0].endpoint.address.v4.sin_port == htons(443));
    CHECK(server->listen[1].endpoint.address.any.sa_family == AF_INET6);
    CHECK(server->user == NULL && server->default_host.length == 0);
    CHECK(server->max_removed == 10 && server->max_removed_is_percent);
    CHECK(server->limit_per_source == 64 && server->limit_per_network == 512);
    CHECK(server->handshakes_per_source == 200 && server->handshakes_per_network == 400);
    CHECK(server->limit_exempt.count == 2);
    CHECK(server->proxy_from.count == 0 && server->access_log == CONFIG_ACCESS_LOG_ON);
    CHECK(server->log_clients == CONFIG_LOG_CLIENTS_FULL);
    CHECK(!server->watch);
    CHECK(server->workers == 0 && server->max_connections == 10000);
    CHECK(server->idle_timeout_s == 5 && server->handshake_timeout_s == 10);
    CHECK(server->request_timeout_s == 10 && server->drain_timeout_s == 10);
    CHECK(!tree.config->acme.present && !tree.config->dns.present);
    TREE_POLICY(&tree, "a.example", TESTING("m.a.example"));
    tree_close(&tree);
}

static void writes_an_mx_in_lower_case(void)
{
    struct tree tree = tree_of(DEFAULTS "[a.example]\nmx = MAIL.A.example\n"
                                        "[b.example]\nmx = m.b.example\n");
    CHECK(tree.result == 0 && tree.said.count == 0);
    TREE_POLICY(&tree, "a.example", TESTING("mail.a.example"));
    CHECK(tree.config->domain_count == 2);
    CHECK(tree.config->domains[0].policy->lowered != tree.config->domains[1].policy->lowered);
    tree_close(&tree);
}

/* mox refuses such a name; version 0.1 served it without a word. */
static void warns_of_what_it_served_before_and_serves_on(void)
{
    struct tree tree = tree_of(DEFAULTS "[a.example]\nmx = ab--cd.a.example\n");
    CHECK(tree.result == 0 && tree.said.errors == 0 && tree.said.warnings == 1);
    CHECK(tree.said.count == 1 && strcmp(tree.said.items[0].rule, "mx-a-label") == 0);
    TREE_POLICY(&tree, "a.example", TESTING("ab--cd.a.example"));
    tree_close(&tree);
}

static void reads_each_key_of_server(void)
{
    struct tree tree = tree_of(
        "[server]\nlisten = 192.0.2.1:443, [2001:db8::1]:8443\nlisten = 40443 ; a third\n"
        "user = _mta-stsd\nmax_removed = 7\nlimit_per_source = 0\n"
        "limit_per_network = 5\nhandshakes_per_source = 6\nhandshakes_per_network = 7\n"
        "limit_exempt = 10.0.0.0/8\nlimit_exempt = ::1, 192.0.2.7\nproxy_from = 10.0.0.0/8"
        "\nwatch = on\naccess_log = errors\nlog_clients = network\ndefault_host = "
        "mta-sts.a.example\nworkers = 3\n"
        "max_connections = 500\nidle_timeout = 1\nhandshake_timeout = 2\n"
        "request_timeout = 3\ndrain_timeout = 4\n" DEFAULTS "[a.example]\nmx = m.a.example\n");
    CHECK(tree.result == 0 && tree.said.count == 0);
    const struct config_server *server = &tree.config->server;
    CHECK(server->listen_set && server->listen_count == 4);
    CHECK(strcmp(server->listen[1].text, "[2001:db8::1]:8443") == 0);
    CHECK(server->listen[3].place.line == 3 && strcmp(server->listen[3].text, "40443") == 0);
    CHECK(strcmp(server->user, "_mta-stsd") == 0);
    CHECK(server->max_removed == 7 && !server->max_removed_is_percent);
    CHECK(server->limit_per_source == 0 && server->limit_per_network == 5);
    CHECK(server->handshakes_per_source == 6 && server->handshakes_per_network == 7);
    CHECK(server->limit_exempt.count == 3);
    CHECK(server->proxy_from.count == 1 && server->proxy_from.items[0].prefix == 104);
    CHECK(server->access_log == CONFIG_ACCESS_LOG_ERRORS && server->watch);
    CHECK(server->log_clients == CONFIG_LOG_CLIENTS_NETWORK);
    CHECK(strcmp(server->default_host.text, "mta-sts.a.example") == 0);
    CHECK(server->workers == 3 && server->max_connections == 500);
    CHECK(server->idle_timeout_s == 1 && server->handshake_timeout_s == 2);
    CHECK(server->request_timeout_s == 3 && server->drain_timeout_s == 4);
    tree_close(&tree);
}

static void reads_acme_and_dns_for_later(void)
{
    struct tree tree = tree_of(
        DEFAULTS "[a.example]\nmx = m.a.example\n[acme]\naccept_terms = yes\n"
                 "contact = mailto:a@b.example\ncontact = mailto:c@b.example\nrenew = off\n"
                 "client = bin/client\nstate = s\nhook = /h\nkey_type = rsa\n"
                 "deploy_command = push-it\nprofile = tls_server-1.0\n[dns]\n"
                 "rua = mailto:t@b.example, https://b.example/r\naddress = 192.0.2.1, 2001:db8::1\n"
                 "target = %d._mta-sts.p.example\n");
    CHECK(tree.result == 0 && tree.said.count == 0);
    const struct config_acme *acme = &tree.config->acme;
    const struct config_dns *dns = &tree.config->dns;
    CHECK(acme->present && acme->accept_terms && !acme->renew_auto && acme->orders_per_hour == 90);
    CHECK(strstr(acme->client, "/bin/client") != NULL && acme->client[0] == '/' && acme->key_rsa);
    CHECK(strstr(acme->state, "/s") != NULL && strcmp(acme->hook, "/h") == 0);
    CHECK(strcmp(acme->deploy_command, "push-it") == 0 &&
          strcmp(acme->profile, "tls_server-1.0") == 0);
    CHECK(acme->contact_count == 2 && strcmp(acme->contacts[1], "mailto:c@b.example") == 0);
    CHECK(strcmp(acme->directory, "https://acme-v02.api.letsencrypt.org/directory") == 0);
    CHECK(dns->present && dns->rua_count == 2 && dns->address_count == 2 && dns->cname == NULL);
    CHECK(strcmp(dns->target, "%d._mta-sts.p.example") == 0);
    tree_close(&tree);
}

static void replaces_what_is_inherited_key_by_key_and_whole(void)
{
    static const struct {
        const char *defaults, *template_, *domain;
        const char *policy;
    } rows[] = {
        {"", "", "mx = d.example\n", TESTING("d.example")},
        {"mx = x.example\n", "", "", TESTING("x.example")},
        {"mx = x.example\nmx = y.example\n", "mx = t.example\n", "", TESTING("t.example")},
        {"mx = x.example\n", "mx = t.example\nmx = u.example\n", "mx = d.example\n",
         TESTING("d.example")},
        {"mode = enforce\n", "", "mx = d.example\n", ENFORCE("d.example")},
        {"mode = enforce\n", "mode = testing\n", "mx = d.example\n", TESTING("d.example")},
        {"mode = testing\n", "mode = enforce\nmx = t.example\n", "", ENFORCE("t.example")},
        {"", "mode = enforce\nmx = t.example\n", "mode = testing\n", TESTING("t.example")},
        {"max_age = 700000\n", "mode = enforce\nmx = t.example\n", "",
         "version: STSv1|mode: enforce|mx: t.example|max_age: 700000|"},
        {"max_age = 700000\nmode = enforce\n", "mx = t.example\n", "max_age = 604800\n",
         ENFORCE("t.example")},
        {"", "mx = t.example\n", "mode = none\n",
         "version: STSv1|mode: none|mx: t.example|max_age: 86400|"},
        {"", "", "mx = b.example\nmx = *.a.example\n", TESTING("b.example|mx: *.a.example")},
        /* A policy file is a policy whole, as are the keys that a nearer level sets. */
        {"policy_file = p.txt\n", "mx = t.example\n", "", TESTING("t.example")},
        {"mx = x.example\nmode = enforce\n", "policy_file = p.txt\n", "mx = d.example\n",
         TESTING("d.example")},
        {"mx = x.example\n", "policy_file = p.txt\n", "", ENFORCE("file.example")},
        {"", "mx = t.example\n", "policy_file = p.txt\n", ENFORCE("file.example")},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[1000];
        struct tree tree = tree_open();
        snprintf(text, sizeof(text), "%s%s[a.example]\npolicy = t\n%s[policy t]\n%s", DEFAULTS,
                 rows[i].defaults, rows[i].domain, rows[i].template_);
        tree_write(&tree, "main.ini", text);
        tree_write(&tree, "p.txt",
                   "version: STSv1\r\nmode: enforce\r\nmx: file.example\r\nmax_age: 604800\r\n");
        tree_load(&tree);
        CHECK(tree.result == 0 && tree.said.count == 0, "row %zu", i);
        TREE_POLICY(&tree, "a.example", rows[i].policy);
        tree_close(&tree);
    }
}

static void reads_each_ini_of_an_include_directory_in_byte_order(void)
{
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini",
               "[server]\ninclude = one.d\ninclude = two.d ; may repeat\n" DEFAULTS);
    tree_write(&tree, "one.d/b.ini", "[a.example]\nmx = second.example\n");
    tree_write(&tree, "one.d/B.ini", "[a.example]\nmx = first.example\n");
    tree_write(&tree, "one.d/.hidden.ini", "[server]\nnonsense\n");
    tree_write(&tree, "one.d/a.ini.bak", "nonsense\n");
    tree_write(&tree, "two.d/z.ini",
               "[policy later]\nmx = t.example\n[z.example]\npolicy = later\n");
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.said.count == 1);
    TREE_SAYS(&tree, SEVERITY_ERROR, "one.d/b.ini", 1, "one.d/B.ini:1");
    TREE_POLICY(&tree, "a.example", TESTING("first.example"));
    TREE_POLICY(&tree, "z.example", TESTING("t.example"));
    tree_close(&tree);
}

/* By equal beginnings, ends that are another's beginning, and bytes above ASCII. */
static void sorts_names_by_all_their_bytes(void)
{
    static const char *const sorted[] = {
        "1.ini",          "12345678.a.ini", "12345678.b.ini", "12345678.ini", "123456789.ini",
        "1234567890.ini", "a.ini",          "a.ini.ini",      "\xc3\xa4.ini", "\xff.ini",
    };
    struct tree tree = tree_of("[server]\ninclude = inc\n" DEFAULTS);
    for (size_t i = 0; i < 10; i++) {
        char name[32];
        snprintf(name, sizeof(name), "inc/%s", sorted[9 - i]);
        tree_write(&tree, name, "; nothing\n");
    }
    tree_load(&tree);
    const struct filelist_run *run = tree.config->files->runs[0];
    CHECK(run->count == 10);
    for (size_t i = 0; i < 10; i++)
        CHECK(strcmp(strrchr(run->paths[i], '/') + 1, sorted[i]) == 0, "%s", run->paths[i]);
    tree_close(&tree);
}

static void keeps_settings_out_of_includes(void)
{
    static const char *const titles[] = {"server", "defaults", "acme", "dns", "tlsrpt"};
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        char text[100];
        struct tree tree = tree_of("[server]\ninclude = inc\n");
        snprintf(text, sizeof(text), "\n[%s]\nmx: nothing of this is read\n", titles[i]);
        tree_write(&tree, "inc/a.ini", text);
        tree_load(&tree);
        CHECK(tree.result == (i >= 3 ? 0 : -1), "%s", titles[i]);
        TREE_SAYS(&tree, SEVERITY_ERROR, "inc/a.ini", 2, "domains and policies only");
        tree_close(&tree);
    }
}

static void refuses_the_whole_when_a_file_cannot_be_read(void)
{
    struct tree tree = tree_of("[server]\ninclude = absent.d\n");
    CHECK(tree.result == -1 && tree.config == NULL);
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 2,
              "absent.d: No such file or directory; name a directory that exists");
    tree_write(&tree, "main.ini",
               "[server]\ndomains_file = absent.txt\ninclude = inc\nuser = a b\n");
    tree_write(&tree, "inc/a.ini/inside", "");
    tree_write(&tree, "inc/b.ini", "[b.example]\nmx = 192.0.2.1\n");
    tree_load(&tree);
    CHECK(tree.result == -1);
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 2, "domains_file: /");
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 2,
              "absent.txt: No such file or directory; put the list there, or correct the path");
    TREE_SAYS(&tree, SEVERITY_NOTE, "inc/a.ini", 0, "this is a directory");
    /* All of a run is said, not the first alone. */
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 4, "is not a user");
    TREE_SAYS(&tree, SEVERITY_ERROR, "inc/b.ini", 2, "is an IP address");
    unlink(tree.main);
    tree_load(&tree);
    CHECK(tree.result == -1 && tree.said.count == 1);
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 0, "; name the configuration with -c FILE");
    tree_close(&tree);
}

/* Root may read everything, so as root this is read as somebody else. */
static void advises_to_make_readable_what_may_not_be_read(void)
{
    static const struct {
        const char *name, *file;
        unsigned line;
    } rows[] = {
        {"inc", "main.ini", 2},    {"inc/i.ini", "inc/i.ini", 0}, {"list", "main.ini", 3},
        {"policy", "main.ini", 7}, {"main.ini", "main.ini", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tree tree = tree_open();
        tree_write(&tree, "main.ini",
                   "[server]\ninclude = inc\ndomains_file = list\n" DEFAULTS
                   "[a.example]\npolicy_file = %d/../policy\n");
        tree_write(&tree, "inc/i.ini", "");
        tree_write(&tree, "a.example/x", "");
        tree_write(&tree, "list", "");
        tree_write(&tree, "policy", "");
        CHECK(chmod(tree.directory, 0755) == 0);
        CHECK(chmod(tree_path(&tree, rows[i].name), 0) == 0);
        CHECK(geteuid() != 0 || seteuid(65534) == 0);
        tree_load(&tree);
        CHECK(getuid() != 0 || seteuid(0) == 0);
        TREE_SAYS(&tree, SEVERITY_ERROR, rows[i].file, rows[i].line,
                  "Permission denied; make it readable for the server's user");
        CHECK(chmod(tree_path(&tree, rows[i].name), 0700) == 0);
        tree_close(&tree);
    }
}

/* Whether the config was read from the file; counted, as each is to stand once. */
static unsigned count_file(const struct tree *tree, const char *name)
{
    unsigned found = 0;
    const struct filelist *files = tree->config->files;
    for (size_t i = 0; i < files->count; i++)
        found += strcmp(files->paths[i], tree_path(tree, name)) == 0;
    for (size_t i = 0; i < files->run_count; i++)
        for (size_t j = 0; j < files->runs[i]->count; j++)
            found += strcmp(files->runs[i]->paths[j], tree_path(tree, name)) == 0;
    return found;
}

static void remembers_what_it_was_read_from(void)
{
    static const char *const names[] = {"main.ini",  "inc",    "inc/i.ini", "list",
                                        "a.example", "shared", "empty.d",   "gone.example"};
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini",
               "[server]\ninclude = inc\ninclude = empty.d\ndomains_file = list\n" DEFAULTS
               "[policy p]\npolicy_file = shared\n");
    tree_write(&tree, "inc/i.ini",
               "[a.example]\npolicy_file = %d\n[gone.example]\npolicy_file = %d\n");
    tree_write(&tree, "inc/i.bak", "");
    tree_write(&tree, "empty.d/none", "");
    tree_write(&tree, "list", "b.example p\nc.example p\n");
    tree_write(&tree, "a.example", FILE_POLICY);
    tree_write(&tree, "shared", FILE_POLICY);
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.said.errors == 1);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CHECK(count_file(&tree, names[i]) == 1, "%s", names[i]);
    const struct filelist *files = tree.config->files;
    CHECK(files->run_count == 2 && files->runs[0]->count == 1 && files->runs[1]->count == 0);
    CHECK(files->count + 1 == sizeof(names) / sizeof(names[0]), "%zu", files->count);
    tree_close(&tree);
}

static void reload_after(struct tree *tree)
{
    struct config *before = tree->config;
    const struct config_source source = {.path = tree->main, .before = before};
    findings_free(&tree->said);
    tree->result = config_load(&tree->config, &source, &tree->said);
    CHECK(tree->result == 0);
    config_free(before);
}

static void shares_the_names_of_an_include_as_long_as_they_stay(void)
{
    struct tree tree = tree_open();
    tree_write(&tree, "main.ini", "[server]\ninclude = inc\n" DEFAULTS "mx = mx.example\n");
    tree_write(&tree, "inc/b.ini", "[b.example]\n");
    tree_write(&tree, "inc/a.ini", "[a.example]\n");
    CHECK(symlink("a.ini", tree_path(&tree, "inc/c.ini")) == 0);
    tree_load(&tree);
    const struct filelist_run *first = tree.config->files->runs[0];
    CHECK(first->count == 3 && strcmp(first->paths[1], tree_path(&tree, "inc/b.ini")) == 0);
    CHECK(unlink(tree_path(&tree, "inc/c.ini")) == 0);
    for (int i = 0; i < 2; i++) {
        tree_write(&tree, "inc/b.ini", i == 0 ? "[new.example]\n" : "[newer.example]\n");
        reload_after(&tree);
        const struct filelist_run *run = tree.config->files->runs[0];
        CHECK(run->count == 2 && (i == 0 || run == first));
        CHECK(tree_domain(&tree, i == 0 ? "new.example" : "newer.example") != NULL);
        CHECK(tree_need(&tree, "a.example")->file == run->paths[0]);
        first = run;
    }
    tree_write(&tree, "inc/c.ini", "[c.example]\n");
    reload_after(&tree);
    CHECK(tree.config->files->runs[0]->count == 3 && tree_domain(&tree, "c.example") != NULL);
    tree_close(&tree);
}

static void remembers_of_many_policy_files_the_first_alone(void)
{
    struct tree tree = tree_of("[server]\ndomains_file = list\n" DEFAULTS "policy_file = %d\n");
    char list[2000] = "";
    for (size_t i = 0, used = 0; i < 70; i++) {
        char name[20];
        snprintf(name, sizeof(name), "d%zu.example", i);
        tree_write(&tree, name, FILE_POLICY);
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s\n", name);
    }
    tree_write(&tree, "list", list);
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.config->served_count == 70);
    CHECK(tree.config->files->count == 2 + 64, "%zu", tree.config->files->count);
    tree_close(&tree);
}

static void keeps_the_place_of_the_user(void)
{
    struct tree tree = tree_of("[server]\nlisten = 443\nuser = nobody\n");
    CHECK(tree.config->server.user_place.line == 3);
    CHECK(strcmp(tree.config->server.user_place.file, tree.main) == 0);
    tree_write(&tree, "main.ini", "");
    tree_load(&tree);
    CHECK(tree.config->server.user_place.line == 0 && tree.config->server.user_place.file == NULL);
    tree_close(&tree);
}

static void sorts_what_it_says_by_file_and_line(void)
{
    struct tree tree = tree_open();
    char order[400] = "";
    tree_write(&tree, "main.ini",
               "[a.example]\nmx = m.example\nmode = x\n[server]\ndomains_file = list\n"
               "include = inc\n[b.example]\nmx = 192.0.2.1\ncertificate = /c/d\nmode = y\n");
    tree_write(&tree, "list", "c..example\nd.example max-age=1\n");
    tree_write(&tree, "inc/z.ini", "[y.example]\nmx = 192.0.2.1\nmode = z\ncertificate = /c/d\n");
    tree_load(&tree);
    for (size_t i = 0, used = 0; i < tree.said.count; i++)
        used +=
            (size_t)snprintf(order + used, sizeof(order) - used, "%s:%u ",
                             strrchr(tree.said.items[i].where, '/') + 1, tree.said.items[i].line);
    CHECK(strcmp(order, "main.ini:3 main.ini:8 main.ini:10 z.ini:2 z.ini:3 list:1 list:2 ") == 0,
          "%s", order);
    tree_close(&tree);
}

static void takes_pairs_of_certificate_and_key(void)
{
    struct tree tree = tree_open();
    char file[200];
    tree_write(&tree, "main.ini",
               "[defaults]\ncertificate = /c/%h.pem\n[policy t]\ncertificate = t.pem\n"
               "private_key = keys/%d.key\nmx = m.example\n[a.example]\npolicy = t\n[b.example]\n"
               "mx = m.example\ncertificate = /c/ecdsa.pem\nprivate_key = /c/ecdsa.key\n"
               "certificate = /c/rsa.pem\n[c.example]\nmx = m.example\n");
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.said.count == 0);
    const struct config_domain *a = tree_need(&tree, "a.example");
    const struct config_domain *b = tree_need(&tree, "b.example");
    const struct config_domain *c = tree_need(&tree, "c.example");
    CHECK(a->pairs->count == 1 && !a->own_certificate);
    CHECK(strcmp(a->pairs->items[0].certificate, tree_path(&tree, "t.pem")) == 0);
    CHECK(strcmp(a->pairs->items[0].private_key, tree_path(&tree, "keys/%d.key")) == 0);
    CHECK(b->pairs->count == 2 && b->own_certificate && b->pairs->items[1].private_key == NULL);
    CHECK(strcmp(b->pairs->items[0].private_key, "/c/ecdsa.key") == 0);
    CHECK(b->pairs->items[1].place.line == 13);
    CHECK(c->pairs->count == 1 && strcmp(c->pairs->items[0].certificate, "/c/%h.pem") == 0);
    CHECK(pattern_expand(file, sizeof(file), "/c/%h/%d/100%%", "c.example") == 0);
    CHECK(strcmp(file, "/c/mta-sts.c.example/c.example/100%") == 0, "%s", file);
    CHECK(pattern_expand(file, 10, "/c/%h", "c.example") == -1);
    tree_close(&tree);
}

static void wants_a_certificate_for_each_domain(void)
{
    struct tree tree = tree_of("[a.example]\nmx = m.example\n[b.example]\nmx = m.example\n"
                               "certificate = /c/b.pem\n");
    CHECK(tree.result == 0 && tree.said.count == 1 && tree.config->broken_count == 1);
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 1, "a.example has no certificate");
    CHECK(tree_need(&tree, "a.example")->broken && !tree_need(&tree, "b.example")->broken);
    tree_close(&tree);
}

static void says_once_what_many_domains_lack_or_do(void)
{
    struct tree tree = tree_open();
    char list[8000] = "";
    size_t used = 0;
    for (int i = 100; i < 200; i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "d%d.example%s\n", i,
                                 i < 150   ? ""
                                 : i < 151 ? " t"
                                           : " certificate=/etc/letsencrypt/live/x/f.pem");
    tree_write(&tree, "main.ini",
               "[server]\ndomains_file = l\n[policy t]\nmode = testing\n[defaults]\n"
               "mx = m.example\n[policy u]\ncertificate = /etc/letsencrypt/archive/%h\n");
    tree_write(&tree, "l", list);
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.said.count == 4 && tree.config->broken_count == 51);
    TREE_SAYS(&tree, SEVERITY_ERROR, "l", 1,
              "50 domains have no certificate, the first is d100.example; write `certificate =");
    TREE_SAYS(&tree, SEVERITY_ERROR, "l", 51, "d150.example has no certificate");
    TREE_SAYS(&tree, SEVERITY_NOTE, "l", 52, "name that here (and in 48 other places)");
    TREE_SAYS(&tree, SEVERITY_NOTE, "main.ini", 8, "certbot's directories");
    tree_close(&tree);
}

static void harms_no_domain_by_the_error_of_another(void)
{
    struct tree tree = tree_of(DEFAULTS "[c.example]\nmx = 192.0.2.1\nmode = none\n[a.example]\n"
                                        "mx = m.example\n[b.example]\nmax_age = x\npolicy = no\n");
    CHECK(tree.result == 0 && tree.said.count == 3 && tree.said.errors == 3);
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 4, "is an IP address");
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 9, "is not a number");
    TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", 10, "there is no [policy no]");
    CHECK(tree.config->domain_count == 3 && tree.config->broken_count == 2);
    for (size_t i = 0; i < tree.config->domain_count; i++) {
        const struct config_domain *domain = &tree.config->domains[i];
        CHECK(domain->name[0] == (char)('a' + i), "sorted: %s", domain->name);
        CHECK(domain->broken == (i != 0) && (domain->policy == NULL) == domain->broken &&
                  (domain->pairs == NULL) == domain->broken,
              "%s", domain->name);
    }
    tree_close(&tree);
}

static void says_what_a_template_lacks_once(void)
{
    struct tree tree = tree_open();
    char list[4000] = "";
    size_t used = 0;
    for (int i = 0; i < 100; i++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "d%d.example t %s\n", i,
                                 i % 2 ? "mode=testing" : "");
    tree_write(&tree, "main.ini",
               "[server]\ndomains_file = l\n[policy t]\nmode = enforce\n"
               "max_age = 3600\nmx = *.com\n[defaults]\ncertificate = /c/d\n");
    tree_write(&tree, "l", list);
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.config->domain_count == 100 && tree.config->broken_count == 0);
    TREE_SAYS(&tree, SEVERITY_WARNING, "main.ini", 6, "*.com");
    TREE_SAYS(&tree, SEVERITY_WARNING, "main.ini", 5, "less than a day");
    CHECK(tree_need(&tree, "d0.example")->policy == tree_need(&tree, "d2.example")->policy);
    CHECK(tree_need(&tree, "d1.example")->policy == tree_need(&tree, "d99.example")->policy);
    CHECK(tree_need(&tree, "d0.example")->policy != tree_need(&tree, "d1.example")->policy);
    tree_close(&tree);
}

static void starts_relative_paths_of_an_include_at_the_main_file_too(void)
{
    struct tree tree = tree_of("[server]\ninclude = deep/inc.d\n[policy t]\nmx = m.example\n");
    tree_write(&tree, "deep/inc.d/i.ini",
               "[a.example]\npolicy_file = p.txt\ncertificate = c/%h.pem\n");
    tree_write(&tree, "p.txt", FILE_POLICY);
    tree_write(&tree, "deep/inc.d/p.txt", "not this one");
    tree_load(&tree);
    CHECK(tree.result == 0 && tree.said.count == 0);
    TREE_POLICY(&tree, "a.example", ENFORCE("file.example"));
    const struct config_domain *a = tree_need(&tree, "a.example");
    CHECK(strcmp(a->pairs->items[0].certificate, tree_path(&tree, "c/%h.pem")) == 0);
    tree_close(&tree);
}

static void starts_relative_paths_at_the_main_file(void)
{
    struct tree tree = tree_open();
    char here[PATH_MAX];
    char deep[200];
    tree_write(&tree, "100%d/main.ini",
               DEFAULTS "certificate = x/%h.pem\n[a.example]\n"
                        "policy_file = p.txt\n");
    tree_write(&tree, "100%d/p.txt",
               "version: STSv1\r\nmode: enforce\r\nmx: m.example\r\nmax_age: 604800\r\n");
    CHECK(getcwd(here, sizeof(here)) != NULL && chdir(tree.directory) == 0);
    snprintf(tree.main, sizeof(tree.main), "100%%d/main.ini");
    tree_load(&tree);
    CHECK(chdir(here) == 0);
    CHECK(tree.result == 0 && tree.said.count == 0);
    TREE_POLICY(&tree, "a.example", ENFORCE("m.example"));
    const struct config_domain *a = tree_need(&tree, "a.example");
    CHECK(a->pairs->count == 2);
    CHECK(pattern_expand(deep, sizeof(deep), a->pairs->items[1].certificate, a->name) == 0);
    CHECK(strcmp(deep, tree_path(&tree, "100%d/x/mta-sts.a.example.pem")) == 0, "%s", deep);
    tree_close(&tree);
}

static void warns_when_there_is_nothing_to_serve(void)
{
    struct tree tree = tree_of("");
    CHECK(tree.result == 0 && tree.config->domain_count == 0);
    TREE_SAYS(&tree, SEVERITY_WARNING, "main.ini", 0, "no domain is configured");
    tree_write(&tree, "main.ini", DEFAULTS "[mta-sts.a.example]\nmx = m.example\n");
    tree_load(&tree);
    TREE_SAYS(&tree, SEVERITY_WARNING, "main.ini", 3, "write [a.example]");
    tree_close(&tree);
}

static const struct test tests[] = {
    TEST(has_built_in_values),
    TEST(writes_an_mx_in_lower_case),
    TEST(warns_of_what_it_served_before_and_serves_on),
    TEST(reads_each_key_of_server),
    TEST(reads_acme_and_dns_for_later),
    TEST(replaces_what_is_inherited_key_by_key_and_whole),
    TEST(reads_each_ini_of_an_include_directory_in_byte_order),
    TEST(sorts_names_by_all_their_bytes),
    TEST(keeps_settings_out_of_includes),
    TEST(refuses_the_whole_when_a_file_cannot_be_read),
    TEST(advises_to_make_readable_what_may_not_be_read),
    TEST(remembers_what_it_was_read_from),
    TEST(shares_the_names_of_an_include_as_long_as_they_stay),
    TEST(remembers_of_many_policy_files_the_first_alone),
    TEST(keeps_the_place_of_the_user),
    TEST(sorts_what_it_says_by_file_and_line),
    TEST(takes_pairs_of_certificate_and_key),
    TEST(wants_a_certificate_for_each_domain),
    TEST(says_once_what_many_domains_lack_or_do),
    TEST(harms_no_domain_by_the_error_of_another),
    TEST(says_what_a_template_lacks_once),
    TEST(starts_relative_paths_at_the_main_file),
    TEST(starts_relative_paths_of_an_include_at_the_main_file_too),
    TEST(warns_when_there_is_nothing_to_serve),
};

TEST_MAIN(tests)
