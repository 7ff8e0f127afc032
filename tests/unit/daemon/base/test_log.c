/* SPDX-License-Identifier: ISC */
/* test_log: what arrives on stderr, read back from a pipe that stands in its place. */
#include "daemon/base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

static int saved_stderr;
static int read_end;

static void capture_begin_with(int pipe_size)
{
    int ends[2];
    if (pipe(ends) != 0)
        abort();
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fcntl(ends[1], F_SETPIPE_SZ, pipe_size);
    saved_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    read_end = ends[0];
}

static void capture_begin(void)
{
    capture_begin_with(1 << 20);
}

/* What was written since the last look, as a string that lives until the next call. */
static const char *captured(void)
{
    static char text[1 << 20];
    size_t used = 0;
    ssize_t got;
    while ((got = read(read_end, text + used, sizeof(text) - 1 - used)) > 0)
        used += (size_t)got;
    text[used] = '\0';
    return text;
}

static void capture_end(void)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    close(read_end);
    unsetenv("JOURNAL_STREAM");
    log_open();
}

static unsigned count_lines(const char *text)
{
    unsigned lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* The sum of what the lines tell that say how many were left out. */
static unsigned count_left_out(const char *text)
{
    unsigned sum = 0;
    for (; *text != '\0'; text += strcspn(text, "\n"), text += *text == '\n') {
        char *behind;
        unsigned long number = strtoul(text, &behind, 10);
        if (strncmp(behind, " lines of this kind were left out\n", 34) == 0)
            sum += (unsigned)number;
    }
    return sum;
}

static void set_journal_stream(int64_t inode_offset)
{
    struct stat status;
    char name[64];
    fstat(STDERR_FILENO, &status);
    snprintf(name, sizeof(name), "%ju:%ju", (uintmax_t)status.st_dev,
             (uintmax_t)status.st_ino + (uintmax_t)inode_offset);
    setenv("JOURNAL_STREAM", name, 1);
}

static void writes_one_plain_line_without_a_journal(void)
{
    capture_begin();
    log_open();
    log_line(LOG_LEVEL_INFO, "ready: %d domains", 3);
    const char *text = captured();
    CHECK(strcmp(text, "ready: 3 domains\n") == 0, "got %s", text);
    capture_end();
}

static void prefixes_the_priority_when_stderr_is_the_journal(void)
{
    capture_begin();
    set_journal_stream(0);
    log_open();
    log_line(LOG_LEVEL_WARNING, "a\nb");
    const char *text = captured();
    CHECK(strcmp(text, "<4>a?b\n") == 0, "got %s", text);
    capture_end();
}

static void does_not_prefix_when_stderr_was_redirected_away_from_the_journal(void)
{
    static const char *const streams[] = {"", "8", "8:", ":7", "x:y", "1:1"};
    capture_begin();
    set_journal_stream(1);
    for (size_t i = 0; i <= sizeof(streams) / sizeof(streams[0]); i++) {
        log_open();
        log_line(LOG_LEVEL_ERROR, "a");
        const char *text = captured();
        CHECK(strcmp(text, "a\n") == 0, "stream %zu: got %s", i, text);
        if (i < sizeof(streams) / sizeof(streams[0]))
            setenv("JOURNAL_STREAM", streams[i], 1);
    }
    capture_end();
}

static void replaces_control_bytes_and_keeps_utf8_of_our_own_lines(void)
{
    capture_begin();
    log_line(LOG_LEVEL_INFO, "a\r\n\t\x1b\x7f b %s", "/srv/z\xc3\xbc/x");
    const char *text = captured();
    CHECK(strcmp(text, "a????? b /srv/z\xc3\xbc/x\n") == 0, "got %s", text);
    capture_end();
}

static void replaces_every_byte_of_clients_that_is_not_printable_ascii(void)
{
    capture_begin();
    log_limited(LOG_LEVEL_INFO, "agent=\"%s\"", "z\xc3\xbc\x1b[2J\x7f\n");
    const char *text = captured();
    CHECK(strcmp(text, "agent=\"z???[2J??\"\n") == 0, "got %s", text);
    capture_end();
}

static void cuts_a_long_line_and_marks_it(void)
{
    static char longest[5000];
    memset(longest, 'x', sizeof(longest) - 1);
    capture_begin();
    log_line(LOG_LEVEL_INFO, "%s", longest);
    const char *text = captured();
    CHECK(strlen(text) == 2048, "length %zu", strlen(text));
    CHECK(strcmp(text + 2044, "...\n") == 0, "ends %s", text + 2040);
    log_line(LOG_LEVEL_INFO, "%.2047s", longest);
    text = captured();
    CHECK(strlen(text) == 2048 && text[2046] == 'x', "a line that just fits was cut");
    capture_end();
}

static void cuts_between_characters_never_inside_one(void)
{
    static char longest[5000];
    for (size_t i = 0; i + 2 < sizeof(longest); i += 2)
        memcpy(longest + i, "\xc3\xbc", 2);
    capture_begin();
    for (int shift = 0; shift < 2; shift++) {
        log_line(LOG_LEVEL_INFO, "%s%s", shift == 1 ? "x" : "", longest);
        const char *text = captured();
        size_t length = strlen(text);
        CHECK(length <= 2048 && strcmp(text + length - 4, "...\n") == 0, "length %zu", length);
        CHECK((unsigned char)text[length - 5] == 0xbc, "cut inside a character");
    }
    capture_end();
}

static void writes_complaints_with_their_place(void)
{
    char file[] = "/etc/x.ini";
    char sentence[] = "no such key";
    static const struct {
        enum severity severity;
        unsigned line;
        const char *expected;
    } rows[] = {
        {SEVERITY_ERROR, 7, "<3>/etc/x.ini:7: error: no such key\n"},
        {SEVERITY_WARNING, 0, "<4>/etc/x.ini: warning: no such key\n"},
        {SEVERITY_NOTE, 1, "<5>/etc/x.ini:1: notice: no such key\n"},
    };
    capture_begin();
    set_journal_stream(0);
    log_open();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct finding finding = {
            .severity = rows[i].severity, .where = file, .line = rows[i].line, .problem = sentence};
        log_finding(&finding);
        const char *text = captured();
        CHECK(strcmp(text, rows[i].expected) == 0, "row %zu: got %s", i, text);
    }
    capture_end();
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *flood(void *unused)
{
    (void)unused;
    for (int i = 0; i < 500; i++)
        log_limited(LOG_LEVEL_INFO, "refused");
    return NULL;
}

static void bounds_what_clients_cause_from_all_threads_and_tells_what_was_left_out(void)
{
    pthread_t threads[2];
    unsigned told = 0;
    capture_begin();
    int64_t start = now_ms();
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, flood, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    const char *text = captured();
    unsigned lines = count_lines(text);
    int64_t allowed = LOG_LIMITED_PER_S + (now_ms() - start) * LOG_LIMITED_PER_S / 1000 + 1;
    CHECK(lines >= 1 && lines <= allowed, "%u lines", lines);
    /* Any line may tell it, as soon as a token is there: also one of the flood, for a part. */
    told = count_left_out(text);
    while (told + allowed < 1000 && now_ms() < start + 10000) {
        log_line(LOG_LEVEL_INFO, "ours");
        told += count_left_out(captured());
    }
    CHECK(told + allowed >= 1000 && told <= 1000, "told of %u, %u lines", told, lines);
    capture_end();
}

static void *complain(void *unused)
{
    char file[] = "x.ini";
    char sentence[] = "patient";
    struct finding finding = {
        .severity = SEVERITY_ERROR, .where = file, .line = 1, .problem = sentence};
    (void)unused;
    log_finding(&finding);
    return NULL;
}

/* Whether the thread runs still after a tenth of a second. */
static bool goes_on(pthread_t thread)
{
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_sec += soon.tv_nsec >= 900000000;
    soon.tv_nsec = (soon.tv_nsec + 100000000) % 1000000000;
    return pthread_timedjoin_np(thread, NULL, &soon) != 0;
}

/* A pipe that holds one line, which is in it. */
static void fill_small_pipe(void)
{
    capture_begin_with(4096);
    log_never_wait();
    log_begin_load();
    log_line(LOG_LEVEL_INFO, "first");
}

/* Takes that line and nothing else: who waits may write the next one as soon as there is room. */
static void take_first(void)
{
    char text[] = "?????\n";
    CHECK(read(read_end, text, strlen(text)) == (ssize_t)strlen(text));
    CHECK(strcmp(text, "first\n") == 0, "got %s", text);
}

static void waits_for_a_reader_with_complaints_and_not_with_the_lines_of_other_threads(void)
{
    pthread_t thread;
    unsigned lines = 0;
    char expected[64];
    fill_small_pipe();
    int64_t begun = now_ms();
    pthread_create(&thread, NULL, complain, NULL);
    CHECK(goes_on(thread), "it did not wait");
    for (; pthread_tryjoin_np(thread, NULL) != 0; lines++)
        log_line(LOG_LEVEL_INFO, "quick");
    CHECK(now_ms() - begun >= 900, "the complaint waited %d ms", (int)(now_ms() - begun));
    CHECK(lines > 5, "%u lines in the time of one complaint: they waited, too", lines);
    CHECK(strcmp(captured(), "first\n") == 0);
    log_line(LOG_LEVEL_INFO, "last");
    snprintf(expected, sizeof(expected), "%u lines were lost: nobody read the log\nlast\n",
             lines + 1);
    const char *text = captured();
    CHECK(strcmp(text, expected) == 0, "got %s, not %s", text, expected);
    capture_end();
}

static void a_complaint_waits_though_other_lines_were_lost(void)
{
    pthread_t thread;
    fill_small_pipe();
    log_line(LOG_LEVEL_INFO, "lost");
    pthread_create(&thread, NULL, complain, NULL);
    CHECK(goes_on(thread), "it did not wait");
    take_first();
    pthread_join(thread, NULL);
    const char *text = captured();
    CHECK(strcmp(text, "1 lines were lost: nobody read the log\nx.ini:1: error: patient\n") == 0,
          "got %s", text);
    capture_end();
}

/* Takes what is in the pipe, once, and is slow to come again, until it is told to end. */
static void *read_slowly(void *ends)
{
    char text[4096];
    while (!__atomic_load_n((bool *)ends, __ATOMIC_ACQUIRE))
        poll(NULL, 0, read(read_end, text, sizeof(text)) > 0 ? 400 : 1);
    return NULL;
}

static void bounds_what_the_complaints_of_one_load_wait_in_all(void)
{
    pthread_t thread;
    bool ends = false;
    fill_small_pipe();
    pthread_create(&thread, NULL, read_slowly, &ends);
    int64_t begun = now_ms();
    for (int i = 0; i < 40; i++)
        complain(NULL);
    int64_t took = now_ms() - begun;
    CHECK(took > 4000 && took < 8000, "%d ms", (int)took);
    __atomic_store_n(&ends, true, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    capture_end();
}

static void clients_keep_no_line_about_the_machine_out(void)
{
    capture_begin();
    for (int i = 0; i < 1000; i++)
        log_limited(LOG_LEVEL_INFO, "refused");
    for (int i = 0; i < 100; i++)
        log_trouble(LOG_LEVEL_ERROR, "accepting pauses");
    log_limited(LOG_LEVEL_INFO, "refused");
    unsigned troubles = 0;
    for (const char *at = captured(); (at = strstr(at, "accepting pauses")) != NULL; at++)
        troubles++;
    CHECK(troubles >= LOG_TROUBLES_PER_S && troubles < 100, "%u", troubles);
    capture_end();
}

static void is_silent_when_stderr_is_closed(void)
{
    int kept = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    log_open();
    log_line(LOG_LEVEL_INFO, "nobody reads this");
    dup2(kept, STDERR_FILENO);
    close(kept);
    CHECK(fcntl(STDERR_FILENO, F_GETFD) >= 0, "stderr is lost");
}

static const struct test tests[] = {
    TEST(writes_one_plain_line_without_a_journal),
    TEST(prefixes_the_priority_when_stderr_is_the_journal),
    TEST(does_not_prefix_when_stderr_was_redirected_away_from_the_journal),
    TEST(replaces_control_bytes_and_keeps_utf8_of_our_own_lines),
    TEST(replaces_every_byte_of_clients_that_is_not_printable_ascii),
    TEST(cuts_a_long_line_and_marks_it),
    TEST(cuts_between_characters_never_inside_one),
    TEST(writes_complaints_with_their_place),
    TEST(bounds_what_clients_cause_from_all_threads_and_tells_what_was_left_out),
    TEST(waits_for_a_reader_with_complaints_and_not_with_the_lines_of_other_threads),
    TEST(a_complaint_waits_though_other_lines_were_lost),
    TEST(bounds_what_the_complaints_of_one_load_wait_in_all),
    TEST(clients_keep_no_line_about_the_machine_out),
    TEST(is_silent_when_stderr_is_closed),
};

TEST_MAIN(tests)
