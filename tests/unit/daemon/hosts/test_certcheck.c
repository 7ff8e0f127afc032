/* SPDX-License-Identifier: ISC */
/* test_certcheck: configurations made by hand over real files of a temporary directory. */
#include "daemon/hosts/certcheck.h"

#include <limits.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "make_cert.h"
#include "test.h"

static char directory[] = "/tmp/test_certcheck.XXXXXX";
static char text[MAKE_CERT_TEXT];

static void write_file(const char *name, const char *bytes)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *out = fopen(path, "w");
    if (out == NULL || fputs(bytes, out) < 0 || fclose(out) != 0)
        abort();
}

static void write_pair(const char *name, const struct make_cert *wanted)
{
    text[0] = '\0';
    make_cert_append(text, wanted);
    make_cert_append_key(text, wanted->key);
    write_file(name, text);
}

static void remove_file(const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    unlink(path);
}

static struct findings said;

/* Checks one domain whose pair is the file of that name. */
static void check(const char *domain, const char *name)
{
    char path[PATH_MAX];
    struct config_pairs *pairs = calloc(1, sizeof(*pairs) + sizeof(struct config_pair));
    if (pairs == NULL)
        abort();
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    pairs->count = 1;
    pairs->items[0] = (struct config_pair){.certificate = path, .place = {"x.ini", 7}};
    struct config_domain items[] = {
        {.name = domain, .pairs = pairs},
        {.name = "broken.example", .broken = true},
    };
    struct config config = {.domains = items, .domain_count = 2};
    findings_free(&said);
    certcheck_run(&config, &said);
    free(pairs);
}

static void warns_of_a_chain_that_no_client_can_verify(void)
{
    mbedtls_pk_context *key = make_cert_key(MAKE_CERT_P256, 0);
    write_pair("own.pem", &(struct make_cert){.key = key,
                                              .subject = "CN=mta-sts.example.com",
                                              .issuer = "CN=mta-sts.example.com"});
    check("example.com", "own.pem");
    CHECK(said.count == 1 && said.errors == 0 && said.warnings == 1, "%zu", said.count);
    CHECK(said.count == 1 && said.items[0].line == 7 &&
              strstr(said.items[0].problem, "self-signed") != NULL,
          "%s", said.items[0].problem);
    remove_file("own.pem");
}

static void says_nothing_of_a_good_pair(void)
{
    write_pair("good.pem", &(struct make_cert){.key = make_cert_key(MAKE_CERT_P256, 0)});
    check("example.com", "good.pem");
    CHECK(said.count == 0, "said %s", said.items[0].problem);
    remove_file("good.pem");
}

static void names_the_unit_that_orders_a_missing_certificate(void)
{
    struct config_pairs *pairs = calloc(1, sizeof(*pairs) + sizeof(struct config_pair));
    CHECK(pairs != NULL);
    pairs->count = 1;
    pairs->items[0] = (struct config_pair){.certificate = "/nowhere/%h.pem"};
    struct config_domain domain = {.name = "example.com", .pairs = pairs};
    struct config config = {.domains = &domain, .domain_count = 1};
    config.acme = (struct config_acme){.present = true, .accept_terms = true, .renew_auto = true};
    for (int own = 0; own < 2; own++) {
        domain.own_certificate = own == 1;
        findings_free(&said);
        certcheck_run(&config, &said);
        const char *words = own == 1 ? "put the certificate with its key there"
                                     : "run `systemctl start mta-stsd-certs`";
        CHECK(said.count == 1 && strstr(said.items[0].problem, words) != NULL, "%s",
              said.items[0].problem);
    }
    free(pairs);
}

static void says_what_is_wrong_with_each_pair_and_where(void)
{
    static const struct {
        const char *domain;
        const char *name;
        enum severity severity;
        const char *words;
    } rows[] = {
        {"example.com", "missing.pem", SEVERITY_ERROR, "No such file"},
        {"example.com", "nothing.pem", SEVERITY_ERROR, "holds no certificate in PEM form"},
        {"example.com", "mixed.pem", SEVERITY_ERROR, "does not belong to the certificate"},
        {"example.com", ".", SEVERITY_ERROR, "directory"},
        {"example.net", "good.pem", SEVERITY_ERROR, "hold mta-sts.example.net"},
        {"example.com", "old.pem", SEVERITY_ERROR, "expired on 2021-01-02 03:04:05 UTC"},
        {"example.com", "young.pem", SEVERITY_ERROR, "not valid before 2098-01-02"},
    };
    mbedtls_pk_context *key = make_cert_key(MAKE_CERT_P256, 0);
    write_pair("good.pem", &(struct make_cert){.key = key});
    write_pair("old.pem", &(struct make_cert){.key = key, .not_after = "20210102030405"});
    write_pair("young.pem", &(struct make_cert){.key = key, .not_before = "20980102030405"});
    write_file("nothing.pem", "");
    text[0] = '\0';
    make_cert_append(text, &(struct make_cert){.key = key});
    make_cert_append_key(text, make_cert_key(MAKE_CERT_P256, 1));
    write_file("mixed.pem", text);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char host[64];
        snprintf(host, sizeof(host), "mta-sts.%s: ", rows[i].domain);
        check(rows[i].domain, rows[i].name);
        CHECK(said.count == 1, "%s: %zu complaints", rows[i].name, said.count);
        if (said.count != 1)
            continue;
        const struct finding *item = &said.items[0];
        CHECK(item->severity == rows[i].severity, "%s: %d", rows[i].name, (int)item->severity);
        CHECK(strcmp(item->where, "x.ini") == 0 && item->line == 7, "%s:%u", item->where,
              item->line);
        CHECK(strstr(item->problem, rows[i].words) != NULL, "%s", item->problem);
        CHECK(strncmp(item->problem, host, strlen(host)) == 0, "%s", item->problem);
        CHECK(strstr(item->problem, rows[i].name) != NULL, "%s", item->problem);
    }
    remove_file("good.pem");
    remove_file("old.pem");
    remove_file("young.pem");
    remove_file("nothing.pem");
    remove_file("mixed.pem");
}

/* A certificate of so many days, of which so many hours are left. */
static void write_aged(const char *name, int days, int hours_left)
{
    char from[16];
    char to[16];
    struct tm date;
    time_t end = time(NULL) + (time_t)hours_left * 3600;
    time_t start = end - (time_t)days * 86400;
    strftime(from, sizeof(from), "%Y%m%d%H%M%S", gmtime_r(&start, &date));
    strftime(to, sizeof(to), "%Y%m%d%H%M%S", gmtime_r(&end, &date));
    write_pair(name, &(struct make_cert){.key = make_cert_key(MAKE_CERT_P256, 0),
                                         .not_before = from,
                                         .not_after = to});
}

static void warns_below_a_quarter_of_90_45_or_6_days_and_calls_an_eighth_an_error(void)
{
    static const struct {
        int days;
        int hours_left;
        size_t said;
        enum severity severity;
    } rows[] = {
        {90, 541, 0, 0}, {90, 539, 1, SEVERITY_WARNING}, {90, 269, 1, SEVERITY_ERROR},
        {45, 271, 0, 0}, {45, 269, 1, SEVERITY_WARNING}, {45, 134, 1, SEVERITY_ERROR},
        {6, 37, 0, 0},   {6, 35, 1, SEVERITY_WARNING},   {6, 17, 1, SEVERITY_ERROR},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_aged("aged.pem", rows[i].days, rows[i].hours_left);
        check("example.com", "aged.pem");
        CHECK(said.count == rows[i].said, "row %zu: %zu complaints", i, said.count);
        if (said.count != 1)
            continue;
        CHECK(said.items[0].severity == rows[i].severity, "row %zu: %s", i, said.items[0].problem);
        CHECK(strstr(said.items[0].problem, "of its lifetime are left") != NULL, "row %zu: %s", i,
              said.items[0].problem);
    }
    remove_file("aged.pem");
}

static void judges_each_host_of_a_shared_file_and_both_of_its_pairs(void)
{
    char first[PATH_MAX];
    char second[PATH_MAX];
    struct config_domain items[40];
    char names[40][32];
    struct config_pairs *pairs = calloc(1, sizeof(*pairs) + 2 * sizeof(struct config_pair));
    if (pairs == NULL)
        abort();
    write_pair("w.pem", &(struct make_cert){.key = make_cert_key(MAKE_CERT_P256, 0),
                                            .names = {"*.example.com"}});
    snprintf(first, sizeof(first), "%s/w.pem", directory);
    snprintf(second, sizeof(second), "%s/%%h.pem", directory);
    pairs->count = 2;
    pairs->items[0] = (struct config_pair){.certificate = first, .place = {"x.ini", 1}};
    pairs->items[1] = (struct config_pair){.certificate = second, .place = {"x.ini", 2}};
    for (unsigned i = 0; i < 40; i++) {
        snprintf(names[i], sizeof(names[i]), "d%u.example.%s", i, i == 7 ? "net" : "com");
        items[i] = (struct config_domain){.name = names[i], .pairs = pairs};
    }
    items[0].name = "example.com";
    findings_free(&said);
    certcheck_run(&(struct config){.domains = items, .domain_count = 40}, &said);
    /* 39 hosts that the wildcard does not cover (it covers one label), 40 missing files. */
    CHECK(said.errors == 79 && said.warnings == 0, "%zu errors, %zu warnings", said.errors,
          said.warnings);
    CHECK(said.count > 0 && strstr(said.items[0].problem, "mta-sts.example.com.pem") != NULL,
          "the first is %s", said.items[0].problem);
    free(pairs);
    remove_file("w.pem");
}

static const struct test tests[] = {
    TEST(says_nothing_of_a_good_pair),
    TEST(warns_of_a_chain_that_no_client_can_verify),
    TEST(names_the_unit_that_orders_a_missing_certificate),
    TEST(says_what_is_wrong_with_each_pair_and_where),
    TEST(warns_below_a_quarter_of_90_45_or_6_days_and_calls_an_eighth_an_error),
    TEST(judges_each_host_of_a_shared_file_and_both_of_its_pairs),
};

int main(void)
{
    if (mkdtemp(directory) == NULL)
        return 99;
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    findings_free(&said);
    rmdir(directory);
    return status;
}
