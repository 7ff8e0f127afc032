/* SPDX-License-Identifier: ISC */
/* logline: one line of the server's access log, as mta-stsd(8) describes it, read. */
#include "ctl/seen/logline.h"

#include <string.h>

#include "common/name/hostname.h"
#include "common/senders/sender_agent.h"

#define TIME_LENGTH    20 /* 2026-11-21T23:05:46Z */
#define SYSLOG_DATE    15 /* Nov 29 12:00:00 */
#define AGE_DIGITS_MAX 9  /* 31557600 is the longest max_age */

/* What the fields of a line say. */
struct fields {
    struct span time, host, status, id, mode, max_age, line, sender, access_log, cause, policies;
    bool is_incomplete;
};

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

static bool skip_text(struct span *rest, const char *text)
{
    if (!span_begins(*rest, text))
        return false;
    skip(rest, strlen(text));
    return true;
}

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
    if (!skip_text(rest, "mta-stsd"))
        return false;
    if (rest->length > 0 && rest->bytes[0] == '[') {
        skip(rest, 1);
        while (rest->length > 0 && is_digit(rest->bytes[0]))
            skip(rest, 1);
        if (!skip_text(rest, "]"))
            return false;
    }
    return skip_text(rest, ": ");
}

/* What another program wrote into the same file never passes for a line of ours: only the place
 * behind date, host and tag counts. */
static bool skip_prefix(struct span *rest)
{
    if (rest->length > 3 && rest->bytes[0] == '<' && is_digit(rest->bytes[1]) &&
        rest->bytes[2] == '>')
        skip(rest, 3);
    if (span_begins(*rest, "fetch ") || span_begins(*rest, "log "))
        return true;
    if (rest->length > 0 && is_digit(rest->bytes[0])) {
        if (!skip_word(rest))
            return false;
        if (skip_text(rest, "stderr F ") || skip_text(rest, "stdout F "))
            return true;
        return skip_word(rest) && skip_tag(rest);
    }
    if (rest->length <= SYSLOG_DATE || rest->bytes[3] != ' ' || rest->bytes[6] != ' ' ||
        rest->bytes[SYSLOG_DATE] != ' ')
        return false;
    skip(rest, SYSLOG_DATE + 1);
    return skip_word(rest) && skip_tag(rest);
}

/* ---- The fields. */

static bool is_key(const char *key, size_t length, const char *name, size_t name_length)
{
    return length == name_length && memcmp(key, name, length) == 0;
}

#define IS_KEY(name) is_key(key, length, name, sizeof(name) - 1)

/* Where the value of a key goes; NULL: it is not looked at. */
static struct span *find_field(struct fields *fields, const char *key, size_t length)
{
    switch (key[0]) {
    case 'a':
        return IS_KEY("access_log") ? &fields->access_log : NULL;
    case 'c':
        if (IS_KEY("claimed_sender"))
            return &fields->sender;
        return IS_KEY("cause") ? &fields->cause : NULL;
    case 'h':
        return IS_KEY("host") ? &fields->host : NULL;
    case 'i':
        return IS_KEY("id") ? &fields->id : NULL;
    case 'l':
        return IS_KEY("line") ? &fields->line : NULL;
    case 'm':
        if (IS_KEY("max_age"))
            return &fields->max_age;
        return IS_KEY("mode") ? &fields->mode : NULL;
    case 'p':
        return IS_KEY("policies") ? &fields->policies : NULL;
    case 's':
        return IS_KEY("status") ? &fields->status : NULL;
    case 't':
        return IS_KEY("time") ? &fields->time : NULL;
    default:
        return NULL;
    }
}

/* Takes one field, "key=value", "key="value"" or "word", and the blank behind it. Returns false
 * where it is none, or where a key comes twice. */
static bool take_field(struct fields *fields, const char **at, const char *end)
{
    const char *key = *at, *equals = key;
    while (equals < end && *equals != '=' && *equals != ' ')
        equals++;
    size_t length = (size_t)(equals - key);
    if (length == 0)
        return false;
    if (equals == end || *equals == ' ') {
        fields->is_incomplete = fields->is_incomplete || IS_KEY("incomplete");
        *at = equals < end ? equals + 1 : end;
        return true;
    }
    const char *value = equals + 1;
    bool is_quoted = value < end && *value == '"';
    value += is_quoted;
    const char *stop = memchr(value, is_quoted ? '"' : ' ', (size_t)(end - value));
    if (stop == NULL && is_quoted)
        return false;
    if (stop == NULL)
        stop = end;
    struct span *field = find_field(fields, key, length);
    if (field != NULL && field->bytes != NULL)
        return false;
    if (field != NULL)
        *field = (struct span){value, (size_t)(stop - value)};
    stop += is_quoted;
    if (stop < end && *stop != ' ')
        return false;
    *at = stop < end ? stop + 1 : end;
    return true;
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

static int two(const char *at)
{
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
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    const char *at = text.bytes;
    if (text.length != TIME_LENGTH)
        return 0;
    for (size_t i = 0; i < TIME_LENGTH; i++) {
        if (shape[i] == 'd' ? !is_digit(at[i]) : at[i] != shape[i])
            return 0;
    }
    int year = two(at) * 100 + two(at + 2), month = two(at + 5), day = two(at + 8);
    int hour = two(at + 11), minute = two(at + 14), second = two(at + 17);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 ||
        second > 60)
        return 0;
    return ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

static int digit_of(char byte)
{
    if (is_digit(byte))
        return byte - '0';
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static bool read_id(unsigned char out[LOGLINE_ID_BYTES], struct span text)
{
    if (text.length != (size_t)2 * LOGLINE_ID_BYTES)
        return false;
    for (size_t i = 0; i < LOGLINE_ID_BYTES; i++) {
        int high = digit_of(text.bytes[2 * i]), low = digit_of(text.bytes[2 * i + 1]);
        if (high < 0 || low < 0)
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
    if (text.bytes == NULL || text.length > HOSTNAME_MAX ||
        !span_begins(text, HOSTNAME_POLICY_PREFIX))
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

static bool read_mode(enum policy_mode *out, struct span text)
{
    static const enum policy_mode modes[] = {POLICY_MODE_ENFORCE, POLICY_MODE_TESTING,
                                             POLICY_MODE_NONE};
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (span_equal(text, policy_mode_name(modes[i]))) {
            *out = modes[i];
            return true;
        }
    }
    return false;
}

static size_t read_family(struct span text)
{
    size_t family = 0;
    while (family < SENDER_AGENT_OTHER && !span_equal(text, sender_agent_name(family)))
        family++;
    return family;
}

/* ---- The kinds of lines. */

/* A whole answer is numbered; what a client left early with is not, and may be held all the same.
 */
static void judge_fetch(struct logline *out, const struct fields *fields)
{
    uint64_t max_age = 0;
    if (!span_equal(fields->status, "200"))
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

static void judge_mark(struct logline *out, const struct fields *fields)
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
    struct fields fields = {0};
    *out = (struct logline){.kind = LOGLINE_OTHER};
    if (!skip_prefix(&rest))
        return;
    bool is_mark = span_begins(rest, "log ");
    if (!is_mark && !span_begins(rest, "fetch "))
        return;
    const char *at = rest.bytes + (is_mark ? 4 : 6), *end = rest.bytes + rest.length;
    while (at < end) {
        if (!take_field(&fields, &at, end))
            return;
    }
    out->time = read_time(fields.time);
    if (out->time == 0)
        return;
    if (is_mark)
        judge_mark(out, &fields);
    else
        judge_fetch(out, &fields);
}
