/* SPDX-License-Identifier: ISC */
/* test_trial: a challenge of our own making among those of others. */
#include "ctl/acme/trial.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "ctl/acme/base64url.h"
#include "test.h"

static const char real[] = "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ";
static char directory[] = "/tmp/test-trial-XXXXXX";
static struct hostname host;

static const char *path_of(const char *suffix)
{
    static char path[512];
    snprintf(path, sizeof(path), "%s/%s%s", directory, host.text, suffix);
    return path;
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fprintf(file, "%s", text) >= 0 && fclose(file) == 0);
}

static void get(const char *path, char out[128])
{
    FILE *file = fopen(path, "r");
    size_t length = file != NULL ? fread(out, 1, 127, file) : 0;
    out[length] = '\0';
    if (file != NULL)
        fclose(file);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void base64url_is_that_of_the_rfcs(void)
{
    static const struct {
        const char *text, *bytes;
    } rows[] = {{"", ""},        {"Zg", "f"},        {"Zm8", "fo"},
                {"Zm9v", "foo"}, {"Zm9vYg", "foob"}, {"_-8", "\xff\xef"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[16];
        unsigned char bytes[16] = {0};
        size_t length = strlen(rows[i].bytes);
        base64url_write(text, (const unsigned char *)rows[i].bytes, length);
        CHECK(strcmp(text, rows[i].text) == 0, "%zu: %s", i, text);
        CHECK(base64url_read(bytes, length, rows[i].text, strlen(rows[i].text)) == 0, "%zu", i);
        CHECK(memcmp(bytes, rows[i].bytes, length) == 0, "%zu", i);
    }
    unsigned char byte[2];
    CHECK(base64url_read(byte, 1, "Zh", 2) == -1, "left over bits");
    CHECK(base64url_read(byte, 1, "Z=", 2) == -1);
    CHECK(base64url_read(byte, 1, "Z+", 2) == -1);
    CHECK(base64url_read(byte, 1, "Z\0", 2) == -1);
    CHECK(base64url_read(byte, 1, "Zg=", 3) == -1);
}

static void a_file_is_written_as_the_hook_does_and_removed(void)
{
    struct trial trial;
    struct error why;
    struct stat state;
    char text[128];
    char wanted[BASE64URL_SIZE(TRIAL_DIGEST)];
    CHECK(trial_place(&trial, directory, &host, &why) == 0, "%s", why.text);
    CHECK(trial.ours && stat(trial.path, &state) == 0 && (state.st_mode & 0777) == 0644);
    get(path_of(""), text);
    base64url_write(wanted, trial.digest, TRIAL_DIGEST);
    CHECK(strlen(text) == 44 && strncmp(text, wanted, 43) == 0 && text[43] == '\n', "%s", text);
    trial_remove(&trial);
    CHECK(!is_there(path_of("")));
    trial_remove(&trial);
}

static void each_has_another_digest(void)
{
    struct trial one;
    struct trial two;
    CHECK(trial_place(&one, directory, &host, NULL) == 0);
    trial_remove(&(struct trial){0});
    struct trial copy = one;
    trial_remove(&one);
    CHECK(trial_place(&two, directory, &host, NULL) == 0);
    CHECK(memcmp(copy.digest, two.digest, 16) != 0);
    trial_remove(&two);
}

static void a_pending_challenge_stays_and_is_what_must_be_shown(void)
{
    struct trial trial;
    char text[128];
    unsigned char digest[TRIAL_DIGEST];
    base64url_read(digest, sizeof(digest), real, strlen(real));
    put(path_of(""), real);
    CHECK(trial_place(&trial, directory, &host, NULL) == 0);
    CHECK(!trial.ours && memcmp(trial.digest, digest, TRIAL_DIGEST) == 0);
    trial_remove(&trial);
    get(path_of(""), text);
    CHECK(strcmp(text, real) == 0);
    unlink(path_of(""));
}

static void what_is_no_pending_challenge_is_replaced(void)
{
    struct trial trial;
    struct trial left;
    put(path_of(""), "no digest");
    CHECK(trial_place(&trial, directory, &host, NULL) == 0 && trial.ours);
    trial_remove(&trial);

    put(path_of(""), real);
    utime(path_of(""), &(struct utimbuf){1, time(NULL) - TRIAL_AGE_S - 10});
    CHECK(trial_place(&trial, directory, &host, NULL) == 0 && trial.ours);

    /* what a killed run left */
    CHECK(trial_place(&left, directory, &host, NULL) == 0 && left.ours);
    CHECK(memcmp(left.digest, trial.digest, TRIAL_DIGEST) != 0);
    trial_remove(&trial); /* it has become another's */
    CHECK(is_there(path_of("")));
    trial_remove(&left);
    CHECK(!is_there(path_of("")));
}

static void another_clients_pair_is_left_alone(void)
{
    struct trial trial;
    struct error why;
    put(path_of(".crt.pem"), "x");
    CHECK(trial_place(&trial, directory, &host, &why) == -1);
    CHECK(strstr(why.text, "another ACME client") != NULL && !is_there(path_of("")));
    const time_t old_or_of_a_wrong_clock[] = {1, time(NULL) + 90000};
    for (int i = 0; i < 2; i++) {
        utime(path_of(".crt.pem"), &(struct utimbuf){1, old_or_of_a_wrong_clock[i]});
        CHECK(trial_place(&trial, directory, &host, &why) == 0);
        trial_remove(&trial);
    }
    unlink(path_of(".crt.pem"));
}

static void what_killed_clients_left_is_removed_once_the_server_ignores_it(void)
{
    static const struct {
        const char *name;
        time_t age_s;
        bool stays;
    } rows[] = {
        {"mta-sts.old.example", TRIAL_AGE_S + 10, false},
        {"mta-sts.old.example.crt.pem", TRIAL_AGE_S + 10, false},
        {".challenge.Ab12Cd", TRIAL_AGE_S + 10, false},
        {"mta-sts.pending.example", TRIAL_AGE_S - 60, true},
        {"notes", TRIAL_AGE_S + 10, true},
    };
    char path[512];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, rows[i].name);
        put(path, real);
        utime(path, &(struct utimbuf){1, time(NULL) - rows[i].age_s});
    }
    CHECK(symlink("notes", path_of("")) == 0);
    trial_remove_left(directory);
    trial_remove_left("/nowhere/at/all");
    CHECK(unlink(path_of("")) == 0, "a link is no challenge that was left");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", directory, rows[i].name);
        CHECK(is_there(path) == rows[i].stays, "%s", rows[i].name);
        unlink(path);
    }
}

static void a_directory_that_is_not_there_is_named(void)
{
    struct trial trial;
    struct error why;
    CHECK(trial_place(&trial, "/nowhere/at/all", &host, &why) == -1);
    CHECK(strstr(why.text, "/nowhere/at/all") != NULL, "%s", why.text);
    trial_remove(&trial);
}

static const struct test tests[] = {
    TEST(base64url_is_that_of_the_rfcs),
    TEST(a_file_is_written_as_the_hook_does_and_removed),
    TEST(each_has_another_digest),
    TEST(a_pending_challenge_stays_and_is_what_must_be_shown),
    TEST(what_is_no_pending_challenge_is_replaced),
    TEST(another_clients_pair_is_left_alone),
    TEST(what_killed_clients_left_is_removed_once_the_server_ignores_it),
    TEST(a_directory_that_is_not_there_is_named),
};

int main(void)
{
    hostname_parse(&host, "mta-sts.example.com", 19, NULL);
    if (mkdtemp(directory) == NULL)
        return 1;
    int status = test_run(tests, sizeof(tests) / sizeof(tests[0]));
    return rmdir(directory) == 0 ? status : 1; /* nothing hidden is left either */
}
