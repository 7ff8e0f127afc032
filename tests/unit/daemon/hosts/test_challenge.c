/* SPDX-License-Identifier: ISC */
/* test_challenge: files of pending challenges, right, wrong and old, and the certificates made of
 * them. */
#include "daemon/hosts/challenge.h"

#include <fcntl.h>
#include <mbedtls/pem.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "loading.h"
#include "make_cert.h"
#include "test.h"

/* base64url of SHA-256("hello"), with both letters that differ from base64. */
#define DIGEST_TEXT "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"
#define DIGEST                                                                                     \
    "\x2c\xf2\x4d\xba\x5f\xb0\xa3\x0e\x26\xe8\x3b\x2a\xc5\xb9\xe2\x9e"                             \
    "\x1b\x16\x1e\x5c\x1f\xa7\x42\x5e\x73\x04\x33\x62\x93\x8b\x98\x24"
/* OID, critical, OCTET STRING of OCTET STRING: RFC 8737 section 3. */
#define EXTENSION "\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x1f\x01\x01\xff\x04\x22\x04\x20" DIGEST

static char directory[] = "/tmp/mta-stsd-test-XXXXXX";
static struct loading loading;
static struct challenges *challenges;

static struct hostname host_of(const char *name)
{
    struct hostname host;
    if (hostname_parse(&host, name, strlen(name), NULL) != 0)
        abort();
    return host;
}

static const char *path_of(const char *name)
{
    static char path[400];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return path;
}

static void put(const char *name, const char *text)
{
    FILE *out = fopen(path_of(name), "w");
    if (out == NULL || fputs(text, out) < 0 || fclose(out) != 0)
        abort();
}

/* Asks, and waits for as long as it has to. */
static struct challenge *find(const char *name, struct error *why)
{
    uint64_t asked = 0;
    struct challenge *found;
    struct lookup_waiter waiter = {0};
    struct hostname host = host_of(name);
    while (challenge_find(challenges, directory, &host, &asked, &waiter, &found, why) ==
           LOOKUP_WAIT) {
        while (lookup_take(&loading.ready) == NULL)
            loading_finish(&loading, 0);
    }
    return found;
}

static void begin(void)
{
    struct error why;
    loading_open(&loading, 50);
    if (cert_init(&why) != 0 || (challenges = challenges_open(&loading.context)) == NULL)
        abort();
}

static void end(void)
{
    challenges_close(challenges);
    loading_close(&loading);
}

static void makes_one_certificate_a_file_with_the_digest(void)
{
    struct error why;
    begin();
    put("mta-sts.a.example", DIGEST_TEXT "\n");
    struct challenge *first = find("mta-sts.a.example", &why);
    struct challenge *second = find("mta-sts.a.example", &why);
    CHECK(first != NULL && first == second, "%s", why.text);
    struct cert *cert = challenge_cert(first);
    struct hostname host = host_of("mta-sts.a.example"), other = host_of("mta-sts.b.example");
    CHECK(memmem(cert->chain.raw.p, cert->chain.raw.len, EXTENSION, sizeof(EXTENSION) - 1) != NULL,
          "the extension is not in it");
    CHECK(cert_covers(cert, &host) && !cert_covers(cert, &other));
    CHECK(strcmp(cert_key_kind(cert), "ECDSA") == 0);
    challenge_unref(first);
    challenge_unref(second);
    end();
}

static void takes_a_new_digest_and_leaves_the_old_one_to_who_holds_it(void)
{
    struct error why;
    begin();
    put("mta-sts.a.example", DIGEST_TEXT);
    struct challenge *held = find("mta-sts.a.example", &why);
    unlink(path_of("mta-sts.a.example"));
    CHECK(find("mta-sts.a.example", &why) == NULL, "after its file was removed");
    put("mta-sts.a.example", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    struct challenge *fresh = find("mta-sts.a.example", &why);
    CHECK(fresh != NULL && fresh != held, "%s", why.text);
    CHECK(memmem(challenge_cert(held)->chain.raw.p, challenge_cert(held)->chain.raw.len, DIGEST,
                 32) != NULL);
    challenge_unref(fresh);
    end();
    challenge_unref(held);
}

static void refuses_files_that_hold_no_digest(void)
{
    static const char *const texts[] = {
        "",
        "\n",
        "short",
        DIGEST_TEXT "A",
        DIGEST_TEXT "\nx",
        "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ",
        "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmC=",
        "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOL CQ",
        "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmC\xff",
        DIGEST_TEXT DIGEST_TEXT DIGEST_TEXT,
    };
    begin();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct error why = {.text = ""};
        put("mta-sts.a.example", texts[i]);
        CHECK(find("mta-sts.a.example", &why) == NULL, "\"%s\"", texts[i]);
        CHECK(strstr(why.text, "mta-sts.a.example") != NULL, "%s", why.text);
    }
    end();
}

static void refuses_what_its_hook_forgot_and_what_is_no_file(void)
{
    struct error why;
    begin();
    put("mta-sts.a.example", DIGEST_TEXT);
    struct challenge *young = find("mta-sts.a.example", &why);
    CHECK(young != NULL, "%s", why.text);
    challenge_unref(young);
    struct timespec old[2] = {{.tv_sec = time(NULL) - CHALLENGE_AGE_S - 5}, {0}};
    old[1] = old[0];
    utimensat(AT_FDCWD, path_of("mta-sts.a.example"), old, 0);
    CHECK(find("mta-sts.a.example", &why) == NULL, "though it was good when it was young");
    CHECK(strstr(why.text, "over 60 minutes old") != NULL, "%s", why.text);
    unlink(path_of("mta-sts.a.example"));
    CHECK(mkfifo(path_of("mta-sts.a.example"), 0644) == 0);
    CHECK(find("mta-sts.a.example", &why) == NULL, "a FIFO");
    unlink(path_of("mta-sts.a.example"));
    CHECK(find("mta-sts.a.example", &why) == NULL, "nothing");
    end();
}

static void holds_more_hosts_than_its_cache_has_room_for(void)
{
    begin();
    for (int i = 0; i < 100; i++) {
        char host[64];
        struct error why;
        snprintf(host, sizeof(host), "mta-sts.d%d.example", i);
        put(host, DIGEST_TEXT);
        struct challenge *challenge = find(host, &why);
        CHECK(challenge != NULL, "%s: %s", host, why.text);
        challenge_unref(challenge);
        unlink(path_of(host));
    }
    end();
}

/* --- Pairs of files that another client made, here out of our own certificates. */

#define OWN    "mta-sts.a.example.crt.pem"
#define KEY    "mta-sts.a.example.key.pem"
#define DASHES "-----"

struct pair {
    char own[MAKE_CERT_TEXT];
    char key[MAKE_CERT_TEXT];
};

/* from and to, as many bytes each: what is changed in the certificate. */
static void write_own(struct pair *pair, const mbedtls_x509_crt *cert, const char *from,
                      const char *to, size_t length)
{
    unsigned char der[4096];
    size_t written;
    memcpy(der, cert->raw.p, cert->raw.len);
    unsigned char *at = memmem(der, cert->raw.len, from, length);
    if (at == NULL)
        abort();
    memcpy(at, to, length);
    if (mbedtls_pem_write_buffer(DASHES "BEGIN CERTIFICATE" DASHES "\n",
                                 DASHES "END CERTIFICATE" DASHES "\n", der, cert->raw.len,
                                 (unsigned char *)pair->own, sizeof(pair->own), &written) != 0)
        abort();
}

static void make_pair(struct pair *pair, const char *name)
{
    struct error why;
    put(name, DIGEST_TEXT);
    struct challenge *made = find(name, &why);
    if (made == NULL)
        abort();
    unlink(path_of(name));
    pair->key[0] = '\0';
    write_own(pair, &challenge_cert(made)->chain, "", "", 0);
    make_cert_append_key(pair->key, &challenge_cert(made)->key);
    challenge_unref(made);
}

static void changed_pair(struct pair *pair, const char *from, const char *to, size_t length)
{
    mbedtls_x509_crt cert;
    mbedtls_pem_context pem;
    unsigned char der[4096];
    size_t used;
    make_pair(pair, "mta-sts.a.example");
    mbedtls_pem_init(&pem);
    mbedtls_x509_crt_init(&cert);
    if (mbedtls_pem_read_buffer(&pem, DASHES "BEGIN CERTIFICATE" DASHES,
                                DASHES "END CERTIFICATE" DASHES, (unsigned char *)pair->own, NULL,
                                0, &used) != 0)
        abort();
    cert.raw.p = der;
    const unsigned char *bytes = mbedtls_pem_get_buffer(&pem, &cert.raw.len);
    memcpy(der, bytes, cert.raw.len < sizeof(der) ? cert.raw.len : sizeof(der));
    write_own(pair, &cert, from, to, length);
    mbedtls_pem_free(&pem);
}

static void refuse_pair(const char *what, const char *own, const char *key, const char *sentence)
{
    struct error why = {.text = ""};
    put(OWN, own);
    put(KEY, key);
    CHECK(find("mta-sts.a.example", &why) == NULL, "%s", what);
    CHECK(strstr(why.text, sentence) != NULL && strstr(why.text, directory) != NULL, "%s: %s", what,
          why.text);
}

static void write_made(struct pair *pair, const struct make_cert *wanted)
{
    *pair = (struct pair){0};
    make_cert_append(pair->own, wanted);
    make_cert_append_key(pair->key, wanted->key);
}

static void shows_the_certificate_that_another_client_made(void)
{
    static struct pair pair, next;
    struct error why;
    begin();
    make_pair(&pair, "mta-sts.a.example");
    make_pair(&next, "mta-sts.a.example");
    put(OWN, pair.own);
    CHECK(find("mta-sts.a.example", &why) == NULL, "without its key");
    put(KEY, pair.key);
    struct challenge *first = find("mta-sts.a.example", &why);
    struct challenge *second = find("mta-sts.a.example", &why);
    CHECK(first != NULL && first == second, "%s", why.text);
    struct cert *cert = challenge_cert(first);
    CHECK(memmem(cert->chain.raw.p, cert->chain.raw.len, EXTENSION, sizeof(EXTENSION) - 1) != NULL);
    put(KEY, next.key);
    CHECK(find("mta-sts.a.example", &why) == NULL, "half of it is new");
    put(OWN, next.own);
    struct challenge *third = find("mta-sts.a.example", &why);
    CHECK(third != NULL && third != first, "%s", why.text);
    challenge_unref(third);
    put("mta-sts.a.example", DIGEST_TEXT);
    third = find("mta-sts.a.example", &why);
    CHECK(third != NULL && challenge_cert(third)->chain.raw.len > 0, "a digest goes before a pair");
    unlink(path_of("mta-sts.a.example"));
    challenge_unref(first);
    challenge_unref(second);
    challenge_unref(third);
    end();
}

static void refuses_pairs_that_are_no_answer_for_the_host(void)
{
    static struct pair good, other, bad;
    static char text[2 * MAKE_CERT_TEXT];
    begin();
    make_pair(&good, "mta-sts.a.example");
    make_pair(&other, "mta-sts.b.example");
    static const char none[] = "no challenge for this host";
    refuse_pair("another host", other.own, other.key, none);
    refuse_pair("another key", good.own, other.key, "does not belong");
    refuse_pair("nothing", "", "", "one certificate and its key");
    refuse_pair("no key", good.own, good.own, "one certificate and its key");
    refuse_pair("half a key", good.own, "-----BEGIN PRIVATE KEY-----\nAAAA", "half written");
    snprintf(text, sizeof(text), "%s%s", good.own, good.own);
    refuse_pair("two certificates", text, good.key, "one certificate and its key");
    snprintf(text, sizeof(text), "%.300s", good.own);
    refuse_pair("half a certificate", text, good.key, "half written");
    snprintf(text, sizeof(text), "%s%*s", good.own, CHALLENGE_PEM_MAX, "");
    refuse_pair("too long", text, good.key, "over 16,384 bytes");
    changed_pair(&bad, "\x01\x01\xff\x04\x22", "\x01\x01\x00\x04\x22", 5);
    refuse_pair("not critical", bad.own, bad.key, none);
    changed_pair(&bad, "\x04\x22\x04\x20", "\x04\x22\x04\x1f", 4);
    refuse_pair("a digest of 31 bytes", bad.own, bad.key, none);
    changed_pair(&bad, "acme-challenge", "acme-authority", 14);
    refuse_pair("of an issuer", bad.own, bad.key, none);
    changed_pair(&bad, "\x05\x07\x01\x1f", "\x05\x07\x01\x1e", 4);
    refuse_pair("another extension", bad.own, bad.key, none);
    end();
}

static void refuses_a_certificate_without_the_extension_or_for_other_names_too(void)
{
    static const char none[] = "no challenge for this host";
    static struct pair bad;
    begin();
    const char *host = "mta-sts.a.example";
    mbedtls_pk_context *key = make_cert_key(MAKE_CERT_P256, 0);
    struct make_cert wanted = {.key = key, .names = {host}, .issuer = "CN=mta-sts.example.com"};
    write_made(&bad, &wanted);
    refuse_pair("an ordinary certificate", bad.own, bad.key, none);
    wanted.unknown = "\x04\x20" DIGEST;
    wanted.unknown_oid = "\x2b\x06\x01\x05\x05\x07\x01\x1f";
    wanted.critical_unknown = true;
    wanted.names[1] = "mta-sts.b.example";
    write_made(&bad, &wanted);
    refuse_pair("two hosts", bad.own, bad.key, none);
    wanted.names[0] = "*.a.example";
    wanted.names[1] = NULL;
    write_made(&bad, &wanted);
    refuse_pair("a wildcard", bad.own, bad.key, none);
    wanted.no_names = true;
    write_made(&bad, &wanted);
    refuse_pair("no host", bad.own, bad.key, none);
    wanted.no_names = false;
    wanted.names[0] = host;
    write_made(&bad, &wanted);
    put(OWN, bad.own);
    struct error why;
    struct challenge *fine = find(host, &why);
    CHECK(fine != NULL, "%s", why.text);
    challenge_unref(fine);
    end();
}

static void refuses_an_rsa_key_that_would_hold_up_other_hosts(void)
{
    static struct pair pair;
    static const struct {
        enum make_cert_kind kind;
        const char *sentence; /* NULL: taken */
    } rows[] = {
#if MBEDTLS_VERSION_MAJOR < 4 /* which reads no such key at all */
        {MAKE_CERT_RSA_4104, "RSA key has 4104 bits"},
#endif
        {MAKE_CERT_RSA_2048, NULL},
        {MAKE_CERT_P521, NULL},
    };
    begin();
    const char *host = "mta-sts.a.example";
    struct make_cert wanted = {.names = {host}, .issuer = "CN=mta-sts.example.com"};
    wanted.unknown = "\x04\x20" DIGEST;
    wanted.unknown_oid = "\x2b\x06\x01\x05\x05\x07\x01\x1f";
    wanted.critical_unknown = true;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error why = {.text = "-"};
        wanted.key = make_cert_key(rows[i].kind, 0);
        write_made(&pair, &wanted);
        put(OWN, pair.own);
        put(KEY, pair.key);
        struct challenge *found = find(host, &why);
        CHECK((found == NULL) == (rows[i].sentence != NULL), "row %zu: %s", i, why.text);
        CHECK(rows[i].sentence == NULL || strstr(why.text, rows[i].sentence) != NULL, "row %zu: %s",
              i, why.text);
        challenge_unref(found);
    }
    end();
}

static void passes_over_a_pair_that_its_client_forgot(void)
{
    static struct pair pair;
    struct error why;
    struct timespec old[2] = {{.tv_sec = time(NULL) - CHALLENGE_AGE_S - 5}, {0}};
    old[1] = old[0];
    begin();
    make_pair(&pair, "mta-sts.a.example");
    put(OWN, pair.own);
    put(KEY, pair.key);
    utimensat(AT_FDCWD, path_of(OWN), old, 0);
    CHECK(find("mta-sts.a.example", &why) == NULL);
    CHECK(strstr(why.text, "over 60 minutes old") != NULL, "%s", why.text);
    put(OWN, pair.own);
    put("mta-sts.a.example", DIGEST_TEXT);
    utimensat(AT_FDCWD, path_of("mta-sts.a.example"), old, 0);
    struct challenge *fine = find("mta-sts.a.example", &why);
    CHECK(fine != NULL, "a forgotten digest hides it: %s", why.text);
    challenge_unref(fine);
    unlink(path_of("mta-sts.a.example"));
    end();
}

static const struct test tests[] = {
    TEST(makes_one_certificate_a_file_with_the_digest),
    TEST(takes_a_new_digest_and_leaves_the_old_one_to_who_holds_it),
    TEST(refuses_files_that_hold_no_digest),
    TEST(refuses_what_its_hook_forgot_and_what_is_no_file),
    TEST(holds_more_hosts_than_its_cache_has_room_for),
    TEST(shows_the_certificate_that_another_client_made),
    TEST(refuses_pairs_that_are_no_answer_for_the_host),
    TEST(refuses_a_certificate_without_the_extension_or_for_other_names_too),
    TEST(refuses_an_rsa_key_that_would_hold_up_other_hosts),
    TEST(passes_over_a_pair_that_its_client_forgot),
};

int main(void)
{
    if (mkdtemp(directory) == NULL)
        return 2;
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    unlink(path_of("mta-sts.a.example"));
    unlink(path_of(OWN));
    unlink(path_of(KEY));
    rmdir(directory);
    return status;
}
