/* SPDX-License-Identifier: ISC */
/* series: the days of sessions that have all but the day in common, as bytes of the store; pure. */
#include "ctl/tlsrpt/series.h"

#include <stdlib.h>
#include <string.h>

#define WEEK        7
#define ALL_DAYS    0x7fu
#define ITEM_MOST   96 /* bytes of one item */
#define HIGHEST_BIT ((int)sizeof(unsigned) * 8 - 1)

/* Bits of an item's second number. Each item is: days since the item before, bits, then what the
 * bits say, each as a number of seven bits a byte, the low ones first. */
enum {
    IS_WEEK = 1,   /* the bits of its days follow */
    HAS_MODE = 2,  /* the mode is in the next two bits */
    MODE = 4,      /* 0, 4 or 8 */
    ONE = 16,      /* reports, domain_reports, kind_reports and entries are 1 each */
    NONE = 32,     /* they are 0; neither: they follow */
    MEASURED = 64, /* evidence is as many as successes, and does not follow */
    FAILED = 128,  /* failures follow, and neither successes nor evidence */
    ALL_BITS = 255,
};

int series_week(int day)
{
    return day - (day + 3) % WEEK; /* the epoch was a Thursday */
}

int series_first(const struct series_day *day)
{
    unsigned days = day->days & ALL_DAYS;
    return day->day + (days != 0 ? __builtin_ctz(days) : 0);
}

int series_last(const struct series_day *day)
{
    unsigned days = day->days & ALL_DAYS;
    return day->day + (days != 0 ? HIGHEST_BIT - __builtin_clz(days) : 0);
}

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum = a + b;
    if (sum < 0)
        return 0;
    return sum < SERIES_COUNT_MAX ? sum : SERIES_COUNT_MAX;
}

/* The mode is that of the newer one. */
static void join(struct series_day *into, const struct series_day *day)
{
    if (day->has_mode && (!into->has_mode || series_last(day) >= series_last(into))) {
        into->has_mode = true;
        into->mode = day->mode;
    }
    into->days |= day->days;
    into->reports = add(into->reports, day->reports);
    into->domain_reports = add(into->domain_reports, day->domain_reports);
    into->kind_reports = add(into->kind_reports, day->kind_reports);
    into->entries = add(into->entries, day->entries);
    into->successes = add(into->successes, day->successes);
    into->evidence = add(into->evidence, day->evidence);
    into->failures = add(into->failures, day->failures);
}

static bool is_nothing(const struct series_day *day)
{
    return day->kind_reports == 0 && day->entries == 0 && day->failures == 0 && day->successes == 0;
}

/* The day as it is kept: in its week where that is summed. */
static struct series_day as_kept(const struct series_day *day, int weeks_before)
{
    struct series_day kept = *day;
    if (kept.is_week || kept.day >= weeks_before)
        return kept;
    kept.is_week = true;
    kept.day = series_week(day->day);
    kept.days = 1u << (day->day - kept.day);
    return kept;
}

static int make_room(struct series *series, struct error *why)
{
    if (series->count < series->room)
        return 0;
    size_t room = series->room == 0 ? 16 : series->room * 2;
    struct series_day *items = reallocarray(series->items, room, sizeof(*items));
    if (items == NULL)
        return error_set(why, "out of memory");
    series->items = items;
    series->room = room;
    return 0;
}

int series_add(struct series *series, const struct series_day *day, int weeks_before,
               struct error *why)
{
    struct series_day kept = as_kept(day, weeks_before);
    size_t at = series->count;
    while (at > 0 && series->items[at - 1].day > kept.day)
        at--;
    if (at == 0 || series->items[at - 1].day != kept.day) {
        if (make_room(series, why) != 0)
            return -1;
        memmove(series->items + at + 1, series->items + at,
                (series->count - at) * sizeof(*series->items));
        series->items[at] =
            (struct series_day){.day = kept.day, .is_week = kept.is_week, .days = kept.days};
        series->count++;
        at++;
    }
    join(&series->items[at - 1], &kept);
    if (is_nothing(&series->items[at - 1])) {
        memmove(series->items + at - 1, series->items + at,
                (series->count - at) * sizeof(*series->items));
        series->count--;
    }
    return 0;
}

bool series_fold(struct series *series, int weeks_before, int kept_from)
{
    size_t kept = 0;
    bool changed = false;
    for (size_t i = 0; i < series->count; i++) {
        struct series_day day = as_kept(&series->items[i], weeks_before);
        changed = changed || day.is_week != series->items[i].is_week;
        if (series_last(&day) < kept_from)
            changed = true;
        else if (kept > 0 && series->items[kept - 1].day == day.day)
            join(&series->items[kept - 1], &day);
        else
            series->items[kept++] = day;
    }
    series->count = kept;
    return changed;
}

/* ---- Bytes. */

struct reader {
    const unsigned char *at, *end;
    bool failed;
};

static int64_t read_number(struct reader *reader, int64_t most)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift <= 56; shift += 7) {
        if (reader->at == reader->end)
            break;
        unsigned char byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) != 0)
            continue;
        if (value > (uint64_t)most || (byte == 0 && shift > 0))
            break;
        return (int64_t)value;
    }
    reader->failed = true;
    return 0;
}

static void read_reports(struct reader *reader, struct series_day *day, unsigned bits)
{
    if ((bits & ONE) != 0)
        day->reports = day->domain_reports = day->kind_reports = day->entries = 1;
    if ((bits & (ONE | NONE)) != 0)
        return;
    day->reports = read_number(reader, SERIES_COUNT_MAX);
    day->domain_reports = read_number(reader, SERIES_COUNT_MAX);
    day->kind_reports = read_number(reader, SERIES_COUNT_MAX);
    day->entries = read_number(reader, SERIES_COUNT_MAX);
}

static void read_sessions(struct reader *reader, struct series_day *day, unsigned bits)
{
    if ((bits & FAILED) != 0) {
        day->failures = read_number(reader, SERIES_COUNT_MAX);
        return;
    }
    day->successes = read_number(reader, SERIES_COUNT_MAX);
    day->evidence = (bits & MEASURED) != 0 ? day->successes : read_number(reader, SERIES_COUNT_MAX);
}

static struct series_day read_item(struct reader *reader, int before)
{
    struct series_day day = {.day = before + (int)read_number(reader, SERIES_DAY_MAX), .days = 1};
    unsigned bits = (unsigned)read_number(reader, ALL_BITS);
    unsigned mode = (bits / MODE) & 3u;
    day.is_week = (bits & IS_WEEK) != 0;
    day.has_mode = (bits & HAS_MODE) != 0;
    if (day.is_week)
        day.days = (unsigned)read_number(reader, ALL_DAYS);
    if (mode > (unsigned)POLICY_MODE_ENFORCE || (bits & ONE && bits & NONE) || day.days == 0 ||
        (!day.has_mode && mode != 0) || (day.is_week && series_week(day.day) != day.day))
        reader->failed = true;
    else
        day.mode = (enum policy_mode)mode;
    read_reports(reader, &day, bits);
    read_sessions(reader, &day, bits);
    if (day.day <= before || day.day < SERIES_DAY_MIN - WEEK || day.day > SERIES_DAY_MAX)
        reader->failed = true;
    return day;
}

int series_decode(struct series *series, const unsigned char *bytes, size_t length,
                  struct error *why)
{
    int before = 0, covered = 0;
    series->count = 0;
    if (length == 0)
        return error_set(why, "a sum has no days");
    struct reader reader = {.at = bytes, .end = bytes + length};
    while (reader.at < reader.end && length <= SERIES_BYTES_MAX) {
        struct series_day day = read_item(&reader, before);
        reader.failed = reader.failed || day.day <= covered;
        if (reader.failed)
            break;
        if (make_room(series, why) != 0)
            return -1;
        series->items[series->count++] = day;
        before = day.day;
        covered = day.is_week ? day.day + WEEK - 1 : day.day;
    }
    if (reader.at == reader.end && !reader.failed)
        return 0;
    series->count = 0;
    return error_set(why, "the days of a sum cannot be read");
}

static unsigned char *put(unsigned char *at, int64_t number)
{
    uint64_t rest = (uint64_t)number;
    while (rest >= 0x80) {
        *at++ = (unsigned char)(rest | 0x80);
        rest >>= 7;
    }
    *at++ = (unsigned char)rest;
    return at;
}

static unsigned bits_of(const struct series_day *day)
{
    unsigned bits = day->is_week ? IS_WEEK : 0;
    if (day->has_mode)
        bits |= HAS_MODE | MODE * (unsigned)day->mode;
    if (day->reports == 1 && day->domain_reports == 1 && day->kind_reports == 1 &&
        day->entries == 1)
        bits |= ONE;
    if (day->reports == 0 && day->domain_reports == 0 && day->kind_reports == 0 &&
        day->entries == 0)
        bits |= NONE;
    if (day->failures > 0)
        bits |= FAILED;
    else if (day->evidence == day->successes)
        bits |= MEASURED;
    return bits;
}

static unsigned char *put_item(unsigned char *at, const struct series_day *day, int before)
{
    unsigned bits = bits_of(day);
    at = put(at, day->day - before);
    at = put(at, bits);
    if (day->is_week)
        at = put(at, day->days);
    if ((bits & (ONE | NONE)) == 0) {
        at = put(at, day->reports);
        at = put(at, day->domain_reports);
        at = put(at, day->kind_reports);
        at = put(at, day->entries);
    }
    if ((bits & FAILED) != 0)
        return put(at, day->failures);
    at = put(at, day->successes);
    return (bits & MEASURED) != 0 ? at : put(at, day->evidence);
}

int series_encode(unsigned char **out, size_t *length, const struct series *series,
                  struct error *why)
{
    int before = 0;
    *length = 0;
    *out = reallocarray(NULL, series->count + 1, ITEM_MOST);
    if (*out == NULL)
        return error_set(why, "out of memory");
    unsigned char *at = *out;
    for (size_t i = 0; i < series->count; i++) {
        at = put_item(at, &series->items[i], before);
        before = series->items[i].day;
    }
    *length = (size_t)(at - *out);
    return 0;
}

void series_free(struct series *series)
{
    free(series->items);
    *series = (struct series){0};
}
