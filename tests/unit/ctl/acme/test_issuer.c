/* SPDX-License-Identifier: ISC */
/* test_issuer: what uacme says, as it says it, and the sentence made of that. */
#include "ctl/acme/issuer.c"

#include "test.h"

static const struct config_acme acme = {.directory = "https://ca.example/dir", .state = "/s"};

static void each_ending_of_the_client_has_its_sentence(void)
{
    static const struct {
        int status;
        const char *words;
        enum issuer_ending ending;
        const char *sentence;
    } rows[] = {
        {0, "uacme: whatever", ISSUER_DONE, ""},
        {127, "uacme cannot be run: No such file or directory\n", ISSUER_NO_CLIENT,
         "uacme cannot be run: No such file or directory; install uacme, or set `client` in "
         "[acme]"},
        {2,
         "uacme: curl_get: GET https://ca.example/dir failed: Couldn't connect to server\n"
         "uacme: acme_get: curl_get failed\n"
         "uacme: failed to fetch directory at https://ca.example/dir\n",
         ISSUER_NO_CA,
         "the CA at https://ca.example/dir does not answer like an ACME server (curl_get: GET "
         "https://ca.example/dir failed: Couldn't connect to server)"},
        {2, "uacme: no account associated with /s/private/key.pem found at https://ca.example/x\n",
         ISSUER_NO_ACCOUNT,
         "the CA at https://ca.example/dir does not know the account in /s; the next run registers "
         "it"},
        {2,
         "uacme: challenge https://x failed with status invalid\n{\n"
         "    \"type\": \"urn:ietf:params:acme:error:unauthorized\",\n"
         "    \"detail\": \"Bad \\\"token\\\"\",\n    \"status\": 403\n}\n",
         ISSUER_FAILED, "the CA refused: Bad \"token\""},
        {2,
         "{\n    \"type\": \"urn:ietf:params:acme:error:rateLimited\",\n    \"detail\": \"too many "
         "new orders\"\n}\n",
         ISSUER_FAILED, "the CA accepts no more orders for now: too many new orders"},
        {2, "uacme: failed to parse challenge\nuacme: failed to authorize order at https://x\n",
         ISSUER_STUMBLED,
         "the installed uacme stops at a challenge without a token, as dns-persist-01 is, which "
         "the CA offers before tls-alpn-01; install uacme 1.8 or later"},
        {143, "", ISSUER_FAILED, "the ACME client ended with status 143: it said nothing"},
        {2,
         "uacme: x\nuacme-challenge: not begun: deploy_command failed with status 3: ssh: no\n"
         "uacme: no challenge completed\n",
         ISSUER_FAILED, "the CA was not asked: deploy_command failed with status 3: ssh: no"},
        {2, "uacme: failed to run the hook\nmore", ISSUER_FAILED,
         "the ACME client ended with status 2: failed to run the hook"},
        {2, "\"detail\": \"cut", ISSUER_FAILED, "the CA refused: cut"},
        {2, "\"detail\": \"cut\\", ISSUER_FAILED, "the CA refused: cut\\"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error why = {0};
        enum issuer_ending ending = read_result(&acme, rows[i].status, rows[i].words, &why);
        CHECK(ending == rows[i].ending, "row %zu: %d", i, (int)ending);
        CHECK(strcmp(why.text, rows[i].sentence) == 0, "row %zu: %s", i, why.text);
    }
}

static void the_words_of_a_child_are_kept_and_made_printable(void)
{
    char words[CHILD_WORDS_MAX];
    struct child child;
    struct error why;
    const char *const argv[] = {"sh", "-c", "printf 'a\\033\\nb' >&2; exit 3", NULL};
    CHECK(child_start(&child, argv, &why) == 0, "%s", why.text);
    while (!child_has_ended(&child))
        continue;
    child_words(&child, words);
    CHECK(child.status == 3 && strcmp(words, "a?\nb") == 0, "%d %s", child.status, words);
    child_free(&child);
}

static void a_child_is_ended_with_what_it_started_and_one_that_is_not_there_says_so(void)
{
    char words[CHILD_WORDS_MAX];
    struct child child;
    struct error why;
    const char *const sleeper[] = {"sh", "-c", "echo up; sleep 60 & wait", NULL};
    const char *const none[] = {"/nowhere/uacme", NULL};
    CHECK(child_start(&child, sleeper, &why) == 0, "%s", why.text);
    do
        child_words(&child, words);
    while (strstr(words, "up") == NULL && !child_has_ended(&child));
    child_end(&child);
    CHECK(child.status == 128 + 15, "%d", child.status);
    child_free(&child);
    CHECK(child_start(&child, none, &why) == 0, "%s", why.text);
    while (!child_has_ended(&child))
        continue;
    child_words(&child, words);
    CHECK(child.status == 127 && strstr(words, "/nowhere/uacme cannot be run") != NULL, "%s",
          words);
    child_free(&child);
}

static const struct test tests[] = {
    TEST(each_ending_of_the_client_has_its_sentence),
    TEST(the_words_of_a_child_are_kept_and_made_printable),
    TEST(a_child_is_ended_with_what_it_started_and_one_that_is_not_there_says_so),
};

TEST_MAIN(tests)
