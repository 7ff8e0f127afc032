/* SPDX-License-Identifier: ISC */
/* logline: one line of the server's access log, as mta-stsd(8) describes it, read. */
#include "ctl/seen/logline.h"

#include <limits.h>
#include <string.h>

#include "common/name/hostname.h"
#include "common/senders/sender_agent.h"
#include "ctl/seen/logfields.h"

#define TIME_LENGTH    20 /* 2026-11-21T23:05:46Z */
#define SYSLOG_DATE    15 /* Nov 29 12:00:00 */
#define AGE_DIGITS_MAX 9  /* 31557600 is the longest max_age */

/* Literals, whose lengths the compiler knows: a line has many comparisons. */
#define BEGINS(span, text)                                                                         \
    ((span).length >= sizeof(text) - 1 && memcmp((span).bytes, text, sizeof(text) - 1) == 0)
#define EQUALS(span, text) ((span).length == sizeof(text) - 1 && BEGINS(span, text))

/* ---- What stands before the line. */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static void skip(struct span *rest, size_t count)
{
    rest->bytes += count;
    rest->length -= count;
}

#define SKIP(rest, text) (BEGINS(*(rest), text) && (skip(rest, sizeof(text) - 1), true))

/* A word and the blank behind it. */
static bool skip_word(struct span *rest)
{
    const char *blank = memchr(rest->bytes, ' ', rest->length);
    if (blank == NULL || blank == rest->bytes)
        return false;
    skip(rest, (size_t)(blank - rest->bytes) + 1);
    return true;
}

/* "mta-stsd: " or "mta-stsd[123]: ". */
static bool skip_tag(struct span *rest)
{
    if (!SKIP(rest, "mta-stsd"))
        return false;
    if (rest->length > 0 && rest->bytes[0] == '[') {
        skip(rest, 1);
        while (rest->length > 0 && is_digit(rest->bytes[0]))
            skip(rest, 1);
        if (!SKIP(rest, "]"))
            return false;
    }
    return SKIP(rest, ": ");
}

/* What another program wrote into the same file never passes for a line of ours: only the place
 * behind date, host and tag counts. */
static bool skip_prefix(struct span *rest)
{
    if (rest->length > 3 && rest->bytes[0] == '<' && is_digit(rest->bytes[1]) &&
        rest->bytes[2] == '>')
        skip(rest, 3);
    if (BEGINS(*rest, "fetch ") || BEGINS(*rest, "log "))
        return true;
    if (rest->length > 0 && is_digit(rest->bytes[0])) {
        if (!skip_word(rest))
            return false;
        if (SKIP(rest, "stderr F ") || SKIP(rest, "stdout F "))
            return true;
        return skip_word(rest) && skip_tag(rest);
    }
    if (rest->length <= SYSLOG_DATE || rest->bytes[3] != ' ' || rest->bytes[6] != ' ' ||
        rest->bytes[SYSLOG_DATE] != ' ')
        return false;
    skip(rest, SYSLOG_DATE + 1);
    return skip_word(rest) && skip_tag(rest);
}

/* ---- The values. */

/* Digits alone; returns false for others, and for too many. */
static bool read_number(uint64_t *out, struct span text, size_t most)
{
    uint64_t number = 0;
    if (text.length == 0 || text.length > most)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_digit(text.bytes[i]))
            return false;
        number = number * 10 + (uint64_t)(text.bytes[i] - '0');
    }
    *out = number;
    return true;
}

/* *is_wrong is set for what is none. */
static int two(const char *at, bool *is_wrong)
{
    *is_wrong = *is_wrong || !is_digit(at[0]) || !is_digit(at[1]);
    return (at[0] - '0') * 10 + (at[1] - '0');
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, whose years begin in March here. */
static int64_t days_of(int year, int month, int day)
{
    int shifted = year - (month <= 2);
    int in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return (int64_t)shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + in_year - 719468;
}

/* 0: it is no time. */
static int64_t read_time(struct span text)
{
    const char *at = text.bytes;
    if (text.length != TIME_LENGTH || at[4] != '-' || at[7] != '-' || at[10] != 'T' ||
        at[13] != ':' || at[16] != ':' || at[19] != 'Z')
        return 0;
    bool is_wrong = false;
    int year = two(at, &is_wrong) * 100 + two(at + 2, &is_wrong), month = two(at + 5, &is_wrong);
    int day = two(at + 8, &is_wrong), hour = two(at + 11, &is_wrong);
    int minute = two(at + 14, &is_wrong), second = two(at + 17, &is_wrong);
    if (is_wrong || year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
        minute > 59 || second > 60)
        return 0;
    return ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

/* Negative: it is none. */
static int digit_of(char byte)
{
    static const signed char one_more[UCHAR_MAX + 1] = {
        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
        ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
        ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    };
    return one_more[(unsigned char)byte] - 1;
}

static bool read_id(unsigned char out[LOGLINE_ID_BYTES], struct span text)
{
    if (text.length != (size_t)2 * LOGLINE_ID_BYTES)
        return false;
    for (size_t i = 0; i < LOGLINE_ID_BYTES; i++) {
        int high = digit_of(text.bytes[2 * i]), low = digit_of(text.bytes[2 * i + 1]);
        if ((high | low) < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* "5c1f00aa-17": eight hexadecimal digits, and a number. */
static bool read_line_number(struct logline *out, struct span text)
{
    uint32_t run = 0;
    if (text.length < 10 || text.bytes[8] != '-')
        return false;
    struct span number = {text.bytes + 9, text.length - 9};
    for (size_t i = 0; i < 8; i++) {
        int digit = digit_of(text.bytes[i]);
        if (digit < 0)
            return false;
        run = run << 4 | (uint32_t)digit;
    }
    if (!read_number(&out->number, number, 18))
        return false;
    out->run = run;
    return true;
}

/* Only bytes of a name, so that nothing else of a log is ever shown. */
static bool read_host(struct span *out, struct span text)
{
    if (text.length > HOSTNAME_MAX || !BEGINS(text, HOSTNAME_POLICY_PREFIX))
        return false;
    skip(&text, sizeof(HOSTNAME_POLICY_PREFIX) - 1);
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (!((byte >= 'a' && byte <= 'z') || is_digit(byte) || byte == '-' || byte == '.'))
            return false;
    }
    *out = text;
    return text.length > 0;
}

/* As span_equal, which is slower where most texts differ in their first letter. */
static bool is_word(struct span text, const char *word)
{
    size_t i = 0;
    while (i < text.length && word[i] != '\0' && text.bytes[i] == word[i])
        i++;
    return i == text.length && word[i] == '\0';
}

static bool read_mode(enum policy_mode *out, struct span text)
{
    static const enum policy_mode modes[] = {POLICY_MODE_ENFORCE, POLICY_MODE_TESTING,
                                             POLICY_MODE_NONE};
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (is_word(text, policy_mode_name(modes[i]))) {
            *out = modes[i];
            return true;
        }
    }
    return false;
}

static size_t read_family(struct span text)
{
    size_t family = 0;
    while (family < SENDER_AGENT_OTHER && !is_word(text, sender_agent_name(family)))
        family++;
    return family;
}

/* ---- The kinds of lines. */

/* A whole answer is numbered; what a client left early with is not, and may be held all the same.
 */
static void judge_fetch(struct logline *out, const struct logfields *fields)
{
    uint64_t max_age = 0;
    if (!EQUALS(fields->status, "200"))
        return;
    out->kind = LOGLINE_BARE;
    if (!read_host(&out->domain, fields->host) || !read_id(out->id, fields->id) ||
        !read_mode(&out->mode, fields->mode) ||
        !read_number(&max_age, fields->max_age, AGE_DIGITS_MAX))
        return;
    if (!fields->is_incomplete && !read_line_number(out, fields->line))
        return;
    out->max_age = (uint32_t)max_age;
    out->family = read_family(fields->sender);
    out->kind = LOGLINE_FETCH;
}

static void judge_mark(struct logline *out, const struct logfields *fields)
{
    static const char *const causes[] = {
        [LOGLINE_START] = "start",
        [LOGLINE_RELOAD] = "reload",
        [LOGLINE_HOUR] = "hour",
        [LOGLINE_STOP] = "stop",
    };
    if (!read_line_number(out, fields->line))
        return;
    for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
        if (span_equal(fields->cause, causes[i])) {
            out->cause = (enum logline_cause)i;
            out->is_on = span_equal(fields->access_log, "on");
            out->has_policies = read_id(out->id, fields->policies);
            out->kind = LOGLINE_MARK;
        }
    }
}

void logline_read(struct logline *out, const char *bytes, size_t length)
{
    struct span rest = {bytes, length};
    struct logfields fields;
    *out = (struct logline){.kind = LOGLINE_OTHER};
    if (!skip_prefix(&rest))
        return;
    bool is_mark = BEGINS(rest, "log ");
    if (!is_mark && !BEGINS(rest, "fetch "))
        return;
    skip(&rest, is_mark ? sizeof("log") : sizeof("fetch"));
    if (!logfields_read(&fields, rest.bytes, rest.length))
        return;
    out->time = read_time(fields.time);
    if (out->time == 0)
        return;
    if (is_mark)
        judge_mark(out, &fields);
    else
        judge_fetch(out, &fields);
}
