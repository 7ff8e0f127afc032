/* SPDX-License-Identifier: ISC */
/* test_logline: lines of the access log, and lines that look like them. */
#include "ctl/seen/logline.h"

#include "common/senders/sender_agent.h"
#include "test.h"

#define TIME "time=2026-11-21T23:05:46Z"
#define HOST " host=mta-sts.example.com"
#define ID   " id=1f2e3d4c5b6a79880716"
#define AGE  " max_age=604800"
#define LINE " line=0badcafe-17"
#define SAID " claimed_sender=\"Google\" agent=\"Google-SMTP-STS\""
#define FETCH                                                                                      \
    "fetch " TIME HOST " client=192.0.2.7 status=200 bytes=3" ID " mode=enforce" AGE LINE SAID

static struct logline read_text(const char *text)
{
    struct logline line;
    logline_read(&line, text, strlen(text));
    return line;
}

static void reads_a_fetch(void)
{
    static const unsigned char id[] = {0x1f, 0x2e, 0x3d, 0x4c, 0x5b, 0x6a, 0x79, 0x88, 0x07, 0x16};
    struct logline line = read_text(FETCH);
    CHECK(line.kind == LOGLINE_FETCH && line.time == 1795302346, "%lld", (long long)line.time);
    CHECK(span_equal(line.domain, "example.com"));
    CHECK(memcmp(line.id, id, sizeof(id)) == 0);
    CHECK(line.mode == POLICY_MODE_ENFORCE && line.max_age == 604800);
    CHECK(line.run == 0x0badcafe && line.number == 17);
    CHECK(strcmp(sender_agent_name(line.family), "Google") == 0);
}

static void reads_a_mark(void)
{
    struct logline line = read_text("log " TIME " access_log=off log_clients=full cause=reload "
                                    "policies=1f2e3d4c5b6a79880716 line=00000001-2");
    CHECK(line.kind == LOGLINE_MARK && line.cause == LOGLINE_RELOAD && !line.is_on);
    CHECK(line.has_policies && line.id[9] == 0x16 && line.run == 1 && line.number == 2);
    line = read_text("log " TIME " access_log=on log_clients=none cause=stop line=00000001-3");
    CHECK(line.kind == LOGLINE_MARK && line.cause == LOGLINE_STOP && line.is_on);
    CHECK(!line.has_policies);
}

static const struct {
    const char *text;
    enum logline_kind kind;
} rows[] = {
    {"<6>" FETCH, LOGLINE_FETCH},
    {"Nov 29 12:00:00 host mta-stsd[123]: " FETCH, LOGLINE_FETCH},
    {"Nov  9 12:00:00 host mta-stsd: " FETCH, LOGLINE_FETCH},
    {"2026-11-29T12:00:00.123+00:00 host mta-stsd[1]: " FETCH, LOGLINE_FETCH},
    {"2026-11-29T12:00:00.123Z stderr F " FETCH, LOGLINE_FETCH},
    {FETCH " incomplete", LOGLINE_FETCH},
    {"fetch " TIME HOST " status=200" ID " mode=none" AGE " agent=\"\" incomplete", LOGLINE_FETCH},
    /* What others write into the same file. */
    {"Nov 29 12:00:00 host sshd[123]: " FETCH, LOGLINE_OTHER},
    {"Nov 29 12:00:00 host sshd[1]: user mta-stsd[123]: " FETCH, LOGLINE_OTHER},
    {"2026-11-29T12:00:00Z host other: mta-stsd: " FETCH, LOGLINE_OTHER},
    {"2026-11-29T12:00:00.123Z stderr P " FETCH, LOGLINE_OTHER},
    {"x " FETCH, LOGLINE_OTHER},
    {" " FETCH, LOGLINE_OTHER},
    {"refused client=192.0.2.7 reason=\"" FETCH "\"", LOGLINE_OTHER},
    {"mta-sts.example.com: " FETCH, LOGLINE_OTHER},
    /* Nothing that anybody may hold. */
    {"fetch " TIME HOST " status=404 agent=\"status=200\"", LOGLINE_OTHER},
    {"fetch " TIME HOST " status=0 incomplete", LOGLINE_OTHER},
    /* A served policy of which too little is said. */
    {"fetch " TIME HOST " status=200 agent=\"\"", LOGLINE_BARE},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE SAID, LOGLINE_BARE},
    {"fetch " TIME HOST " status=200" ID " mode=Enforce" AGE LINE, LOGLINE_BARE},
    {"fetch " TIME HOST " status=200" ID " mode=enforce max_age=1234567890" LINE, LOGLINE_BARE},
    {"fetch " TIME HOST " status=200" ID " mode=enforce max_age=-1" LINE, LOGLINE_BARE},
    {"fetch " TIME HOST " status=200 id=1F2e3d4c5b6a79880716 mode=enforce" AGE LINE, LOGLINE_BARE},
    {"fetch " TIME HOST " status=200 id=1f mode=enforce" AGE LINE, LOGLINE_BARE},
    {"fetch " TIME " host=example.com status=200" ID " mode=enforce" AGE LINE, LOGLINE_BARE},
    {"fetch " TIME " host=mta-sts. status=200" ID " mode=enforce" AGE LINE, LOGLINE_BARE},
    {"fetch " TIME " host=mta-sts.\x1b[1m.example status=200" ID " mode=enforce" AGE LINE,
     LOGLINE_BARE},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE " line=0badcafe-", LOGLINE_BARE},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE " line=0badcaf-1", LOGLINE_BARE},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE " line=0badcafe-1x", LOGLINE_BARE},
    /* Keys in any order, unknown ones, and those that only begin or end like known ones. */
    {"fetch agent=\"\"" LINE AGE " mode=enforce" ID " status=200" HOST " " TIME, LOGLINE_FETCH},
    {"fetch new=1 " TIME " hosts=x" HOST " status=200 idx=y" ID " x_id=z mode=enforce" AGE LINE,
     LOGLINE_FETCH},
    {"fetch " TIME HOST " client=1 client=2 status=200" ID " mode=enforce" AGE LINE " agent=",
     LOGLINE_FETCH},
    {"fetch " TIME HOST " status=200 id= mode=enforce" AGE LINE, LOGLINE_BARE},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE LINE " id=", LOGLINE_OTHER},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE LINE " id", LOGLINE_FETCH},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE LINE " incomplete=", LOGLINE_FETCH},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE LINE " claimed_sender", LOGLINE_FETCH},
    {"fetch " TIME HOST " status=200" ID " mode=enforce" AGE LINE " status=200", LOGLINE_OTHER},
    {"log " TIME " cause=hour access_log=on line=00000001-1", LOGLINE_MARK},
    /* Lines that the server does not write. */
    {"fetch " TIME HOST HOST " status=200" ID " mode=enforce" AGE LINE, LOGLINE_OTHER},
    {"fetch " HOST " status=200" ID " mode=enforce" AGE LINE, LOGLINE_OTHER},
    {"fetch time=2026-13-21T23:05:46Z" HOST " status=200", LOGLINE_OTHER},
    {"fetch time=2026-11-21t23:05:46Z" HOST " status=200", LOGLINE_OTHER},
    {"fetch " TIME HOST " status=200 agent=\"open", LOGLINE_OTHER},
    {"fetch " TIME HOST " status=200 agent=\"x\"y", LOGLINE_OTHER},
    {"fetch " TIME HOST "  status=200", LOGLINE_OTHER},
    {"fetch =" TIME, LOGLINE_OTHER},
    {"fetch time=2026-11-2:T23:05:46Z" HOST " status=200", LOGLINE_OTHER},
    {"fetch time=/026-11-21T23:05:46Z" HOST " status=200", LOGLINE_OTHER},
    {"fetch time=2026-11-21T23:05:4 Z" HOST " status=200", LOGLINE_OTHER},
    {"fetch time=2026-11-21T24:05:46Z" HOST " status=200", LOGLINE_OTHER},
    {"fetch ", LOGLINE_OTHER},
    {"log " TIME " access_log=on cause=start", LOGLINE_OTHER},
    {"log " TIME " access_log=on cause=never line=00000001-1", LOGLINE_OTHER},
    {"<6>", LOGLINE_OTHER},
    {"Nov 29 12:00:00 ", LOGLINE_OTHER},
    {"", LOGLINE_OTHER},
};

static void judges_each_line(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct logline line = read_text(rows[i].text);
        CHECK(line.kind == rows[i].kind, "row %zu, %d: %s", i, (int)line.kind, rows[i].text);
    }
}

static void an_agent_is_never_read_as_fields(void)
{
    struct logline line = read_text("fetch " TIME HOST " status=200" ID " mode=enforce" AGE LINE
                                    " claimed_sender=\"other\" agent=\" id=00000000000000000000 "
                                    "max_age=1 time=2020-01-01T00:00:00Z line=00000000-1\"");
    CHECK(line.kind == LOGLINE_FETCH && line.max_age == 604800 && line.number == 17);
    CHECK(line.time == 1795302346 && line.id[0] == 0x1f);
    CHECK(line.family == SENDER_AGENT_OTHER);
}

static const struct test tests[] = {
    TEST(reads_a_fetch),
    TEST(reads_a_mark),
    TEST(judges_each_line),
    TEST(an_agent_is_never_read_as_fields),
};

TEST_MAIN(tests)
