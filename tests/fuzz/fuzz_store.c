/* SPDX-License-Identifier: ISC */
/* fuzz_store: a damaged store of reports, read, taken into and folded. */
#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/tlsrpt/advice.h"
#include "ctl/tlsrpt/report.h"
#include "ctl/tlsrpt/store.h"
#include "ctl/tlsrpt/store_load.h"
#include "ctl/tlsrpt/taking.h"

#define NOW   INT64_C(1795305600) /* 2026-11-22 */
#define TODAY ((int)(NOW / 86400))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char directory[PATH_MAX], path[PATH_MAX + 16], journal[PATH_MAX + 32];
static unsigned char *whole;
static size_t whole_length;

static void remove_all(void)
{
    unlink(path);
    unlink(journal);
    rmdir(directory);
    free(whole);
}

/* Takes in a report of so many days ago. Returns what came of the run. */
static int take(struct store *store, int ago)
{
    static const char format[] =
        "{\"organization-name\":\"Mail\",\"report-id\":\"%d\",\"date-range\":{\"start-datetime\":%"
        "d,"
        "\"end-datetime\":%d},\"policies\":[{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":"
        "\"example.com\",\"policy-string\":[\"version: STSv1\",\"mode: testing\",\"mx: "
        "mx.example.com\","
        "\"max_age: 86400\"]},\"summary\":{\"total-successful-session-count\":9,"
        "\"total-failure-session-count\":2},\"failure-details\":[{\"result-type\":"
        "\"certificate-expired\",\"receiving-mx-hostname\":\"mx.example.com\",\"failed-session-"
        "count\":1}"
        "]},{\"policy\":{\"policy-type\":\"tlsa\",\"policy-domain\":\"mx.example.com\"},"
        "\"summary\":{"
        "\"total-successful-session-count\":9,\"total-failure-session-count\":0}}]}";
    char json[2048];
    bool id_again;
    struct error why;
    struct report report;
    struct tally tally = {0};
    struct taking taking = {.store = store, .tally = &tally, .now = NOW};
    int start = (TODAY - ago) * 86400;
    int length = snprintf(json, sizeof(json), format, ago, start, start + 86399);
    int result = report_parse(&report, json, (size_t)length, NULL, NOW, &why);
    assert(result == 0);
    result = taking_begin(&taking, &why);
    if (result == 0) {
        taking_add(&taking, &report, &id_again, &why);
        result = taking_end(&taking, &why);
    }
    report_free(&report);
    tally_free(&tally);
    return result;
}

static void set_up(void)
{
    const char *base = getenv("TMPDIR");
    struct stat state;
    struct store *store;
    struct error why;
    snprintf(directory, sizeof(directory), "%s/fuzz-store-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(directory) == NULL)
        abort();
    snprintf(path, sizeof(path), "%s/a.db", directory);
    snprintf(journal, sizeof(journal), "%s/a.db-journal", directory);
    atexit(remove_all);
    if (store_open(&store, path, true, &why) != 0)
        abort();
    for (int ago = 1; ago < 200; ago += 40) {
        if (take(store, ago) != 0)
            abort();
    }
    store_close(store);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &state) != 0)
        abort();
    whole_length = (size_t)state.st_size;
    whole = malloc(whole_length);
    if (whole == NULL || read(fd, whole, whole_length) != (ssize_t)whole_length)
        abort();
    close(fd);
}

static void write_file(const unsigned char *bytes, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, length) != (ssize_t)length)
        abort();
    close(fd);
    unlink(journal);
}

/* Each four bytes change one: three say where, or in how many bytes the file ends. */
static void write_patched(const uint8_t *data, size_t size)
{
    unsigned char *bytes = malloc(whole_length);
    size_t length = whole_length;
    if (bytes == NULL)
        return;
    memcpy(bytes, whole, whole_length);
    for (; size >= 4; data += 4, size -= 4) {
        size_t at = (size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2];
        if (at < whole_length)
            bytes[at] = data[3];
        else
            length = at % whole_length;
    }
    write_file(bytes, length);
    free(bytes);
}

/* Puts the bytes where this program keeps bytes of its own. */
static void write_values(unsigned which, const uint8_t *data, size_t size)
{
    static const char *const sql[] = {
        "UPDATE series SET days = ?1",
        "UPDATE report SET keys = ?1",
        "UPDATE OR IGNORE text SET text = CAST(?1 AS TEXT) WHERE id = 3",
        "UPDATE OR IGNORE domain SET name = CAST(?1 AS TEXT)",
        "UPDATE setting SET value = ?1 WHERE name <> 'keep'",
        "UPDATE OR IGNORE shape SET mx = length(?1) - 4, kind = length(?1) % 9 - 2",
        "UPDATE setting SET value = length(?1) * 1000 - 900 WHERE name <> 'secret'",
    };
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    write_file(whole, whole_length);
    if (sqlite3_open(path, &db) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql[which % (sizeof(sql) / sizeof(sql[0]))], -1, &statement, NULL) ==
            SQLITE_OK) {
        sqlite3_bind_blob(statement, 1, data, (int)size, SQLITE_STATIC);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

static int take_domain(void *context, struct tally_facts *facts, struct error *why)
{
    struct advice advice;
    (void)context;
    for (size_t i = 0; i < facts->count; i++) {
        const struct tally_fact *fact = &facts->items[i];
        assert(fact->failures >= 0 && fact->successes >= 0 && fact->evidence >= 0);
        assert(fact->first_day <= fact->last_day &&
               fact->domain[strspn(fact->domain, "\n")] != '\n');
    }
    if (advice_make(&advice, facts->items, facts->count, TODAY, why) == 0)
        assert(advice.line_count > 0);
    advice_free(&advice);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct store *store;
    struct error why = {.text = ""};
    struct tally_filter filters[] = {{0}, {.domain = "example.com", .since = TODAY - 60}};
    struct daytable days = {0};
    struct store_view views[] = {{.filter = &filters[0], .today = TODAY, .days = &days},
                                 {.filter = &filters[1], .today = TODAY, .is_whole = true}};
    if (whole == NULL)
        set_up();
    if (size == 0)
        return 0;
    if (data[0] < 8)
        write_values(data[0], data + 1, size - 1);
    else
        write_patched(data + 1, size - 1);
    if (store_open(&store, path, true, &why) != 0) {
        assert(why.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < 2; i++) {
        if (store_begin(store, false, &why) == 0 &&
            store_each_domain(store, &views[i], take_domain, NULL, &why) == 0 &&
            store_end(store, &why) == 0)
            continue;
        assert(why.text[0] != '\0');
        daytable_free(&days);
        store_close(store);
        return 0;
    }
    daytable_free(&days);
    if (take(store, 2) == 0)
        take(store, 1);
    store_close(store);
    return 0;
}
