/* SPDX-License-Identifier: ISC */
/* moment: formats times and durations for people, and reads the monotonic clock. */
#include "common/base/moment.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

/* What is no date is all zero. */
static bool as_date(struct tm *out, int64_t seconds)
{
    time_t when = (time_t)seconds;
    *out = (struct tm){0};
    return gmtime_r(&when, out) != NULL;
}

const char *moment_text(int64_t seconds, char out[MOMENT_TEXT_MAX])
{
    struct tm date;
    if (!as_date(&date, seconds) ||
        strftime(out, MOMENT_TEXT_MAX, "%Y-%m-%d %H:%M:%S UTC", &date) == 0)
        out[0] = '\0';
    return out;
}

const char *moment_day(int64_t seconds, char out[MOMENT_DAY_MAX])
{
    struct tm date;
    if (!as_date(&date, seconds) || strftime(out, MOMENT_DAY_MAX, "%Y-%m-%d", &date) == 0)
        snprintf(out, MOMENT_DAY_MAX, "?");
    return out;
}

const char *moment_stamp(int64_t seconds, char out[MOMENT_DAY_MAX])
{
    struct tm date;
    if (!as_date(&date, seconds) || strftime(out, MOMENT_DAY_MAX, "%Y%m%d%H%M%SZ", &date) == 0)
        out[0] = '\0';
    return out;
}

int64_t moment_steady_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *moment_span(int64_t seconds, char out[MOMENT_TEXT_MAX])
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t unit = 0;
    /* Two of a unit at least, so that "1 day" never hides 47 hours. */
    while (unit < 3 && seconds < 2 * units[unit].seconds)
        unit++;
    int64_t number = seconds / units[unit].seconds;
    snprintf(out, MOMENT_TEXT_MAX, "%lld %s%s", (long long)number, units[unit].name,
             number == 1 ? "" : "s");
    return out;
}
