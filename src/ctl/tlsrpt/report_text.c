/* SPDX-License-Identifier: ISC */
/* report_text: the texts and dates of a report, made fit for a terminal and for comparing. */
#include "ctl/tlsrpt/report_text.h"

#include <ctype.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/moment.h"
#include "common/name/hostname.h"

#define DAY_S 86400

char *report_clean(char *out, size_t size, const char *text)
{
    size_t used = 0;
    while (*text == ' ')
        text++;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte >= 0x80 && byte < 0xc0) /* the rest of a character */
            continue;
        if (used + 1 == size) {
            memcpy(out + size - sizeof("..."), "...", sizeof("..."));
            return out;
        }
        out[used++] = byte >= ' ' && byte < 0x7f ? *text : '?';
    }
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
    return out;
}

const char *report_text(struct arena *arena, const char *text)
{
    char clean[REPORT_TEXT_MAX + 1];
    report_clean(clean, sizeof(clean), text);
    return arena_copy(arena, clean, strlen(clean));
}

const char *report_host(struct arena *arena, const char *text, bool *odd)
{
    char clean[REPORT_TEXT_MAX + 1];
    struct hostname host;
    size_t length = strlen(text);
    if (length == 0 || hostname_parse(&host, text, length, NULL) == 0)
        return arena_copy(arena, length == 0 ? "" : host.text, length == 0 ? 0 : host.length);
    if (!hostname_suggest(clean, text, length)) {
        *odd = true;
        report_clean(clean, sizeof(clean), text);
    }
    for (char *at = clean; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return arena_copy(arena, clean, strlen(clean));
}

/* Exactly so many digits, within the bounds; moves on behind them. */
static bool take_number(const char **text, size_t digits, int least, int most, int *out)
{
    int number = 0;
    for (size_t i = 0; i < digits; i++) {
        char digit = (*text)[i];
        if (digit < '0' || digit > '9')
            return false;
        number = number * 10 + (digit - '0');
    }
    *text += digits;
    *out = number;
    return number >= least && number <= most;
}

static bool take_one_of(const char **text, const char *set)
{
    if (**text == '\0' || strchr(set, **text) == NULL)
        return false;
    (*text)++;
    return true;
}

static bool take_day(const char **text, struct tm *date)
{
    int year, month;
    if (!take_number(text, 4, 1970, 9999, &year) || !take_one_of(text, "-") ||
        !take_number(text, 2, 1, 12, &month) || !take_one_of(text, "-") ||
        !take_number(text, 2, 1, 31, &date->tm_mday))
        return false;
    date->tm_year = year - 1900;
    date->tm_mon = month - 1;
    int day = date->tm_mday;
    timegm(date);
    return date->tm_mday == day; /* no 30th of February */
}

static bool take_time(const char **text, struct tm *date)
{
    if (!take_number(text, 2, 0, 24, &date->tm_hour) || !take_one_of(text, ":") ||
        !take_number(text, 2, 0, 59, &date->tm_min))
        return false;
    bool has_seconds = take_one_of(text, ":");
    if (has_seconds && !take_number(text, 2, 0, 60, &date->tm_sec))
        return false;
    if (date->tm_hour == 24 && (date->tm_min > 0 || date->tm_sec > 0))
        return false;
    if (take_one_of(text, ".,")) {
        if (**text < '0' || **text > '9')
            return false;
        *text += strspn(*text, "0123456789");
    }
    return true;
}

/* "Z", "+02:00", "-0730"; the seconds by which the time is ahead of UTC. */
static bool take_zone(const char **text, int *ahead_s)
{
    int hours, minutes;
    *ahead_s = 0;
    if (take_one_of(text, "Zz"))
        return true;
    while (**text == ' ')
        (*text)++;
    bool behind = **text == '-';
    if (!take_one_of(text, "+-") || !take_number(text, 2, 0, 23, &hours))
        return false;
    take_one_of(text, ":");
    if (!take_number(text, 2, 0, 59, &minutes))
        return false;
    *ahead_s = (hours * 60 + minutes) * (behind ? -60 : 60);
    return true;
}

/* The form of mail (RFC 5322 section 3.3). */
static int mail_date(int64_t *out, const char *text)
{
    /* The library takes numbers alone as well, in an order that it guesses. */
    bool names_month = strpbrk(text, "JFMASONDjfmasond") != NULL;
    GDateTime *date = names_month ? g_mime_utils_header_decode_date(text) : NULL;
    if (date == NULL)
        return -1;
    *out = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return 0;
}

int report_date(int64_t *out, const char *text, bool *no_zone)
{
    struct tm date = {0};
    int ahead_s = 0;
    const char *whole = text;
    if (!take_day(&text, &date))
        return mail_date(out, whole);
    if (*text == '\0') {
        *no_zone = true;
    } else {
        if (!take_one_of(&text, "Tt ") || !take_time(&text, &date))
            return -1;
        if (*text == '\0')
            *no_zone = true;
        else if (!take_zone(&text, &ahead_s) ||
                 (*text != '\0' && strcmp(text, " UTC") != 0)) /* Go writes "+0000 UTC" */
            return -1;
    }
    *out = (int64_t)timegm(&date) - ahead_s;
    return 0;
}

int report_day_parse(int *out, const char *text)
{
    struct tm date = {0};
    if (!take_day(&text, &date) || *text != '\0')
        return -1;
    *out = (int)(timegm(&date) / DAY_S);
    return 0;
}

const char *report_day_text(int day, char out[16])
{
    return moment_day((int64_t)day * DAY_S, out);
}

const char *report_kind_name(enum report_kind kind)
{
    switch (kind) {
    case REPORT_STS:
        return "sts";
    case REPORT_TLSA:
        return "tlsa";
    case REPORT_NO_POLICY:
        return "no-policy-found";
    case REPORT_OTHER_KIND:
        return "other";
    }
    return "";
}
