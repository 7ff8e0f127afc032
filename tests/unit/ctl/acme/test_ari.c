/* SPDX-License-Identifier: ISC */
/* test_ari: the identifier of RFC 9773's own example, answers, windows, and what is kept. */
#include "ctl/acme/ari.c"

#include <unistd.h>

#include "common/cert/due.h"
#include "test.h"

/* RFC 9773 section 4.1 */
static const unsigned char rfc_key[] = {0x69, 0x88, 0x5b, 0x6b, 0x87, 0x46, 0x40, 0x41, 0xe1, 0xb3,
                                        0x7b, 0x84, 0x7b, 0xa0, 0xae, 0x2c, 0xde, 0x01, 0xc8, 0xd4};
static const unsigned char rfc_serial[] = {0x00, 0x87, 0x65, 0x43, 0x21};
static const char rfc_id[] = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE";

static void the_identifier_is_that_of_the_rfcs_example(void)
{
    char id[ARI_ID_MAX];
    CHECK(make_id(id, rfc_key, sizeof(rfc_key), rfc_serial, sizeof(rfc_serial)) == 0);
    CHECK(strcmp(id, rfc_id) == 0, "%s", id);
}

static void has_no_identifier_without_a_key_identifier_or_with_an_absurd_one(void)
{
    static const unsigned char long_one[200];
    char id[ARI_ID_MAX];
    CHECK(make_id(id, NULL, 0, rfc_serial, sizeof(rfc_serial)) == -1);
    CHECK(id[0] == '\0');
    CHECK(make_id(id, long_one, sizeof(long_one), rfc_serial, sizeof(rfc_serial)) == -1);
    CHECK(make_id(id, rfc_key, sizeof(rfc_key), long_one, sizeof(long_one)) == -1);
    CHECK(make_id(id, rfc_key, sizeof(rfc_key), NULL, 0) == -1);
    CHECK(make_id(id, long_one, 40, long_one, 24) == 0 && strlen(id) < ARI_ID_MAX);
}

static void reads_windows_and_refuses_what_is_none(void)
{
    static const struct {
        const char *text;
        int64_t start, end; /* 0: refused */
        const char *explanation;
    } rows[] = {
        {"{\"suggestedWindow\": {\"start\": \"2025-01-02T04:00:00Z\", \"end\": "
         "\"2025-01-03T04:00:00Z\"}, \"explanationURL\": \"https://acme.example.com/docs/ari\"}",
         1735790400, 1735876800, "https://acme.example.com/docs/ari"},
        {"{\"suggestedWindow\": {\"start\": \"2025-01-02T04:00:00.123456789Z\", \"end\": "
         "\"2025-01-03t06:00:00.5+02:00\"}}",
         1735790400, 1735876800, ""},
        {"{\"suggestedWindow\": {\"start\": \"2025-01-01T22:30:00-05:30\", \"end\": "
         "\"2025-01-02T04:00:01Z\"}, \"explanationURL\": 7}",
         1735790400, 1735790401, ""},
        {"{\"suggestedWindow\": {\"start\": \"2025-01-02T04:00:00Z\", \"end\": "
         "\"2025-01-03T04:00:00Z\"}, \"explanationURL\": \"https://x/\\u001b[31m\"}",
         1735790400, 1735876800, ""},
        {"{\"suggestedWindow\": {\"start\": \"2025-01-02T04:00:00Z\", \"end\": "
         "\"2025-01-03T04:00:00Z\"}, \"explanationURL\": \"javascript:x\"}",
         1735790400, 1735876800, ""},
        /* an end that is not behind the start is an error: section 4.2 */
        {"{\"suggestedWindow\": {\"start\": \"2025-01-02T04:00:00Z\", \"end\": "
         "\"2025-01-02T04:00:00Z\"}}",
         0, 0, ""},
        {"{\"suggestedWindow\": {\"start\": \"2025-01-02T04:00:00Z\"}}", 0, 0, ""},
        {"{\"suggestedWindow\": {\"start\": \"2025-01-02T04:00:00\", \"end\": "
         "\"2025-01-03T04:00:00Z\"}}",
         0, 0, ""},
        {"{\"suggestedWindow\": {\"start\": \"2025-13-02T04:00:00Z\", \"end\": "
         "\"2026-01-03T04:00:00Z\"}}",
         0, 0, ""},
        {"{\"suggestedWindow\": {\"start\": \"2025-01-02T04:00:00Zx\", \"end\": "
         "\"2026-01-03T04:00:00Z\"}}",
         0, 0, ""},
        {"{\"suggestedWindow\": {\"start\": 1735790400, \"end\": 1735876800}}", 0, 0, ""},
        {"{\"suggestedWindow\": [\"2025-01-02T04:00:00Z\"]}", 0, 0, ""},
        {"[]", 0, 0, ""},
        {"{}", 0, 0, ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ari_window window;
        struct error why;
        json_t *root = json_loads(rows[i].text, 0, NULL);
        int result = ari_read(&window, root, &why);
        CHECK(result == (rows[i].start != 0 ? 0 : -1), "row %zu", i);
        CHECK(window.start == rows[i].start && window.end == rows[i].end, "row %zu: %lld %lld", i,
              (long long)window.start, (long long)window.end);
        CHECK(strcmp(window.explanation, rows[i].explanation) == 0, "row %zu", i);
        json_decref(root);
    }
}

static void the_moment_lies_in_the_window_is_always_the_same_and_differs_between_certificates(void)
{
    struct ari_window window = {.start = 1000000, .end = 1172800};
    size_t early = 0;
    for (int i = 0; i < 1000; i++) {
        char id[32];
        snprintf(id, sizeof(id), "key.%d", i);
        int64_t moment = moment_in(id, &window);
        CHECK(moment >= window.start && moment < window.end, "%s", id);
        CHECK(moment == moment_in(id, &window), "%s", id);
        early += moment < window.start + 86400;
    }
    CHECK(early > 400 && early < 600, "%zu of 1000 in the first half", early);
}

static void keeps_answers_and_failures_and_says_when_to_ask_again(void)
{
    char directory[] = "/tmp/test-ari-XXXXXX";
    const int64_t now = 100000000;
    struct ari ari;
    struct ari_entry entry;
    struct error why;
    struct ari_window window = {5000, 9000, "https://ca.example/why"};
    CHECK(mkdtemp(directory) != NULL);
    CHECK(ari_load(&ari, directory, &why) == 0);
    CHECK(!ari_find(&ari, "a.b", &entry));
    ari_keep(&ari, "a.b", &window, 0, now - 10000);
    ari_keep(&ari, "c.d", &window, 5, now);
    ari_keep(&ari, "e.f", &window, 10000000, now);
    ari_keep_failure(&ari, "a.b", "gone", now);
    ari_keep_failure(&ari, "g.h", "never there", now);
    ari_keep(&ari, "old", &window, 0, now - 8 * INT64_C(86400));
    ari_keep(&ari, "future", &window, 0, now + 2 * INT64_C(86400));
    CHECK(ari_save(&ari, now, &why) == 0, "%s", why.text);
    ari_free(&ari);

    CHECK(ari_load(&ari, directory, &why) == 0);
    CHECK(ari_find(&ari, "a.b", &entry) && entry.has_window && entry.window.end == 9000);
    CHECK(entry.again_at == now + ARI_AGAIN_S && strcmp(entry.failure, "gone") == 0);
    CHECK(strcmp(entry.window.explanation, "https://ca.example/why") == 0);
    CHECK(ari_find(&ari, "c.d", &entry) && entry.again_at == now + 60 && !entry.failure);
    CHECK(ari_find(&ari, "e.f", &entry) && entry.again_at == now + 86400);
    CHECK(ari_find(&ari, "g.h", &entry) && !entry.has_window && entry.failure != NULL);
    CHECK(!ari_find(&ari, "old", &entry) && !ari_find(&ari, "future", &entry));

    FILE *file = fopen(ari.path, "w");
    CHECK(file != NULL && fputs("[1, 2", file) >= 0 && fclose(file) == 0);
    ari_free(&ari);
    CHECK(ari_load(&ari, directory, &why) == 0 && !ari_find(&ari, "a.b", &entry));
    unlink(ari.path);
    rmdir(directory);
    ari_free(&ari);
}

static void is_due_by_its_window_but_with_an_eighth_left_at_the_latest(void)
{
    const int64_t start = 1000000;
    const int64_t end = start + 8000000;
    struct ari ari = {.root = json_object()};
    bool by_ari;
    CHECK(ari_due_at(&ari, "x.y", start, end, &by_ari) == due_at(start, end) && !by_ari);
    ari_keep_failure(&ari, "x.y", "no", start);
    CHECK(ari_due_at(&ari, "x.y", start, end, &by_ari) == due_at(start, end) && !by_ari);
    ari_keep(&ari, "x.y", &(struct ari_window){start + 100, start + 101, ""}, 0, start);
    CHECK(ari_due_at(&ari, "x.y", start, end, &by_ari) == start + 100 && by_ari);
    ari_keep(&ari, "x.y", &(struct ari_window){end + 1000, end + 2000, ""}, 0, start);
    CHECK(ari_due_at(&ari, "x.y", start, end, &by_ari) == end - 1000000 && by_ari);
    /* Six days: half of them must be left for a CA that is away. */
    CHECK(ari_due_at(&ari, "x.y", start, start + 518400, &by_ari) == start + 259200 && by_ari);
    CHECK(ari_due_at(&(struct ari){0}, "x.y", start, end, &by_ari) == due_at(start, end));
    ari_free(&ari);
}

static const struct test tests[] = {
    TEST(the_identifier_is_that_of_the_rfcs_example),
    TEST(has_no_identifier_without_a_key_identifier_or_with_an_absurd_one),
    TEST(reads_windows_and_refuses_what_is_none),
    TEST(the_moment_lies_in_the_window_is_always_the_same_and_differs_between_certificates),
    TEST(keeps_answers_and_failures_and_says_when_to_ask_again),
    TEST(is_due_by_its_window_but_with_an_eighth_left_at_the_latest),
};

TEST_MAIN(tests)
