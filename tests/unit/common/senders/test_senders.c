/* SPDX-License-Identifier: ISC */
/* test_senders: the table of senders is whole, its names are those that people see, and the page of
 * the documentation is made of it as it stands. */
#include <stdbool.h>

#include "common/policy/senderpage.h"
#include "common/senders/sender.h"
#include "common/senders/sender_agent.h"
#include "common/senders/sender_large.h"

#include "test.h"

static void names_sets_as_people_do(void)
{
    static const struct {
        uint32_t set;
        const char *names;
    } rows[] = {
        {0, ""},
        {SENDERS_MOX, "mox"},
        {SENDERS_CHASQUID | SENDERS_MOX, "mox, chasquid"},
        {SENDERS_OF(SENDER_CHASQUID_11), "chasquid 1.11"},
        {SENDERS_OF(SENDER_CHASQUID_15), "chasquid"},
        {SENDERS_MAILAUTH_5, "mailauth up to 5"},
        {SENDERS_MAILAUTH, "mailauth"},
        {SENDERS_EVERY, "every sender"},
        {SENDERS_EVERY & ~SENDERS_STALWART, "every sender but Stalwart"},
        {SENDERS_EVERY | SENDERS_CHECKDMARC, "every sender"},
        {SENDERS_MAIL_STS | SENDERS_CHECKDMARC, "Exim with Mail::STS, checkdmarc"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char out[SENDERS_TEXT_MAX];
        CHECK(strcmp(senders_names(out, rows[i].set), rows[i].names) == 0, "%zu: %s", i, out);
    }
}

/* What is known has an end, and what is not known has none: never "delivers". */
static void has_an_end_where_it_has_a_ground(void)
{
    for (int id = 0; id < SENDER_COUNT; id++) {
        const struct sender *sender = sender_find((enum sender_id)id);
        CHECK(sender->version != NULL && sender->date != NULL, "%s",
              sender_name((enum sender_id)id));
        for (int what = 0; what < SENDER_CASES; what++) {
            const struct sender_act *act = &sender->acts[what];
            CHECK((act->ground == SENDER_UNKNOWN) == (act->end == SENDER_NOT_KNOWN), "%s: %s",
                  sender_name((enum sender_id)id), sender_case_name((enum sender_case)what));
            CHECK(act->ground != SENDER_UNKNOWN || (act->deferred == NULL && act->log == NULL));
        }
    }
}

static char *read_all(FILE *file, size_t *length)
{
    char *bytes = malloc(1 << 20);
    if (bytes == NULL || file == NULL)
        abort();
    rewind(file);
    *length = fread(bytes, 1, 1 << 20, file);
    return bytes;
}

/* doc/senders.md beside this file's folders; `make senders-page` writes it anew. */
static void has_a_page_that_is_current(void)
{
    static const char here[] = "tests/unit/common/senders/test_senders.c";
    char path[4096];
    size_t length, made_length;
    size_t root = strlen(__FILE__) - strlen(here);
    snprintf(path, sizeof(path), "%.*sdoc/senders.md", (int)root, __FILE__);
    FILE *file = fopen(path, "r");
    FILE *made_file = tmpfile();
    CHECK(file != NULL && made_file != NULL, "%s", path);
    if (file == NULL || made_file == NULL)
        return;
    senderpage_write(made_file);
    char *page = read_all(file, &length);
    char *made = read_all(made_file, &made_length);
    CHECK(length == made_length && memcmp(page, made, length) == 0,
          "run make senders-page, and look at what changes");
    free(page);
    free(made);
    fclose(file);
    fclose(made_file);
}

static void names_the_family_that_an_agent_claims(void)
{
    static const struct {
        const char *agent;
        const char *family;
    } rows[] = {
        {"Google-SMTP-STS", "Google"},
        {"postfix-mta-sts-resolver/1.1.2", "postfix-mta-sts-resolver"},
        {"postfix-tlspol/1.8.15", "postfix-tlspol"},
        {"Stalwart/1.0.0", "Stalwart"},
        {"Go-http-client/2.0", "a program in Go"},
        {"Mozilla/5.0 ((Linux 6.1)) checkdmarc/5.13.0", "checkdmarc"},
        {"mta-stsctl/0.2.0", "mta-stsctl"},
        {"", "other"},
        {"curl/7.88.1", "other"},
        {"google-smtp-sts", "other"},
        {"not Google-SMTP-STS", "other"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t family = sender_agent_family(rows[i].agent);
        CHECK(family < SENDER_AGENT_FAMILIES &&
                  strcmp(sender_agent_name(family), rows[i].family) == 0,
              "%s: %s", rows[i].agent, sender_agent_name(family));
    }
}

static void knows_the_large_ones_by_their_reports(void)
{
    static const struct {
        size_t index;
        const char *organisation;
        bool is;
    } rows[] = {
        {0, "google.com", true},     {0, "Google Inc.", true},
        {0, "goo", false},           {1, "Microsoft Corporation", true},
        {1, "google.com", false},    {1, "MICROSOFT.COM", true},
        {1, "not Microsoft", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK(sender_large_is(rows[i].index, rows[i].organisation) == rows[i].is, "%s",
              rows[i].organisation);
}

static const struct test tests[] = {
    TEST(knows_the_large_ones_by_their_reports),
    TEST(names_the_family_that_an_agent_claims),
    TEST(names_sets_as_people_do),
    TEST(has_an_end_where_it_has_a_ground),
    TEST(has_a_page_that_is_current),
};

TEST_MAIN(tests)
