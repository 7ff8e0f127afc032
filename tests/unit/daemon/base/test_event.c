/* SPDX-License-Identifier: ISC */
/* test_event: lines of fields on stderr, and the entries that a journal's socket receives. */
#include "daemon/base/event.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/base/journal.h"
#include "test.h"

static struct event event;

static int bound_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    return fd;
}

/* A journal's socket, connected to; returns its other end. */
static int open_socket(void)
{
    char path[64];
    const char *directory = getenv("TMPDIR");
    snprintf(path, sizeof(path), "%s/j%d", directory != NULL ? directory : "/tmp", (int)getpid());
    int fd = bound_socket(path);
    CHECK(journal_open(path) && journal_is_open());
    unlink(path);
    return fd;
}

static void makes_logfmt_and_the_journal_s_fields(void)
{
    int fd = open_socket();
    event_begin(&event, "fetch");
    event_token(&event, "host", "mta-sts.a.example");
    event_number(&event, "status", 200);
    event_duration(&event, "answer_ms", 12345);
    event_duration(&event, "handshake_ms", -1);
    event_text(&event, "agent", "a b");
    event_flag(&event, "incomplete");
    CHECK(strcmp(event.line, "fetch host=mta-sts.a.example status=200 answer_ms=12.3 "
                             "agent=\"a b\" incomplete") == 0,
          "got %s", event.line);
    CHECK(strcmp(event.entries,
                 "MTA_STSD_EVENT=fetch\nMTA_STSD_HOST=mta-sts.a.example\nMTA_STSD_STATUS=200\n"
                 "MTA_STSD_ANSWER_MS=12.3\nMTA_STSD_AGENT=a b\nMTA_STSD_INCOMPLETE=1\n") == 0,
          "got %s", event.entries);
    close(fd);
    journal_close();
}

static void text_cannot_leave_its_quotes_or_its_line(void)
{
    int fd = open_socket();
    static const char *const rows[][2] = {
        {"x\" status=200 agent=\"y", "x? status=200 agent=?y"},
        {"a\nMTA_STSD_HOST=evil.example\r\n", "a?MTA_STSD_HOST=evil.example??"},
        {"\x1b[2J\x07\x7f", "?[2J??"},
        {"\xc2\x9b"
         "31m\xe2\x80\xae",
         "??31m???"}, /* C1, and one that turns the text around */
        {"back\\slash", "back?slash"},
        {"%s%n", "%s%n"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char line[128];
        char entries[128];
        event_begin(&event, "e");
        event_text(&event, "agent", rows[i][0]);
        snprintf(line, sizeof(line), "e agent=\"%s\"", rows[i][1]);
        snprintf(entries, sizeof(entries), "MTA_STSD_EVENT=e\nMTA_STSD_AGENT=%s\n", rows[i][1]);
        CHECK(strcmp(event.line, line) == 0, "got %s", event.line);
        CHECK(strcmp(event.entries, entries) == 0, "got %s", event.entries);
    }
    close(fd);
    journal_close();
}

static void what_has_no_room_is_left_out_whole(void)
{
    int fd = open_socket();
    static char longest[8193];
    memset(longest, 'x', sizeof(longest) - 1);
    event_begin(&event, "e");
    for (int i = 0; i < 10; i++)
        event_text(&event, "agent", longest);
    event_token(&event, "token", longest);
    event_number(&event, "status", 1);
    CHECK(strlen(event.line) == event.line_length && event.line_length < EVENT_LINE_MAX);
    CHECK(strlen(event.entries) == event.entries_length &&
          event.entries_length < EVENT_ENTRIES_MAX);
    CHECK(event.entries[event.entries_length - 1] == '\n');
    CHECK(strstr(event.line, " status=1") != NULL && strstr(event.line, "token") == NULL);
    close(fd);
    journal_close();
}

static void one_entry_is_one_datagram_that_nobody_waits_for(void)
{
    char got[EVENT_ENTRIES_MAX];
    journal_close();
    CHECK(!journal_open("/nonexistent/socket") && !journal_is_open());
    CHECK(journal_send("A=1\n", 4) == JOURNAL_CLOSED);

    int fd = open_socket();
    CHECK(journal_send("A=1\nB=2\n", 8) == JOURNAL_SENT);
    CHECK(recv(fd, got, sizeof(got), 0) == 8 && memcmp(got, "A=1\nB=2\n", 8) == 0);

    enum journal_sent sent = JOURNAL_SENT;
    for (int i = 0; i < 100000 && sent == JOURNAL_SENT; i++)
        sent = journal_send("A=1\n", 4);
    CHECK(sent == JOURNAL_FULL && journal_is_open());
    CHECK(recv(fd, got, sizeof(got), 0) == 4 && journal_send("A=1\n", 4) == JOURNAL_SENT);

    close(fd);
    CHECK(journal_send("A=1\n", 4) == JOURNAL_CLOSED && !journal_is_open());
    journal_close();
}

static const struct test tests[] = {
    TEST(makes_logfmt_and_the_journal_s_fields),
    TEST(text_cannot_leave_its_quotes_or_its_line),
    TEST(what_has_no_room_is_left_out_whole),
    TEST(one_entry_is_one_datagram_that_nobody_waits_for),
};

TEST_MAIN(tests)
