/* SPDX-License-Identifier: ISC */
/* test_certstore: renewals, losses and mistakes, played with files that exist only in here, so that
 * every look at them is counted and their stamps are what the test says. */
#include "daemon/hosts/certstore.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <time.h>

#include "common/cert/certkey.h"
#include "common/config/config.h"
#include "daemon/base/log.h"
#include "daemon/hosts/certfile.h"
#include "loading.h"
#include "make_cert.h"
#include "test.h"

#define FILES 128

/* What stands in for the disk: module "file". It is changed while no loader thread reads it. */
static struct fake {
    char path[64];
    const char *text; /* NULL: there is no such file */
    bool unreadable;
    struct file_stamp stamp;
} files[FILES];
static int hang_pipe[2] = {-1, -1}; /* a pipe; "/hang/..." answers a byte each */
static atomic_uint hung;
static atomic_bool hangs;
static size_t file_count;
static atomic_uint looks; /* these two are counted by loader threads */
static atomic_uint reads;

static struct fake *find_fake(const char *path)
{
    for (size_t i = 0; i < file_count; i++)
        if (strcmp(files[i].path, path) == 0 && files[i].text != NULL)
            return &files[i];
    return NULL;
}

int file_read(struct file *out, const char *path, size_t limit, struct error *why)
{
    const struct fake *fake = find_fake(path);
    reads++;
    *out = (struct file){0};
    if (fake == NULL)
        return error_set_errno(why, ENOENT, "%s: No such file or directory", path);
    if (fake->unreadable)
        return error_set_errno(why, EACCES, "%s: Permission denied", path);
    out->length = strlen(fake->text);
    if (out->length > limit)
        return error_set(why, "%s: too long", path);
    out->bytes = malloc(out->length + 1);
    if (out->bytes == NULL)
        abort();
    memcpy(out->bytes, fake->text, out->length + 1);
    out->stamp = fake->stamp;
    return 0;
}

void file_free(struct file *file)
{
    free(file->bytes);
    *file = (struct file){0};
}

static void hang(const char *path)
{
    char byte;
    file_note(path);
    atomic_fetch_add(&hung, 1);
    if (read(hang_pipe[0], &byte, 1) != 1)
        abort();
    file_note(NULL);
}

struct file_stamp file_stamp_of(const char *path)
{
    if (hangs && strncmp(path, "/hang/", 6) == 0)
        hang(path);
    const struct fake *fake = find_fake(path);
    looks++;
    return fake != NULL ? fake->stamp : (struct file_stamp){0};
}

/* What stands in for the time of day: seconds are added to it. */
static int64_t clock_off_by_s;

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec += clock_off_by_s;
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}

/* What stands in for the modules "config" and "log". */
static int expand(char *out, size_t size, const char *pattern, const char *domain)
{
    const char *mark = strstr(pattern, "%d");
    int made = mark == NULL ? snprintf(out, size, "%s", pattern)
                            : snprintf(out, size, "%.*s%s%s", (int)(mark - pattern), pattern,
                                       domain, mark + 2);
    return made >= 0 && (size_t)made < size ? 0 : -1;
}

int config_pair_paths(char chain_path[PATH_MAX], char key_path[PATH_MAX],
                      const struct config_pair *pair, const char *domain)
{
    const char *key = pair->private_key != NULL ? pair->private_key : pair->certificate;
    return expand(chain_path, PATH_MAX, pair->certificate, domain) == 0
               ? expand(key_path, PATH_MAX, key, domain)
               : -1;
}

static char logged[65536];

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER; /* loader threads log, too */

void log_line(enum log_level level, const char *format, ...)
{
    va_list arguments;
    pthread_mutex_lock(&log_lock);
    size_t used = strlen(logged);
    va_start(arguments, format);
    used += (size_t)snprintf(logged + used, sizeof(logged) - used, "<%d>", (int)level);
    used += (size_t)vsnprintf(logged + used, sizeof(logged) - used, format, arguments);
    va_end(arguments);
    snprintf(logged + used, sizeof(logged) - used, "\n");
    pthread_mutex_unlock(&log_lock);
}

/* Whether exactly that many lines were logged since the last look, the last of them with all of
 * the words. */
static void check_logged(unsigned lines, const char *words)
{
    unsigned count = 0;
    for (const char *at = logged; *at != '\0'; at++)
        count += *at == '\n';
    CHECK(count == lines, "%u lines for %u: %s", count, lines, logged);
    CHECK(strstr(logged, words) != NULL, "\"%s\" lacks \"%s\"", logged, words);
    logged[0] = '\0';
}

static void check_counts(const char *when, unsigned expected_looks, unsigned expected_reads)
{
    CHECK(looks == expected_looks, "%s: %u looks", when, looks);
    CHECK(reads == expected_reads, "%s: %u reads", when, reads);
    looks = 0;
    reads = 0;
}

#define NUMBERED 100
static char numbered_hosts[NUMBERED][32];

/* Certificates, made once: each with its key in one text, and apart. */
static struct {
    char first[MAKE_CERT_TEXT];
    char second[MAKE_CERT_TEXT]; /* another key */
    char wildcard[MAKE_CERT_TEXT];
    char numbered[MAKE_CERT_TEXT]; /* for a hundred hosts beside the usual one */
    char other[MAKE_CERT_TEXT];    /* for mta-sts.1.example alone */
    char rsa[MAKE_CERT_TEXT];
    char expired[MAKE_CERT_TEXT];
    char early[MAKE_CERT_TEXT];
    char first_chain[MAKE_CERT_TEXT];
    char first_key[MAKE_CERT_TEXT];
    char second_chain[MAKE_CERT_TEXT];
    char second_key[MAKE_CERT_TEXT];
    char chained[MAKE_CERT_TEXT]; /* with an intermediate, until 2080 */
    char lone[MAKE_CERT_TEXT];    /* without it */
    char self_signed[MAKE_CERT_TEXT];
} text;

static void make_text(char *out, const struct make_cert *wanted)
{
    make_cert_append(out, wanted);
    make_cert_append_key(out, wanted->key);
}

#define INTERMEDIATE "CN=Intermediate"

/* Two of one CA, of which the second lacks the chain, and one of no CA. */
static void make_chains(mbedtls_pk_context *first, mbedtls_pk_context *second)
{
    mbedtls_pk_context *ca = make_cert_key(MAKE_CERT_P256, 2);
    const char *own = "CN=mta-sts.example.com";
    make_cert_append(text.chained, &(struct make_cert){.key = first,
                                                       .issuer_key = ca,
                                                       .issuer = INTERMEDIATE,
                                                       .not_after = "20800102030405"});
    make_cert_append(text.chained,
                     &(struct make_cert){.key = ca, .subject = INTERMEDIATE, .ca = true});
    make_cert_append_key(text.chained, first);
    make_text(text.lone,
              &(struct make_cert){.key = second, .issuer_key = ca, .issuer = INTERMEDIATE});
    make_text(text.self_signed, &(struct make_cert){.key = first, .subject = own, .issuer = own});
}

static void make_texts(void)
{
    mbedtls_pk_context *first = make_cert_key(MAKE_CERT_P256, 0);
    mbedtls_pk_context *second = make_cert_key(MAKE_CERT_P256, 1);
    if (text.first[0] != '\0')
        return;
    struct make_cert numbered = {.key = first, .names = {"mta-sts.example.com"}};
    for (int i = 0; i < NUMBERED; i++) {
        snprintf(numbered_hosts[i], sizeof(numbered_hosts[i]), "mta-sts.%d.example", i);
        numbered.names[i + 1] = numbered_hosts[i];
    }
    make_chains(first, second);
    make_text(text.first, &(struct make_cert){.key = first});
    make_text(text.second, &(struct make_cert){.key = second});
    make_text(text.wildcard, &(struct make_cert){.key = first, .names = {"*.example.com"}});
    make_text(text.rsa, &(struct make_cert){.key = make_cert_key(MAKE_CERT_RSA_2048, 0)});
    make_text(text.expired, &(struct make_cert){.key = first, .not_after = "20210102030405"});
    make_text(text.early, &(struct make_cert){.key = first, .not_before = "20980102030405"});
    make_text(text.numbered, &numbered);
    make_text(text.other, &(struct make_cert){.key = first, .names = {"mta-sts.1.example"}});
    make_cert_append(text.first_chain, &numbered);
    make_cert_append_key(text.first_key, first);
    make_cert_append(text.second_chain, &(struct make_cert){.key = second});
    make_cert_append_key(text.second_key, second);
}

/* Writes a file that has long been as it is. */
static struct fake *put(const char *path, const char *bytes)
{
    static ino_t inode;
    struct fake *fake = NULL;
    for (size_t i = 0; i < file_count; i++)
        if (strcmp(files[i].path, path) == 0)
            fake = &files[i];
    if (fake == NULL)
        fake = &files[file_count++];
    snprintf(fake->path, sizeof(fake->path), "%s", path);
    fake->text = bytes;
    fake->unreadable = false;
    fake->stamp = (struct file_stamp){.inode = ++inode, .changed = {.tv_sec = time(NULL) - 1000}};
    return fake;
}

/* A store, its clock, and one host with up to eight pairs. */
static struct loading loading;
static struct certpool *pool; /* NULL, but for tests of it */
static struct certstore *store;
static int64_t now_ms;
static struct config_pairs *pairs;
static struct certstore_pair *found[CERTSTORE_PAIRS_MAX];
static size_t found_count;

static void begin(void)
{
    make_texts();
    memset(files, 0, sizeof(files));
    file_count = 0;
    looks = 0;
    reads = 0;
    logged[0] = '\0';
    now_ms = 1000000;
    loading_open(&loading, 50);
    store = certstore_open(8, &loading.context, pool);
    pairs = calloc(1, sizeof(*pairs) + 8 * sizeof(struct config_pair));
    if (store == NULL || pairs == NULL)
        abort();
}

static void add_pair(const char *certificate, const char *private_key)
{
    pairs->items[pairs->count++] =
        (struct config_pair){.certificate = certificate, .private_key = private_key};
}

static void release(void)
{
    while (found_count > 0)
        certstore_pair_unref(found[--found_count]);
}

/* Asks once. */
static enum lookup_result ask_for(const char *domain, struct lookup_waiter *waiter)
{
    struct site site = {.domain = domain, .pairs = pairs};
    struct hostname host;
    release();
    snprintf(host.text, sizeof(host.text), "mta-sts.%s", domain);
    host.length = (unsigned char)strlen(host.text);
    return certstore_find(store, &site, &host, now_ms, waiter, found, &found_count);
}

/* Asks, and waits for as long as it has to. */
static size_t find_for(const char *domain)
{
    struct lookup_waiter waiter = {0};
    while (ask_for(domain, &waiter) == LOOKUP_WAIT) {
        while (lookup_take(&loading.ready) == NULL)
            loading_finish(&loading, now_ms);
    }
    return found_count;
}

static size_t find(void)
{
    return find_for("example.com");
}

static void end(void)
{
    release();
    certstore_close(store);
    loading_close(&loading);
    free(pairs);
}

/* Whether the n-th pair found is that of the text. */
static bool shows(size_t n, const char *wanted)
{
    mbedtls_x509_crt crt;
    if (n >= found_count)
        return false;
    mbedtls_x509_crt_init(&crt);
    int result = mbedtls_x509_crt_parse(&crt, (const unsigned char *)wanted, strlen(wanted) + 1);
    const mbedtls_x509_buf *shown = &certstore_pair_cert(found[n])->chain.raw;
    bool same =
        result == 0 && crt.raw.len == shown->len && memcmp(crt.raw.p, shown->p, shown->len) == 0;
    mbedtls_x509_crt_free(&crt);
    return same;
}

static void loads_on_first_use_and_then_asks_the_disk_once_an_interval_at_most(void)
{
    begin();
    put("/c.pem", text.first);
    add_pair("/c.pem", NULL);
    check_counts("before", 0, 0);
    CHECK(find() == 1 && shows(0, text.first), "not shown");
    check_counts("first use", 1, 1);
    for (int i = 0; i < 100; i++)
        find();
    now_ms += CERTSTORE_CHECK_MS - 1;
    CHECK(find() == 1 && shows(0, text.first), "not shown");
    check_counts("before the next look", 0, 0);
    now_ms += 1;
    find();
    check_counts("at the next look", 1, 0);
    check_logged(0, "");
    end();
}

static void shares_one_file_among_forty_hosts(void)
{
    char domain[64];
    begin();
    put("/c.pem", text.numbered);
    add_pair("/c.pem", NULL);
    find();
    const struct certstore_pair *shared = found[0];
    for (int i = 0; i < 40; i++) {
        snprintf(domain, sizeof(domain), "%d.example", i);
        CHECK(find_for(domain) == 1 && found[0] == shared, "%s", domain);
    }
    check_counts("forty hosts", 1, 1);
    end();
}

static void expands_the_patterns_of_both_paths(void)
{
    begin();
    put("/7.example/chain", text.first_chain);
    put("/k/7.example", text.first_key);
    add_pair("/%d/chain", "/k/%d");
    CHECK(find_for("7.example") == 1 && shows(0, text.first_chain), "not shown: %s", logged);
    end();
}

static void takes_a_renewed_file_and_leaves_the_old_pair_to_who_holds_it(void)
{
    begin();
    put("/c.pem", text.first);
    add_pair("/c.pem", NULL);
    CHECK(find() == 1, "not found");
    struct certstore_pair *held = found[0];
    found_count = 0;
    put("/c.pem", text.second);
    CHECK(find() == 1 && shows(0, text.first), "changed too soon");
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find() == 1 && shows(0, text.second), "not renewed");
    check_logged(1, "<5>mta-sts.example.com: /c.pem: renewed, valid until 2099-12-31 23:59:59 UTC");
    CHECK(certstore_pair_cert(held)->not_after == 4102444799, "the held pair is gone");
    certstore_pair_unref(held);
    end();
}

static void keeps_the_old_pair_while_the_new_one_is_broken_and_says_so_once(void)
{
    begin();
    put("/c.pem", text.first);
    add_pair("/c.pem", NULL);
    find();
    put("/c.pem", "-----BEGIN CERTIFICATE-----\nAAAA");
    for (int i = 0; i < 5; i++) {
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find() == 1 && shows(0, text.first), "the old pair is gone");
    }
    check_logged(1, "half written, or was damaged; write it anew, whole (the certificate loaded "
                    "before stays in use)");
    put("/c.pem", "nothing");
    now_ms += CERTSTORE_CHECK_MS;
    find();
    check_logged(1, "<4>mta-sts.example.com: /c.pem: the certificate file holds no certificate");
    put("/c.pem", text.first);
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find() == 1 && shows(0, text.first), "not shown");
    check_logged(0, "");
    put("/c.pem", text.second);
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find() == 1 && shows(0, text.second), "not renewed");
    check_logged(1, "renewed");
    end();
}

static void never_mixes_two_files_that_are_renewed_one_after_the_other(void)
{
    begin();
    put("/chain", text.first_chain);
    put("/key", text.first_key);
    add_pair("/chain", "/key");
    CHECK(find() == 1 && shows(0, text.first_chain), "not shown");
    check_counts("two files", 2, 2);
    put("/key", text.second_key);
    for (int i = 0; i < 3; i++) {
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find() == 1 && shows(0, text.first_chain), "the old pair is gone");
    }
    check_logged(1, "<4>mta-sts.example.com: /chain with key /key: the private key does not belong "
                    "to the certificate; write both from the same order");
    put("/chain", text.second_chain);
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find() == 1 && shows(0, text.second_chain), "not renewed");
    check_logged(1, "renewed");
    end();
}

static void reads_young_files_again_because_a_stamp_may_hide_a_second_write(void)
{
    begin();
    struct fake *fake = put("/c.pem", text.first);
    fake->stamp.changed.tv_sec = time(NULL);
    add_pair("/c.pem", NULL);
    find();
    check_counts("first use", 1, 1);
    fake->text = text.second; /* within the granularity of the stamp */
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find() == 1 && shows(0, text.second), "missed");
    check_counts("young", 1, 1);
    now_ms += CERTSTORE_CHECK_MS;
    find();
    check_counts("still young", 1, 1);
    check_logged(1, "renewed");
    end();
}

static void remembers_for_seconds_what_is_missing_and_says_it_once(void)
{
    begin();
    add_pair("/c.pem", NULL);
    CHECK(find() == 0, "found");
    check_logged(1, "<3>mta-sts.example.com: /c.pem: No such file or directory; put the "
                    "certificate with its key there, or correct the path");
    check_counts("first use", 1, 1);
    put("/c.pem", text.first);
    now_ms += CERTSTORE_MISSING_MS - 1;
    CHECK(find() == 0, "found too soon");
    check_counts("remembered", 0, 0);
    files[0].text = NULL;
    for (int i = 0; i < 5; i++) {
        now_ms += CERTSTORE_MISSING_MS;
        CHECK(find() == 0, "found");
    }
    check_logged(0, "");
    put("/c.pem", text.first);
    now_ms += CERTSTORE_MISSING_MS;
    CHECK(find() == 1 && shows(0, text.first), "not found");
    check_logged(0, "");
    end();
}

static void serves_on_when_a_loaded_file_vanishes(void)
{
    begin();
    struct fake *fake = put("/c.pem", text.first);
    add_pair("/c.pem", NULL);
    find();
    fake->text = NULL;
    for (int i = 0; i < 5; i++) {
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find() == 1 && shows(0, text.first), "gone");
    }
    check_logged(1, "No such file or directory");
    fake->text = text.first;
    now_ms += CERTSTORE_CHECK_MS;
    find();
    check_logged(0, "");
    fake->text = NULL;
    now_ms += CERTSTORE_CHECK_MS;
    find();
    check_logged(1, "loaded before stays in use");
    end();
}

static void reads_what_became_readable_without_a_new_stamp(void)
{
    begin();
    struct fake *fake = put("/c.pem", text.first);
    fake->unreadable = true;
    add_pair("/c.pem", NULL);
    CHECK(find() == 0, "found");
    check_logged(1, "/c.pem: Permission denied; let the user that the server runs as read it");
    fake->unreadable = false;
    now_ms += CERTSTORE_MISSING_MS;
    CHECK(find() == 1, "not found");
    end();
}

static void judges_refused_files_anew_after_a_minute_in_silence(void)
{
    begin();
    put("/c.pem", "nothing");
    add_pair("/c.pem", NULL);
    find();
    check_logged(1, "<3>");
    check_counts("first use", 1, 1);
    now_ms += CERTFILE_RETRY_MS - 1;
    find();
    check_counts("before a minute", 1, 0);
    now_ms += CERTSTORE_MISSING_MS;
    find();
    check_counts("after a minute", 1, 1);
    check_logged(0, "");
    end();
}

static void bounds_the_cache_and_forgets_what_was_used_least_lately(void)
{
    char path[64];
    char domain[16];
    begin();
    for (int i = 0; i < 9; i++) {
        snprintf(path, sizeof(path), "/%d.example.pem", i);
        put(path, text.numbered);
    }
    add_pair("/%d.pem", NULL);
    for (int i = 0; i < 8; i++) {
        snprintf(domain, sizeof(domain), "%d.example", i);
        CHECK(find_for(domain) == 1, "%s", domain);
    }
    check_counts("eight", 8, 8);
    find_for("0.example");
    check_counts("the oldest, used again", 0, 0);
    find_for("8.example");
    check_counts("a ninth", 1, 1);
    find_for("0.example");
    check_counts("kept", 0, 0);
    find_for("1.example");
    check_counts("dropped", 1, 1);
    end();
}

static void survives_any_order_of_uses(void)
{
    char path[64];
    char domain[16];
    unsigned random = 1;
    begin();
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof(path), "/%d.example.pem", i);
        put(path, i % 2 == 0 ? text.first_chain : "nothing");
    }
    put("/key", text.first_key);
    add_pair("/%d.pem", "/key");
    for (int i = 0; i < 300; i++) {
        random = random * 1103515245 + 12345;
        unsigned n = (random >> 16) % (i % 3 == 0 ? 100 : 10);
        snprintf(domain, sizeof(domain), "%u.example", n);
        CHECK(find_for(domain) == ((n & 1) == 0), "%s", domain);
        now_ms += random % 700;
    }
    end();
}

static void lets_held_pairs_outlive_the_store(void)
{
    begin();
    put("/c.pem", text.first);
    add_pair("/c.pem", NULL);
    find();
    struct certstore_pair *held = found[0];
    found_count = 0;
    end();
    CHECK(certstore_pair_cert(held)->not_after == 4102444799, "gone");
    certstore_pair_unref(held);
}

static void gives_both_kinds_in_the_order_configured_and_one_when_one_is_missing(void)
{
    begin();
    put("/rsa.pem", text.rsa);
    put("/ecdsa.pem", text.first);
    add_pair("/rsa.pem", NULL);
    add_pair("/ecdsa.pem", NULL);
    CHECK(find() == 2 && shows(0, text.rsa) && shows(1, text.first), "not both, in order");
    end();
    begin();
    put("/rsa.pem", text.rsa);
    add_pair("/ecdsa.pem", NULL);
    add_pair("/rsa.pem", NULL);
    CHECK(find() == 1, "not one");
    CHECK(shows(0, text.rsa), "not the RSA one");
    check_logged(1, "<3>mta-sts.example.com: /ecdsa.pem: No such file");
    end();
}

static void uses_no_more_than_four_pairs_of_a_host(void)
{
    begin();
    put("/c.pem", text.first);
    for (int i = 0; i < 6; i++)
        add_pair("/c.pem", NULL);
    CHECK(find() == CERTSTORE_PAIRS_MAX, "%zu", found_count);
    free(pairs);
    pairs = NULL;
    CHECK(find() == 0, "a host without pairs");
    end();
}

static void warns_once_for_each_load_of_wrong_dates_and_serves(void)
{
    begin();
    put("/c.pem", text.expired);
    add_pair("/c.pem", NULL);
    for (int i = 0; i < 200; i++) {
        CHECK(find() == 1, "not served");
        now_ms += CERTSTORE_CHECK_MS;
    }
    check_logged(1, "<3>mta-sts.example.com: /c.pem: it, or an issuer in its chain, "
                    "expired on 2021-01-02 03:04:05 UTC, so senders refuse it; renew it");
    put("/c.pem", text.early);
    CHECK(find() == 1, "not served");
    check_logged(2, "not valid before 2098-01-02 03:04:05 UTC");
    end();
}

/* A hundred days: the clock walks through them, and stands wrong in between. */
static void says_each_stage_of_a_certificates_end_once_whatever_the_clock_does(void)
{
    static const struct {
        int day;          /* after the certificate was made */
        const char *said; /* NULL: nothing */
    } rows[] = {
        {10, NULL},
        {-20000, "not valid before"}, /* 1970 or so */
        {11, NULL},
        {76, "<4>mta-sts.example.com: /c.pem: only 24 days of its lifetime are left"},
        {80, NULL},
        {88, "<3>mta-sts.example.com: /c.pem: only 12 days of its lifetime are left"},
        {95, NULL},
        {20, NULL}, /* set back: it is good again */
        {89, "<3>mta-sts.example.com: /c.pem: only 11 days of its lifetime are left"},
        {101, "<3>mta-sts.example.com: /c.pem: it, or an issuer in its chain, expired on"},
        {300, NULL},
    };
    const int64_t day_s = 86400;
    begin();
    int64_t start = (int64_t)time(NULL);
    char dates[2][16];
    for (int i = 0; i < 2; i++) {
        time_t when = (time_t)(start + i * 100 * day_s);
        struct tm date;
        CHECK(strftime(dates[i], sizeof(dates[i]), "%Y%m%d%H%M%S", gmtime_r(&when, &date)) > 0);
    }
    char *hundred_days = malloc(MAKE_CERT_TEXT);
    CHECK(hundred_days != NULL);
    make_text(hundred_days, &(struct make_cert){.key = make_cert_key(MAKE_CERT_P256, 0),
                                                .not_before = dates[0],
                                                .not_after = dates[1]});
    put("/c.pem", hundred_days);
    add_pair("/c.pem", NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        clock_off_by_s = rows[i].day * day_s;
        for (int minute = 0; minute < 3; minute++) {
            now_ms += 60000;
            CHECK(find() == 1, "not served");
        }
        check_logged(rows[i].said != NULL, rows[i].said != NULL ? rows[i].said : "");
    }
    clock_off_by_s = 0;
    end();
    free(hundred_days);
}

static void refuses_a_certificate_for_each_host_it_does_not_cover_and_says_so_once_a_load(void)
{
    begin();
    put("/c.pem", text.wildcard);
    add_pair("/c.pem", NULL);
    for (int i = 0; i < 3; i++) {
        CHECK(find() == 1, "not served");
        CHECK(find_for("example.net") == 0, "served");
        CHECK(find_for("example.org") == 0, "served");
    }
    check_logged(2, "<3>mta-sts.example.net: /c.pem: the certificate is not for this name, so "
                    "senders refuse it; get one whose subject alternative names hold "
                    "mta-sts.example.net");
    put("/c.pem", text.second);
    now_ms += CERTSTORE_CHECK_MS;
    find_for("example.net");
    find_for("example.net");
    find();
    check_logged(2, "not for this name");
    end();
}

static void keeps_the_pair_of_a_host_whose_file_was_replaced_by_one_for_another(void)
{
    begin();
    put("/c.pem", text.numbered);
    add_pair("/c.pem", NULL);
    CHECK(find_for("1.example") == 1, "not served");
    struct certstore_pair *good = found[0];
    check_logged(0, "");
    for (int i = 0; i < 3; i++) {
        put("/c.pem", i % 2 == 0 ? text.first : text.second); /* for mta-sts.example.com alone */
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find_for("1.example") == 1 && found[0] == good, "round %d", i);
        check_logged(1, "not for this name");
    }
    CHECK(find() == 1 && shows(0, text.first), "the host of the new one is served by it");
    CHECK(find_for("2.example") == 1 && found[0] == good, "so is another of the old one");
    put("/c.pem", text.numbered);
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find_for("1.example") == 1 && found[0] != good, "a right one replaces both");
    end();
}

/* Whoever asks first. */
static void serves_each_host_by_the_newest_certificate_that_has_its_name(void)
{
    static const char *const orders[][2] = {{"example.com", "1.example"},
                                            {"1.example", "example.com"}};
    for (size_t order = 0; order < 2; order++) {
        begin();
        put("/c.pem", text.numbered);
        add_pair("/c.pem", NULL);
        find();
        put("/c.pem", text.first); /* 1.example is lost */
        now_ms += CERTSTORE_CHECK_MS;
        for (size_t turn = 0; turn < 6; turn++, now_ms += CERTSTORE_CHECK_MS / 2) {
            const char *domain = orders[order][turn % 2];
            bool is_lost = strcmp(domain, "1.example") == 0;
            CHECK(find_for(domain) == 1, "%s is not served, order %zu", domain, order);
            CHECK(shows(0, is_lost ? text.numbered : text.first), "%s, order %zu", domain, order);
        }
        CHECK(strstr(logged, "<5>mta-sts.example.com: /c.pem: renewed") != NULL, "%s", logged);
        CHECK(strstr(logged, "mta-sts.1.example (the certificate loaded before stays in use)") !=
                  NULL,
              "%s", logged);
        check_logged(2, "");
        put("/c.pem", text.second); /* and renewed, still without it */
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find() == 1 && shows(0, text.second), "not renewed");
        CHECK(find_for("1.example") == 1 && shows(0, text.numbered), "lost at a renewal");
        check_logged(2, "");
        put("/c.pem", text.numbered);
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find_for("1.example") == 1 && shows(0, text.numbered), "not mended");
        check_logged(1, "renewed");
        end();
    }
}

static void keeps_one_certificate_beside_the_newest_and_no_expired_one(void)
{
    begin();
    put("/c.pem", text.first);
    add_pair("/c.pem", NULL);
    find();
    put("/c.pem", text.other);
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find_for("1.example") == 1 && shows(0, text.other), "not taken");
    CHECK(find() == 1 && shows(0, text.first), "lost");
    put("/c.pem", text.wildcard); /* has the names of the older, and lacks those of the newer */
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find() == 1 && shows(0, text.wildcard), "not taken");
    CHECK(find_for("1.example") == 1 && shows(0, text.other), "lost");
    logged[0] = '\0';
    struct certstore_pair *kept = found[0];
    certstore_pair_cert(kept)->not_after = (int64_t)time(NULL) - 1;
    CHECK(find_for("1.example") == 0, "an expired one is served");
    check_logged(1, "mta-sts.1.example\n");
    end();
}

static void keeps_the_old_pair_while_it_is_valid_when_a_renewal_lost_its_chain(void)
{
    const struct {
        const char *content, *reason;
    } rows[] = {{text.lone, "/c.pem: the chain lacks the certificate of its issuer (CN=Interm"},
                {text.self_signed, "/c.pem: the certificate is self-signed"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin();
        put("/c.pem", text.chained);
        add_pair("/c.pem", NULL);
        CHECK(find() == 1 && shows(0, text.chained), "not shown");
        put("/c.pem", rows[i].content);
        for (int n = 0; n < 5; n++) {
            now_ms += CERTSTORE_CHECK_MS;
            CHECK(find() == 1 && shows(0, text.chained), "the old pair is gone");
        }
        CHECK(strstr(logged, rows[i].reason) != NULL, "%s", logged);
        check_logged(1,
                     "(the certificate loaded before stays in use until 2080-01-02 03:04:05 UTC)");
        put("/c.pem", text.chained);
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find() == 1 && shows(0, text.chained), "the mended one is not used");
        check_logged(1, "renewed");
        put("/c.pem", rows[i].content);
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find() == 1 && shows(0, text.chained), "the old pair is gone");
        certstore_pair_cert(found[0])->not_after = (int64_t)time(NULL) - 1;
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find() == 1 && shows(0, rows[i].content), "not taken when the old one expired");
        end();
    }
}

static void takes_a_certificate_without_chain_where_there_is_no_better_one(void)
{
    const struct {
        const char *what, *old;
    } rows[] = {{"a first load", NULL},
                {"its like", text.lone},
                {"a self-signed one", text.self_signed},
                {"an expired one", text.expired}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin();
        add_pair("/c.pem", NULL);
        if (rows[i].old != NULL) {
            put("/c.pem", rows[i].old);
            CHECK(find() == 1, "%s is not shown", rows[i].what);
        }
        put("/c.pem", text.lone);
        now_ms += CERTSTORE_MISSING_MS;
        CHECK(find() == 1 && shows(0, text.lone), "%s: not taken", rows[i].what);
        CHECK(strstr(logged, "loaded before") == NULL, "%s", logged);
        end();
    }
}

static void compares_a_chain_with_what_another_worker_serves(void)
{
    pool = certpool_open(8);
    begin();
    put("/c.pem", text.chained);
    add_pair("/c.pem", NULL);
    CHECK(find() == 1, "not shown");
    put("/c.pem", text.lone);
    struct certstore *first = store;
    for (int i = 0; i < 2; i++) {
        release();
        store = i == 0 ? certstore_open(8, &loading.context, pool) : first;
        now_ms += CERTSTORE_CHECK_MS;
        CHECK(find() == 1 && shows(0, text.chained), "worker %d shows the lone one", 2 - i);
        if (i == 0) {
            release();
            certstore_close(store);
        }
    }
    end();
    certpool_close(pool);
    pool = NULL;
}

static void tells_a_lost_chain_later_where_too_much_is_logged(void)
{
    char domain[16];
    begin();
    certstore_close(store);
    store = certstore_open(100, &loading.context, NULL);
    put("/c.pem", text.chained);
    add_pair("/c.pem", NULL);
    find();
    pairs->items[0].certificate = "/%d.pem";
    now_ms += CERTSTORE_CHECK_MS;
    for (int i = 0; i < 30; i++) {
        snprintf(domain, sizeof(domain), "%d", i);
        find_for(domain);
    }
    check_logged(20, "No such file");
    pairs->items[0].certificate = "/c.pem";
    put("/c.pem", text.lone);
    CHECK(find() == 1 && shows(0, text.chained), "the old pair is gone");
    check_logged(0, "");
    now_ms += 1000; /* the next second's lines */
    CHECK(find() == 1 && shows(0, text.chained), "the old pair is gone");
    check_logged(1, "the chain lacks");
    end();
}

static void writes_twenty_lines_a_second_at_most_and_the_rest_later(void)
{
    char domain[16];
    unsigned lines = 0;
    begin();
    certstore_close(store);
    store = certstore_open(1000, &loading.context, NULL);
    add_pair("/%d.pem", NULL);
    for (int second = 0; second < 10; second++) {
        unsigned before = lines;
        for (int i = 0; i < 50; i++) {
            snprintf(domain, sizeof(domain), "%d", i);
            find_for(domain);
        }
        lines = 0;
        for (const char *at = logged; *at != '\0'; at++)
            lines += *at == '\n';
        CHECK(lines <= before + 20, "%u lines in a second", lines - before);
        now_ms += CERTSTORE_MISSING_MS;
    }
    CHECK(lines == 50, "%u lines in all", lines);
    end();
}

/* ---- Files that do not answer. */

static void begin_hanging(void)
{
    if (pipe(hang_pipe) != 0)
        abort();
    hung = 0;
    hangs = true;
}

/* All that hang answer, and whatever comes later. */
static void end_hanging(void)
{
    char bytes[64] = {0};
    hangs = false;
    if (write(hang_pipe[1], bytes, sizeof(bytes)) != (ssize_t)sizeof(bytes))
        abort();
}

static void close_pipe(void)
{
    end();
    close(hang_pipe[0]);
    close(hang_pipe[1]);
}

#define AWAIT(condition)                                                                           \
    do {                                                                                           \
        unsigned turns_ = 0;                                                                       \
        while (!(condition) && ++turns_ < 60000)                                                   \
            usleep(1000);                                                                          \
        CHECK(condition);                                                                          \
    } while (0)

/* Time goes on, by the loader's clock as well, until the log names what hangs. */
static void check_until_told(void)
{
    pthread_mutex_lock(&log_lock);
    logged[0] = '\0';
    pthread_mutex_unlock(&log_lock);
    AWAIT((now_ms += CERTSTORE_PATIENCE_MS, certstore_check(store, now_ms),
           strstr(logged, "does not answer") != NULL));
}

static void serves_a_loaded_pair_while_a_look_at_its_files_hangs(void)
{
    struct lookup_waiter waiter = {0};
    begin();
    put("/hang/c.pem", text.first);
    add_pair("/hang/c.pem", NULL);
    CHECK(find() == 1, "not found");
    begin_hanging();
    put("/hang/c.pem", text.second);
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(ask_for("example.com", &waiter) == LOOKUP_WAIT, "a look is worth a moment");
    CHECK(certstore_wait_ms(store, now_ms, -1) == CERTSTORE_PATIENCE_MS);
    AWAIT(hung == 1);
    now_ms += CERTSTORE_PATIENCE_MS - 1;
    certstore_check(store, now_ms);
    CHECK(lookup_take(&loading.ready) == NULL, "too soon");
    now_ms += 1;
    certstore_check(store, now_ms);
    CHECK(lookup_take(&loading.ready) == &waiter, "not let go on");
    for (int i = 0; i < 10; i++) {
        CHECK(ask_for("example.com", &waiter) == LOOKUP_FOUND && shows(0, text.first), "%d", i);
        now_ms += CERTSTORE_CHECK_MS;
    }
    check_until_told();
    CHECK(hung == 1, "%u looks", hung);
    end_hanging();
    loading_finish(&loading, now_ms);
    CHECK(find() == 1 && shows(0, text.second), "not renewed");
    close_pipe();
}

static void waits_for_a_first_look_for_as_long_as_it_takes(void)
{
    struct lookup_waiter waiter = {0}, other = {0};
    begin();
    begin_hanging();
    put("/hang/c.pem", text.first);
    put("/d.pem", text.first);
    add_pair("/hang/c.pem", NULL);
    CHECK(ask_for("example.com", &waiter) == LOOKUP_WAIT, "not waited for");
    CHECK(ask_for("example.com", NULL) == LOOKUP_LATE, "with no time left");
    check_until_told();
    CHECK(lookup_take(&loading.ready) == &waiter, "another pair may do");
    CHECK(ask_for("example.com", &waiter) == LOOKUP_WAIT, "there is none");
    certstore_check(store, now_ms += CERTSTORE_PATIENCE_MS);
    CHECK(lookup_take(&loading.ready) == NULL, "nothing new");
    add_pair("/d.pem", NULL);
    CHECK(find() == 1 && shows(0, text.first), "the other pair does");
    CHECK(ask_for("example.com", &other) == LOOKUP_FOUND, "and without waiting");
    pairs->count = 1;
    end_hanging();
    loading_finish(&loading, now_ms);
    CHECK(lookup_take(&loading.ready) == &waiter && find() == 1, "not found");
    close_pipe();
}

static void hosts_that_hang_drive_no_loaded_one_out(void)
{
    char domain[16];
    struct lookup_waiter waiters[100] = {0};
    begin();
    put("/ok.pem", text.first);
    add_pair("/ok.pem", NULL);
    find();
    check_counts("the loaded one", 1, 1);
    begin_hanging();
    pairs->items[0].certificate = "/hang/%d.pem";
    unsigned waiting = 0, late = 0;
    for (int i = 0; i < 100; i++) {
        snprintf(domain, sizeof(domain), "%d.example", i);
        enum lookup_result result = ask_for(domain, &waiters[i]);
        waiting += result == LOOKUP_WAIT;
        late += result == LOOKUP_LATE;
    }
    CHECK(waiting == 8 / 4 + CERTSTORE_PAIRS_MAX && waiting + late == 100, "%u, %u", waiting, late);
    pairs->items[0].certificate = "/ok.pem";
    CHECK(ask_for("example.com", NULL) == LOOKUP_FOUND, "driven out");
    end_hanging();
    for (int i = 0; i < 100; i++)
        lookup_leave(&waiters[i]);
    close_pipe();
}

static void uses_what_another_worker_has_loaded_while_the_files_hang(void)
{
    struct lookup_waiter waiter = {0};
    pool = certpool_open(8);
    begin();
    put("/hang/chain", text.first_chain);
    put("/hang/key", text.first_key);
    add_pair("/hang/chain", "/hang/key");
    CHECK(find() == 1, "not found");
    struct certstore *first = store;
    store = certstore_open(8, &loading.context, pool);
    begin_hanging();
    CHECK(ask_for("example.com", &waiter) == LOOKUP_WAIT, "not tried");
    now_ms += CERTSTORE_PATIENCE_MS;
    certstore_check(store, now_ms);
    CHECK(lookup_take(&loading.ready) == &waiter, "not let go on");
    CHECK(ask_for("example.com", &waiter) == LOOKUP_FOUND && shows(0, text.first_chain),
          "not used");
    end_hanging();
    loading_finish(&loading, now_ms);
    const struct certstore_pair *pooled = found[0];
    CHECK(find() == 1 && found[0] == pooled, "the same again is no renewal");
    check_logged(0, "");
    put("/hang/chain", text.second_chain);
    put("/hang/key", text.second_key);
    now_ms += CERTSTORE_CHECK_MS;
    CHECK(find() == 1 && shows(0, text.second_chain), "not renewed");
    check_logged(1, "renewed");
    release();
    certstore_close(first);
    close_pipe();
    certpool_close(pool);
    pool = NULL;
}

static void a_pool_is_bounded_and_keeps_what_was_put_last(void)
{
    char path[64];
    struct cert cert = {.not_after = 0};
    begin();
    put("/rsa.pem", text.rsa);
    add_pair("/rsa.pem", NULL);
    CHECK(find() == 1, "not found");
    const struct cert *model = certstore_pair_cert(found[0]);
    struct certpool *small = certpool_open(10);
    for (int i = 0; i < 100; i++) {
        struct certfile file = {.chain_path = path, .key_path = path};
        snprintf(path, sizeof(path), "/%d", i % 50);
        if (cert_copy(&cert, model) != 0)
            abort();
        certpool_put(small, &file, &cert);
    }
    unsigned kept = 0;
    for (int i = 0; i < 50; i++) {
        struct certfile file = {.chain_path = path, .key_path = path};
        snprintf(path, sizeof(path), "/%d", i);
        if (certpool_get(small, &file, &cert) == 0) {
            CHECK(i >= 40, "%d is older than others", i);
            CHECK(cert.chain.raw.len == model->chain.raw.len && cert.not_after == model->not_after);
            CHECK(certkey_compare(&cert.chain.pk, &cert.key) == 0, "another key");
            cert_free(&cert);
            kept++;
        }
    }
    CHECK(kept == 10, "%u", kept);
    certpool_close(small);
    end();
}

static const struct test tests[] = {
    TEST(loads_on_first_use_and_then_asks_the_disk_once_an_interval_at_most),
    TEST(shares_one_file_among_forty_hosts),
    TEST(expands_the_patterns_of_both_paths),
    TEST(takes_a_renewed_file_and_leaves_the_old_pair_to_who_holds_it),
    TEST(keeps_the_old_pair_while_the_new_one_is_broken_and_says_so_once),
    TEST(never_mixes_two_files_that_are_renewed_one_after_the_other),
    TEST(reads_young_files_again_because_a_stamp_may_hide_a_second_write),
    TEST(remembers_for_seconds_what_is_missing_and_says_it_once),
    TEST(serves_on_when_a_loaded_file_vanishes),
    TEST(reads_what_became_readable_without_a_new_stamp),
    TEST(judges_refused_files_anew_after_a_minute_in_silence),
    TEST(bounds_the_cache_and_forgets_what_was_used_least_lately),
    TEST(survives_any_order_of_uses),
    TEST(lets_held_pairs_outlive_the_store),
    TEST(gives_both_kinds_in_the_order_configured_and_one_when_one_is_missing),
    TEST(uses_no_more_than_four_pairs_of_a_host),
    TEST(warns_once_for_each_load_of_wrong_dates_and_serves),
    TEST(says_each_stage_of_a_certificates_end_once_whatever_the_clock_does),
    TEST(refuses_a_certificate_for_each_host_it_does_not_cover_and_says_so_once_a_load),
    TEST(keeps_the_pair_of_a_host_whose_file_was_replaced_by_one_for_another),
    TEST(serves_each_host_by_the_newest_certificate_that_has_its_name),
    TEST(keeps_one_certificate_beside_the_newest_and_no_expired_one),
    TEST(keeps_the_old_pair_while_it_is_valid_when_a_renewal_lost_its_chain),
    TEST(takes_a_certificate_without_chain_where_there_is_no_better_one),
    TEST(compares_a_chain_with_what_another_worker_serves),
    TEST(tells_a_lost_chain_later_where_too_much_is_logged),
    TEST(writes_twenty_lines_a_second_at_most_and_the_rest_later),
    TEST(serves_a_loaded_pair_while_a_look_at_its_files_hangs),
    TEST(waits_for_a_first_look_for_as_long_as_it_takes),
    TEST(hosts_that_hang_drive_no_loaded_one_out),
    TEST(uses_what_another_worker_has_loaded_while_the_files_hang),
    TEST(a_pool_is_bounded_and_keeps_what_was_put_last),
};

TEST_MAIN(tests)
