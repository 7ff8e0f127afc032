/* SPDX-License-Identifier: ISC */
/* test_challenge: files of pending challenges, right, wrong and old, and the certificates made of
 * them. */
#include "challenge.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

/* base64url of SHA-256("hello"), with both letters that differ from base64. */
#define DIGEST_TEXT "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ"
#define DIGEST                                                                                     \
    "\x2c\xf2\x4d\xba\x5f\xb0\xa3\x0e\x26\xe8\x3b\x2a\xc5\xb9\xe2\x9e"                             \
    "\x1b\x16\x1e\x5c\x1f\xa7\x42\x5e\x73\x04\x33\x62\x93\x8b\x98\x24"
/* OID, critical, OCTET STRING of OCTET STRING: RFC 8737 section 3. */
#define EXTENSION "\x06\x08\x2b\x06\x01\x05\x05\x07\x01\x1f\x01\x01\xff\x04\x22\x04\x20" DIGEST

static char directory[] = "/tmp/mta-stsd-test-XXXXXX";
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

static struct challenge *find(const char *name, struct error *why)
{
    struct hostname host = host_of(name);
    return challenge_find(challenges, directory, &host, why);
}

static void begin(void)
{
    struct error why;
    if (cert_init(&why) != 0 || (challenges = challenges_open()) == NULL)
        abort();
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
    CHECK(mbedtls_pk_can_do(&cert->key, MBEDTLS_PK_ECDSA));
    challenge_unref(first);
    challenge_unref(second);
    challenges_close(challenges);
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
    challenges_close(challenges);
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
        struct error why = {""};
        put("mta-sts.a.example", texts[i]);
        CHECK(find("mta-sts.a.example", &why) == NULL, "\"%s\"", texts[i]);
        CHECK(strstr(why.text, "mta-sts.a.example") != NULL, "%s", why.text);
    }
    challenges_close(challenges);
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
    CHECK(strstr(why.text, "older than 60 minutes") != NULL, "%s", why.text);
    unlink(path_of("mta-sts.a.example"));
    CHECK(mkfifo(path_of("mta-sts.a.example"), 0644) == 0);
    CHECK(find("mta-sts.a.example", &why) == NULL, "a FIFO");
    unlink(path_of("mta-sts.a.example"));
    CHECK(find("mta-sts.a.example", &why) == NULL, "nothing");
    challenges_close(challenges);
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
    challenges_close(challenges);
}

static const struct test tests[] = {
    TEST(makes_one_certificate_a_file_with_the_digest),
    TEST(takes_a_new_digest_and_leaves_the_old_one_to_who_holds_it),
    TEST(refuses_files_that_hold_no_digest),
    TEST(refuses_what_its_hook_forgot_and_what_is_no_file),
    TEST(holds_more_hosts_than_its_cache_has_room_for),
};

int main(void)
{
    if (mkdtemp(directory) == NULL)
        return 2;
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    unlink(path_of("mta-sts.a.example"));
    rmdir(directory);
    return status;
}
