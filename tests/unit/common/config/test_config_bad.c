/* SPDX-License-Identifier: ISC */
/* test_config_bad: each kind of bad input has its place, its own sentence, and its bound of harm.
 */
#include "common/config/config.h"

#include "tree.h"

/* What each row's text stands behind; it begins in line 5. */
#define BEFORE "[defaults]\ncertificate = /c/%h.pem\n[good.example]\nmx = mail.good.example\n"

enum harm {
    HARM_NONE,    /* bad.example is served */
    HARM_DOMAIN,  /* bad.example is broken, good.example is served */
    HARM_ABSENT,  /* there is no bad.example, good.example is served */
    HARM_UNNAMED, /* likewise, and a domain whose name cannot be read is counted */
    HARM_WHOLE,
};

struct row {
    const char *text;
    enum harm harm;
    unsigned line; /* of the one complaint; 0: none is expected */
    const char *fragment;
    enum severity severity;
};

#define DOMAIN "[bad.example]\n"
#define MX     "mx = mail.bad.example\n"

static void check_row(const struct row *row)
{
    struct tree tree = tree_open();
    char text[70000];
    snprintf(text, sizeof(text), "%s%s", BEFORE, row->text);
    tree_write(&tree, "main.ini", text);
    tree_load(&tree);

    const struct config_domain *good = tree_domain(&tree, "good.example");
    const struct config_domain *bad = tree_domain(&tree, "bad.example");
    CHECK(tree.result == (row->harm == HARM_WHOLE ? -1 : 0), "%s", row->text);
    if (row->harm != HARM_WHOLE)
        CHECK(good != NULL && !good->broken, "good.example: %s", row->text);
    if (row->harm == HARM_NONE || row->harm == HARM_DOMAIN)
        CHECK(bad != NULL && bad->broken == (row->harm == HARM_DOMAIN), "bad.example: %s",
              row->text);
    if (row->harm != HARM_WHOLE)
        CHECK(tree.config->broken_count == (row->harm == HARM_DOMAIN || row->harm == HARM_UNNAMED),
              "counted %zu: %s", tree.config->broken_count, row->text);
    if (row->harm == HARM_ABSENT || row->harm == HARM_UNNAMED)
        CHECK(bad == NULL, "%s", row->text);
    CHECK(tree.said.count == (row->line != 0), "%s", row->text);
    if (row->line != 0)
        TREE_SAYS(&tree, row->severity, "main.ini", row->line, row->fragment);
    else if (tree.said.count != 0)
        tree_print(&tree);
    tree_close(&tree);
}

#define CHECK_ROWS(rows)                                                                           \
    for (size_t row_ = 0; row_ < sizeof(rows) / sizeof((rows)[0]); row_++)                         \
    check_row(&(rows)[row_])

static void names_the_key_that_was_meant(void)
{
    static const struct row rows[] = {
        {DOMAIN MX "max-age = 86400\n", HARM_DOMAIN, 7, "did you mean max_age?", 0},
        {DOMAIN MX "Mode = testing\n", HARM_DOMAIN, 7, "did you mean mode?", 0},
        {DOMAIN MX "nmx = mail.bad.example\n", HARM_DOMAIN, 7, "did you mean mx?", 0},
        {DOMAIN MX "colour = red\n", HARM_DOMAIN, 7, "write policy, mode, mx, max_age", 0},
        {DOMAIN MX "[defautls]\n", HARM_WHOLE, 7, "did you mean [defaults]?", 0},
        {"[policy p]\ncertificat = /x.pem\n", HARM_WHOLE, 6, "did you mean certificate?", 0},
        {"[policy p]\npolicy = q\n", HARM_WHOLE, 6, "policies do not nest", 0},
        {"[server]\nlisten_on = 443\n", HARM_WHOLE, 6,
         "unknown key \"listen_on\" in [server]; write listen,", 0},
        {"[server]\nlimit_per_sources = 4\n", HARM_WHOLE, 6, "did you mean limit_per_source?", 0},
        {"[acme]\naccept_terms = yes\nemail = x\n", HARM_WHOLE, 7, "write accept_terms,", 0},
        {"[dns]\nrau = mailto:a@b.example\n", HARM_ABSENT, 6, "did you mean rua?", 0},
    };
    CHECK_ROWS(rows);
}

static void refuses_a_value_out_of_range(void)
{
    static const struct row rows[] = {
        {DOMAIN MX "mode = enforced\n", HARM_DOMAIN, 7, "write enforce, testing or none", 0},
        {DOMAIN MX "mode = Enforce\n", HARM_DOMAIN, 7, "write enforce", 0},
        {DOMAIN MX "max_age = 31557601\n", HARM_DOMAIN, 7, "31557600, the most that", 0},
        {DOMAIN MX "max_age = 31557601\n", HARM_DOMAIN, 7, "write 31557599 or less", 0},
        {DOMAIN MX "max_age = 1 week\n", HARM_DOMAIN, 7, "is not a number", 0},
        {DOMAIN MX "max_age = -1\n", HARM_DOMAIN, 7, "is not a number", 0},
        {DOMAIN MX "max_age = 31557600\n", HARM_NONE, 7, "Stalwart", SEVERITY_WARNING},
        {"[defaults]\n", HARM_WHOLE, 5, "[defaults] is already at line 1", 0},
        {"[server]\nlisten = 70000\n", HARM_WHOLE, 6, "listen: ", 0},
        {"[server]\nlisten = 443,\n", HARM_WHOLE, 6, "missing beside a comma", 0},
        {"[server]\nlisten = 443\nlisten = [::]:443\n", HARM_WHOLE, 7, "at line 6", 0},
        {"[server]\nlisten = ::1:443\n", HARM_WHOLE, 6, "write it as [::1]:443", 0},
        {"[server]\nuser = a b\n", HARM_WHOLE, 6, "is not a user", 0},
        {"[server]\nmax_removed = 101%\n", HARM_WHOLE, 6, "write 0% to 100%", 0},
        {"[server]\nmax_removed = few\n", HARM_WHOLE, 6, "write a percentage", 0},
        {"[server]\nlimit_per_source = 1000001\n", HARM_WHOLE, 6, "write 0 to 1000000", 0},
        {"[server]\nidle_timeout = 0\n", HARM_WHOLE, 6, "write 1 to 3600", 0},
        {"[server]\nworkers = 4294967297\n", HARM_WHOLE, 6, "out of range", 0},
        {"[server]\nlimit_exempt = 127.0.0.1/8\n", HARM_WHOLE, 6, "127.0.0.0/8", 0},
        {"[server]\nproxy_from = 10.0.0.0/99\n", HARM_WHOLE, 6, "prefix", 0},
        {"[server]\nwatch = yes\n", HARM_WHOLE, 6, "write on or off", 0},
        {"[server]\naccess_log = yes\n", HARM_WHOLE, 6, "write on, errors or off", 0},
        {"[server]\nmetrics = 9415\n", HARM_WHOLE, 6, "write 127.0.0.1:9415", 0},
        {"[server]\nmetrics = 198.51.100.7:9415\n", HARM_WHOLE, 6, "others may reach", 0},
        {"[server]\nmetrics = 127.0.0.1:443\n", HARM_WHOLE, 6, "write another port", 0},
        {"[server]\nlog_clients = no\n", HARM_WHOLE, 6, "write full, network or none", 0},
        {"[server]\ndefault_host = mta-sts.other.example\n", HARM_WHOLE, 6, "not the policy host",
         0},
        {"[server]\ndefault_host = other.example\n", HARM_WHOLE, 6,
         "write mta-sts. followed by one", 0},
        {"[server]\ndefault_host = good.example\n", HARM_WHOLE, 6, "write mta-sts.good.example", 0},
    };
    CHECK_ROWS(rows);
}

static void refuses_an_mx_that_a_sender_refuses(void)
{
    static const struct row rows[] = {
        {DOMAIN "mx = 192.0.2.1\n", HARM_DOMAIN, 6, "mox", 0},
        {DOMAIN "mx = mail.bad.example.\n", HARM_DOMAIN, 6, "ends in a dot", 0},
        {DOMAIN MX "mx = mail.*.bad.example\n", HARM_DOMAIN, 7, "left-most", 0},
        {DOMAIN MX "mx = m\xc3\xbcller.bad.example\n", HARM_DOMAIN, 7, "xn--mller-kva", 0},
        {DOMAIN "mx = mx1.a.example, mx2.a.example\n", HARM_DOMAIN, 6,
         "is several names (breaks mox, postfix-tlspol; for all others this host never matches); "
         "write one mx line for each",
         0},
        {DOMAIN "mx = 10 mx.a.example\n", HARM_DOMAIN, 6,
         "write the name alone, without the preference of the MX record", 0},
        {DOMAIN, HARM_DOMAIN, 5, "there is no mx", 0},
        {DOMAIN "mode = none\n", HARM_DOMAIN, 5, "there is no mx", 0},
        {"[policy p]\nmx = 192.0.2.1\n", HARM_WHOLE, 6, "is an IP address", 0},
        {"[policy p]\nmx = mail.p.example.\n" DOMAIN "policy = p\n", HARM_WHOLE, 6, "a dot", 0},
    };
    CHECK_ROWS(rows);
}

static void refuses_a_name_that_is_none(void)
{
    char text[512];
    static const struct row rows[] = {
        {"[bad.example.]\n" MX, HARM_DOMAIN, 5, "without: bad.example", 0},
        {"[Bad.EXAMPLE.]\nnonsense = x\n", HARM_DOMAIN, 5, "without: Bad.EXAMPLE", 0},
        {"[bad..example]\n" MX, HARM_UNNAMED, 5, "empty label", 0},
        {"[bad_one.example]\n" MX, HARM_UNNAMED, 5, "underscore", 0},
        {"[ bad.example ]\n" MX, HARM_UNNAMED, 5, "blank", 0},
        {"[192.0.2.1]\n" MX, HARM_UNNAMED, 5, "IP address", 0},
        {"[*.bad.example]\n" MX, HARM_UNNAMED, 5, "wildcard", 0},
        {"[bad]\n" MX, HARM_WHOLE, 5, "unknown section [bad]", 0},
        {"[Server]\n", HARM_WHOLE, 5, "did you mean [server]?", 0},
        {"[policy]\n" MX, HARM_WHOLE, 5, "[policy] has no name", 0},
        {"[policy a/b]\n" MX, HARM_WHOLE, 5, "is not a policy name", 0},
        {"[]\n" MX, HARM_WHOLE, 5, "unknown section []", 0},
    };
    CHECK_ROWS(rows);

    /* 253 characters are a name, but leave no room for "mta-sts.". */
    for (size_t length = 245; length <= 246; length++) {
        struct row row = {text, HARM_UNNAMED, 5, "mta-sts.", 0};
        char name[400] = "";
        size_t used = 0;
        while (used + 60 < length - 10)
            used += (size_t)snprintf(name + used, sizeof(name) - used, "%059d.", 7);
        snprintf(name + used, sizeof(name) - used, "%0*d.example", (int)(length - used - 8), 7);
        snprintf(text, sizeof(text), "[%s]\nmx = mail.good.example\n", name);
        CHECK(strlen(name) == length, "%zu", strlen(name));
        row.line = length > 245 ? 5 : 0;
        row.harm = length > 245 ? HARM_UNNAMED : HARM_ABSENT;
        check_row(&row);
    }
}

static void keeps_the_domain_that_a_wrong_name_means(void)
{
    static const struct {
        const char *text, *list;
        const char *name;
        bool broken;
        size_t broken_count;
    } rows[] = {
        {"[m\xc3\xbcller.example]\n" MX, "", "xn--mller-kva.example", true, 1},
        {"[bad.example.\n" MX, "", "bad.example", true, 1},
        {"[bad.example.]\n" MX, "", "bad.example", true, 1},
        {"[bad.example.]\n" MX "[b\xc3\xa4"
         "d.example]\n[bad.example.]\n",
         "", "bad.example", true, 3},
        {"[bad.example.]\n" MX DOMAIN MX, "", "bad.example", false, 1},
        {DOMAIN MX "[bad.example.]\n" MX, "", "bad.example", false, 1},
        {DOMAIN MX, "bad.example. mode=none\n", "bad.example", false, 1},
        {"[bad.example.]\n" MX, "bad.example mx=m.example\n", "bad.example", false, 1},
        {"", "bad.example. mode=none\nbad..example\n", "bad.example", true, 2},
        {"",
         "\xef\xbb\xbf"
         "bad.example mx=m.example\n",
         "bad.example", true, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[1000];
        struct tree tree = tree_open();
        snprintf(text, sizeof(text), "%s[server]\ndomains_file = list\n%s", BEFORE, rows[i].text);
        tree_write(&tree, "main.ini", text);
        tree_write(&tree, "list", rows[i].list);
        tree_load(&tree);
        CHECK(tree.result == 0 && tree.said.count == rows[i].broken_count, "row %zu", i);
        CHECK(tree_need(&tree, rows[i].name)->broken == rows[i].broken, "row %zu", i);
        CHECK(!tree_need(&tree, "good.example")->broken, "row %zu", i);
        CHECK(tree.config->broken_count == rows[i].broken_count, "row %zu: %zu", i,
              tree.config->broken_count);
        CHECK(tree.config->served_count == (rows[i].broken ? 1 : 2), "row %zu", i);
        tree_close(&tree);
    }
}

static void refuses_a_line_that_is_not_as_it_looks(void)
{
    static const struct row rows[] = {
        {DOMAIN MX " max_age = 86400\n", HARM_DOMAIN, 7, "first column", 0},
        {DOMAIN MX "mode = \"testing\"\n", HARM_DOMAIN, 7, "write it without", 0},
        {DOMAIN MX "mode = 'testing'\n", HARM_DOMAIN, 7, "write it without", 0},
        {DOMAIN MX "mode = testing # first\n", HARM_DOMAIN, 7, "start with ` ;`", 0},
        {DOMAIN MX "mode: testing\n", HARM_DOMAIN, 7, "`:` where `=` belongs", 0},
        {DOMAIN MX "mode testing\n", HARM_DOMAIN, 7, "no `=`", 0},
        {DOMAIN MX "mode =\n", HARM_DOMAIN, 7, "no value", 0},
        {DOMAIN MX "= testing\n", HARM_DOMAIN, 7, "no key", 0},
        {DOMAIN MX "mode = test\ring\n", HARM_DOMAIN, 7, "carriage return", 0},
        {"[bad.example] mx = mail.bad.example\n", HARM_DOMAIN, 5, "text after `]`", 0},
        {"[bad.example\n" MX, HARM_DOMAIN, 5, "`]` is missing", 0},
        {" [bad.example]\n" MX, HARM_DOMAIN, 5, "first column", 0},
        {"[server\n", HARM_WHOLE, 5, "`]` is missing", 0},
        {"[server] x\n", HARM_WHOLE, 5, "text after `]`", 0},
        {"[server]\nlisten : 443\n", HARM_WHOLE, 6, "`:` where `=` belongs", 0},
        {"[policy p] x\n" MX DOMAIN "policy = p\n", HARM_WHOLE, 5, "text after `]`", 0},
        {"[dns]\nrua: mailto:a@b.example\n", HARM_ABSENT, 6, "`:` where `=` belongs", 0},
        {DOMAIN MX "mode = testing ; first\n", HARM_NONE, 0, "", 0},
        {DOMAIN " ; a comment may be indented\n" MX, HARM_NONE, 0, "", 0},
        {"[bad.example] ; a comment\n" MX, HARM_NONE, 0, "", 0},
        {"[bad.example]\r\nmx = mail.bad.example\r\n", HARM_NONE, 0, "", 0},
        {DOMAIN MX "mode = testing", HARM_NONE, 0, "", 0},
    };
    CHECK_ROWS(rows);
}

static void refuses_a_key_that_stands_twice_and_names_both_lines(void)
{
    static const struct row rows[] = {
        {DOMAIN MX "mode = none\nmode = testing\n", HARM_DOMAIN, 8, "already set at line 7", 0},
        {DOMAIN MX "max_age = 86400\nmax_age = 86400\n", HARM_DOMAIN, 8, "already set at line 7",
         0},
        {"[policy p]\n" MX DOMAIN "policy = p\npolicy = p\n", HARM_DOMAIN, 9, "at line 8", 0},
        {"[server]\nuser = a\nuser = b\n", HARM_WHOLE, 7, "already set at line 6", 0},
        {"[server]\nuser = a\n[server]\nuser = b\n", HARM_WHOLE, 7, "already at line 5", 0},
        {"[policy p]\n" MX "[policy p]\n" MX, HARM_WHOLE, 7, "is already defined at ", 0},
        {"[server]\ninclude = /\ninclude = /\n", HARM_WHOLE, 7, "already set at line 6", 0},
    };
    CHECK_ROWS(rows);
}

static void refuses_certificates_that_are_no_pairs(void)
{
    static const struct row rows[] = {
        {DOMAIN MX "private_key = /k/d\n", HARM_DOMAIN, 7, "without a certificate", 0},
        {DOMAIN MX "certificate = /c/d\nprivate_key = /k/d\nprivate_key = /l/d\n", HARM_DOMAIN, 9,
         "at line 7 already has its private_key", 0},
        {DOMAIN MX "certificate = /c/%s.pem\n", HARM_DOMAIN, 7, "write %h for the policy host", 0},
        {DOMAIN MX "certificate = /c/%\n", HARM_DOMAIN, 7, "write `%%`", 0},
        {DOMAIN MX "certificate = /%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d%d\n", HARM_DOMAIN, 7,
         "shorten it", 0},
        {DOMAIN MX "certificate = /etc/letsencrypt/live/%h/fullchain.pem\n"
                   "private_key = /etc/letsencrypt/live/%h/privkey.pem\n",
         HARM_NONE, 7, "deploy hook", SEVERITY_NOTE},
        {DOMAIN MX "certificate = /etc/letsencrypt/archive/%h.pem\n", HARM_NONE, 7, "deploy hook",
         SEVERITY_NOTE},
    };
    CHECK_ROWS(rows);
}

static void refuses_acme_and_dns_values_that_are_none(void)
{
    static const struct row rows[] = {
        {"[acme]\naccept_terms = true\n", HARM_WHOLE, 6, "write yes or no", 0},
        {"[acme]\naccept_terms = yes\ndirectory = http://a.example/\n", HARM_WHOLE, 7,
         "begins with https://", 0},
        {"[acme]\naccept_terms = yes\ncontact = a@b.example\n", HARM_WHOLE, 7, "with mailto:", 0},
        {"[acme]\naccept_terms = yes\nrenew = on\n", HARM_WHOLE, 7, "write auto or off", 0},
        {"[acme]\naccept_terms = yes\norders_per_hour = 0\n", HARM_WHOLE, 7, "write 1 to", 0},
        {"[acme]\naccept_terms = yes\ndeploy_command = /bin/push -v\n", HARM_WHOLE, 7,
         "write its path alone", 0},
        {"[acme]\naccept_terms = yes\nprofile = a\\u0022b\n", HARM_WHOLE, 7, "not a profile name",
         0},
        {"[acme]\n", HARM_ABSENT, 5, "accept_terms = yes", SEVERITY_WARNING},
        {"[acme]\naccept_terms = no\n", HARM_ABSENT, 0, "", 0},
        {"[dns]\nrua = a@b.example\n", HARM_ABSENT, 6, "write mailto:", 0},
        {"[dns]\naddress = 192.0.2.0/24\n", HARM_ABSENT, 6, "is not an address", 0},
        {"[dns]\ncname = p.example\naddress = ::1\n", HARM_ABSENT, 6, "at line 7", 0},
        {"[dns] x\nrua = mailto:a@b.example\n", HARM_ABSENT, 5, "text after `]`", 0},
        {" [dns]\n", HARM_ABSENT, 5, "first column", 0},
        {"[dns]\n[dns]\nnonsense = x\n", HARM_ABSENT, 6, "[dns] is already at line 5", 0},
        {"[watch]\nmail = a b@c.example\n", HARM_ABSENT, 6, "is not a mail address", 0},
        {"[watch]\nmail = -t@c.example\n", HARM_ABSENT, 6, "is not a mail address", 0},
        {"[watch]\nmail = a@c.example, b@[::1]\n", HARM_ABSENT, 6, "mail: ", 0},
        {"[watch]\nmail_from = <a@c.example>\n", HARM_ABSENT, 6, "is not a mail address", 0},
        {"[watch]\ncommand = /bin/mail -s x\n", HARM_ABSENT, 6, "write its path alone", 0},
        {"[watch]\nmial = a@c.example\n", HARM_ABSENT, 6, "did you mean mail?", 0},
        {"[watch]\n[watch]\nx = y\n", HARM_ABSENT, 6, "[watch] is already at line 5", 0},
        {"[dns]\ntarget = x.provider.example\n", HARM_ABSENT, 6, "write %d in place", 0},
        {"[dns]\ntarget = %h.provider.example\n", HARM_ABSENT, 6, "write %d in place", 0},
    };
    CHECK_ROWS(rows);
}

static void refuses_what_plain_text_cannot_show(void)
{
    static const struct {
        const char *bytes;
        size_t length;
        unsigned line;
        const char *fragment;
        int result;
    } rows[] = {
#define BYTES(text) text, sizeof(text) - 1
        {BYTES(BEFORE "[bad.example]\nmx = mail.bad\0.example\n"), 6, "NUL byte", 0},
        {BYTES("[ser\0ver]\n" BEFORE), 1, "NUL byte", -1},
        {BYTES("\xef\xbb\xbf" BEFORE), 1, "byte order mark", -1},
        {BYTES("mx = mail.bad.example\n" BEFORE), 1, "outside any section", -1},
        {BYTES(BEFORE "[bad.example]\nmx = a\x1b[31m.example\n"), 6, "control character", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tree tree = tree_open();
        tree_write_bytes(&tree, "main.ini", rows[i].bytes, rows[i].length);
        tree_load(&tree);
        CHECK(tree.result == rows[i].result, "row %zu", i);
        CHECK(tree.said.count == 1, "row %zu", i);
        TREE_SAYS(&tree, SEVERITY_ERROR, "main.ini", rows[i].line, rows[i].fragment);
        tree_close(&tree);
    }
}

static void refuses_an_over_long_line(void)
{
    char text[3000];
    struct row row = {text, HARM_DOMAIN, 7, "over 1,024 bytes", 0};
    snprintf(text, sizeof(text), "%s%scertificate = /c/%01498d\n", DOMAIN, MX, 0);
    check_row(&row);
    snprintf(text, sizeof(text), "%s%s; %01500d\n", DOMAIN, MX, 0);
    check_row(&row);
    snprintf(text, sizeof(text), "%s%scertificate = /c/%0998d\n", DOMAIN, MX, 0);
    row = (struct row){text, HARM_NONE, 0, "", 0};
    check_row(&row);
}

static const struct test tests[] = {
    TEST(names_the_key_that_was_meant),
    TEST(refuses_a_value_out_of_range),
    TEST(refuses_an_mx_that_a_sender_refuses),
    TEST(refuses_a_name_that_is_none),
    TEST(keeps_the_domain_that_a_wrong_name_means),
    TEST(refuses_a_line_that_is_not_as_it_looks),
    TEST(refuses_a_key_that_stands_twice_and_names_both_lines),
    TEST(refuses_certificates_that_are_no_pairs),
    TEST(refuses_acme_and_dns_values_that_are_none),
    TEST(refuses_what_plain_text_cannot_show),
    TEST(refuses_an_over_long_line),
};

TEST_MAIN(tests)
