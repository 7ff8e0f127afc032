/* SPDX-License-Identifier: ISC */
/* test_certreport: the certificates of several workers, each once, and questions and answers
 * between threads. */
#include "daemon/hosts/certreport.h"

#include <time.h>

#include "common/base/moment.h"
#include "daemon/hosts/certstore_types.h"
#include "test.h"

/* Rows of "path" and time, which the report owns. */
static struct certreport make_report(const char *const paths[], const int64_t times[], size_t count)
{
    struct certreport report = {.rows = calloc(count, sizeof(report.rows[0])), .count = count};
    for (size_t i = 0; i < count; i++)
        report.rows[i] = (struct certreport_row){.not_after = times[i], .path = strdup(paths[i])};
    return report;
}

static void reports_are_joined_and_each_path_is_kept_once(void)
{
    const char *const first[] = {"b", "a", "c"}, *const second[] = {"c", "d", "b"};
    struct certreport all = make_report(first, (int64_t[]){20, 10, 30}, 3);
    struct certreport more = make_report(second, (int64_t[]){5, 10, 40}, 3);
    struct certreport none = {0};
    CHECK(certreport_add(&all, &more) && more.rows == NULL && more.count == 0);
    CHECK(certreport_add(&all, &none) && all.count == 6);
    certreport_merge(&all);
    /* Of one path the first to expire, and in the order of expiry, then of names. */
    const char *const paths[] = {"c", "a", "d", "b"};
    const int64_t times[] = {5, 10, 10, 20};
    CHECK(all.count == 4, "%zu", all.count);
    for (size_t i = 0; i < all.count && i < 4; i++)
        CHECK(strcmp(all.rows[i].path, paths[i]) == 0 && all.rows[i].not_after == times[i],
              "row %zu is %s", i, all.rows[i].path);
    certreport_free(&all);
    CHECK(all.rows == NULL && all.count == 0);
}

static void an_empty_report_stays_one(void)
{
    struct certreport report = {0}, other = {0};
    certreport_merge(&report);
    CHECK(certreport_add(&report, &other) && report.count == 0);
    certreport_free(&report);
}

static void rows_that_were_given_up_are_freed(void)
{
    const char *const path[] = {"a"};
    struct certreport report = {0};
    struct certreport without_rows = make_report(path, (int64_t[]){1}, 1);
    free(without_rows.rows[0].path);
    without_rows.count = 0; /* memory for one, and nothing in it */
    CHECK(certreport_add(&report, &without_rows) && report.count == 0);
}

/* ---- Questions. */

static void a_worker_tells_of_the_certificates_that_it_has_loaded(void)
{
    struct certstore_pair pair = {.cert = {.not_after = 77}};
    struct certstore_entry loaded = {.file = {.chain_path = "/a.pem"}, .pair = &pair};
    struct certstore_entry missing = {.file = {.chain_path = "/b.pem"}, .older = &loaded};
    struct certstore store = {.newest = &missing, .oldest = &loaded, .count = 2};
    struct certreport_desk desk;
    struct certreport report;
    certreport_desk_open(&desk);
    certreport_ask(&desk);
    certreport_answer(&desk, &store);
    CHECK(certreport_await(&desk, moment_steady_ms() + 1, &report) && report.count == 1);
    CHECK(report.count == 1 && report.rows[0].not_after == 77 &&
          strcmp(report.rows[0].path, "/a.pem") == 0 &&
          report.rows[0].path != loaded.file.chain_path);
    certreport_free(&report);
    certreport_ask(&desk);
    certreport_answer(&desk, &store); /* nobody takes it: freed with the desk */
    certreport_desk_close(&desk);
}

static void *answer_late(void *argument)
{
    struct certreport_desk *desk = argument;
    struct certstore store = {0};
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    certreport_answer(desk, &store);
    return NULL;
}

static void a_question_is_answered_by_another_thread_once(void)
{
    struct certreport_desk desk;
    struct certreport report;
    struct certstore store = {0};
    pthread_t thread;
    certreport_desk_open(&desk);
    CHECK(!certreport_is_asked(&desk));
    CHECK(!certreport_await(&desk, moment_steady_ms() + 1, &report) && report.count == 0);

    certreport_ask(&desk);
    CHECK(certreport_is_asked(&desk));
    CHECK(pthread_create(&thread, NULL, answer_late, &desk) == 0);
    CHECK(certreport_await(&desk, moment_steady_ms() + 60000, &report));
    pthread_join(thread, NULL);
    CHECK(!certreport_await(&desk, moment_steady_ms() + 1, &report)); /* it was taken */

    /* An answer that comes too late is not taken for that to the next question. */
    certreport_ask(&desk);
    certreport_answer(&desk, &store);
    certreport_ask(&desk);
    CHECK(!certreport_await(&desk, moment_steady_ms() + 1, &report));
    certreport_answer(&desk, &store);
    CHECK(certreport_await(&desk, moment_steady_ms() + 1, &report));
    certreport_desk_close(&desk);
}

static const struct test tests[] = {
    TEST(reports_are_joined_and_each_path_is_kept_once),
    TEST(an_empty_report_stays_one),
    TEST(rows_that_were_given_up_are_freed),
    TEST(a_worker_tells_of_the_certificates_that_it_has_loaded),
    TEST(a_question_is_answered_by_another_thread_once),
};

TEST_MAIN(tests)
