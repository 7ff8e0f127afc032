/* SPDX-License-Identifier: ISC */
/* event: a line of the log made of fields, as logfmt writes them; the journal gets them as fields
 * of its own, too. */
#include "daemon/base/event.h"

#include <string.h>
#include <time.h>

#include "daemon/base/journal.h"

#define PREFIX     "MTA_STSD_"
#define TEXT_MAX   640 /* bytes of one text that are shown */
#define NUMBER_MAX 24

static void put(char *out, size_t *length, const char *bytes, size_t count)
{
    memcpy(out + *length, bytes, count);
    *length += count;
    out[*length] = '\0';
}

/* HOST of host. */
static void put_raised(char *out, size_t *length, const char *key, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[*length + i] = key[i] >= 'a' && key[i] <= 'z' ? (char)(key[i] - 'a' + 'A') : key[i];
    *length += count;
}

static void put_entry(struct event *event, const char *key, size_t key_length, const char *value,
                      size_t value_length)
{
    size_t *length = &event->entries_length;
    size_t needed = sizeof(PREFIX) - 1 + key_length + 1 + value_length + 1;
    if (!journal_is_open() || needed >= sizeof(event->entries) - *length)
        return;
    put(event->entries, length, PREFIX, sizeof(PREFIX) - 1);
    put_raised(event->entries, length, key, key_length);
    put(event->entries, length, "=", 1);
    put(event->entries, length, value, value_length);
    put(event->entries, length, "\n", 1);
}

/* quote: "" or a quote. */
static void add(struct event *event, const char *key, const char *value, const char *quote)
{
    size_t *length = &event->line_length;
    size_t key_length = strlen(key);
    size_t value_length = strlen(value);
    size_t quotes = strlen(quote);
    put_entry(event, key, key_length, value, value_length);
    if (key_length + value_length + 2 * quotes + 2 >= sizeof(event->line) - *length)
        return;
    put(event->line, length, " ", 1);
    put(event->line, length, key, key_length);
    put(event->line, length, "=", 1);
    put(event->line, length, quote, quotes);
    put(event->line, length, value, value_length);
    put(event->line, length, quote, quotes);
}

/* A word of the line that has no value there. */
static void add_word(struct event *event, const char *word, const char *key, const char *value)
{
    size_t count = strlen(word);
    put_entry(event, key, strlen(key), value, strlen(value));
    if (count + 1 >= sizeof(event->line) - event->line_length)
        return;
    if (event->line_length > 0)
        put(event->line, &event->line_length, " ", 1);
    put(event->line, &event->line_length, word, count);
}

void event_begin(struct event *event, const char *kind)
{
    event->line_length = 0;
    event->entries_length = 0;
    event->entries[0] = '\0';
    add_word(event, kind, "event", kind);
}

void event_token(struct event *event, const char *key, const char *value)
{
    add(event, key, value, "");
}

void event_text(struct event *event, const char *key, const char *value)
{
    char clean[TEXT_MAX];
    size_t length = 0;
    for (; length < TEXT_MAX - 1 && value[length] != '\0'; length++) {
        char byte = value[length];
        bool is_clean = byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';
        clean[length] = is_clean ? byte : '?';
    }
    clean[length] = '\0';
    add(event, key, clean, "\"");
}

/* The decimal digits, at the end of the buffer. */
static const char *digits(char out[NUMBER_MAX], uint64_t number)
{
    size_t at = NUMBER_MAX - 1;
    out[at] = '\0';
    do {
        out[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return out + at;
}

void event_number(struct event *event, const char *key, uint64_t number)
{
    char value[NUMBER_MAX];
    event_token(event, key, digits(value, number));
}

void event_duration(struct event *event, const char *key, int64_t duration_us)
{
    char whole[NUMBER_MAX];
    char value[NUMBER_MAX + 2];
    if (duration_us < 0)
        return;
    const char *text = digits(whole, (uint64_t)duration_us / 1000);
    size_t length = strlen(text);
    memcpy(value, text, length);
    value[length] = '.';
    value[length + 1] = (char)('0' + duration_us % 1000 / 100);
    value[length + 2] = '\0';
    event_token(event, key, value);
}

/* Years have four digits until the year 10000. */
static void put_number(char *out, int number, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + number % 10);
        number /= 10;
    }
}

void event_time(struct event *event)
{
    char stamp[] = "0000-00-00T00:00:00Z";
    struct tm now;
    time_t seconds = time(NULL);
    if (gmtime_r(&seconds, &now) == NULL)
        return;
    put_number(stamp, now.tm_year + 1900, 4);
    put_number(stamp + 5, now.tm_mon + 1, 2);
    put_number(stamp + 8, now.tm_mday, 2);
    put_number(stamp + 11, now.tm_hour, 2);
    put_number(stamp + 14, now.tm_min, 2);
    put_number(stamp + 17, now.tm_sec, 2);
    event_token(event, "time", stamp);
}

void event_flag(struct event *event, const char *key)
{
    add_word(event, key, key, "1");
}

void event_write(const struct event *event, enum log_level level, bool is_limited)
{
    log_record(level, is_limited, event->line, event->entries);
}
