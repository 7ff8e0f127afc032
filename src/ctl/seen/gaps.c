/* SPDX-License-Identifier: ISC */
/* gaps: times of which a log does not have each fetch, and why. */
#include "ctl/seen/gaps.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/array.h"
#include "common/base/moment.h"

static void lengthen(struct gap *last, const struct gap *gap)
{
    if (gap->from < last->from)
        last->from = gap->from;
    if (gap->to > last->to)
        last->to = gap->to;
    last->lines += gap->lines;
}

int gaps_add(struct gaps *gaps, const struct gap *gap)
{
    struct gap *last = gaps->count > 0 ? &gaps->items[gaps->count - 1] : NULL;
    bool touches = last != NULL && last->reason == gap->reason && gap->from <= last->to &&
                   gap->to >= last->from;
    if (touches || (last != NULL && gaps->count == GAPS_MAX)) {
        lengthen(last, gap);
        return 0;
    }
    struct gap *items = array_grow(gaps->items, gaps->count, sizeof(*items));
    if (items == NULL)
        return -1;
    gaps->items = items;
    items[gaps->count++] = *gap;
    return 0;
}

static int compare_ends(const void *left, const void *right)
{
    const struct gap *a = left, *b = right;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return a->from < b->from ? -1 : a->from > b->from;
}

void gaps_sort(struct gaps *gaps)
{
    if (gaps->count > 1)
        qsort(gaps->items, gaps->count, sizeof(*gaps->items), compare_ends);
}

const struct gap *gaps_after(const struct gaps *gaps, int64_t time)
{
    const struct gap *last = NULL;
    for (size_t i = 0; i < gaps->count; i++) {
        if (gaps->items[i].to > time && (last == NULL || gaps->items[i].to > last->to))
            last = &gaps->items[i];
    }
    return last;
}

static const struct {
    const char *name;
    const char *text; /* before "between A and B" */
} reasons[] = {
    [GAP_LINES] = {"lines", "lines are missing"},
    [GAP_HEAD] = {"head", "the first lines of a server's run are missing"},
    [GAP_OFF] = {"off", "access_log was not on"},
    [GAP_CRASH] = {"crash", "a server ended without its last line"},
    [GAP_AWAY] = {"away", "no server wrote this log, and another machine may have served"},
    [GAP_CLOCK] = {"clock", "the clock was set back"},
    [GAP_BARE] = {"bare", "an older server wrote lines without the policy's id"},
    [GAP_END] = {"end", "the log ends before now"},
};

const char *gaps_text(char out[GAPS_TEXT_MAX], const struct gap *gap)
{
    char from[MOMENT_TEXT_MAX], to[MOMENT_TEXT_MAX], count[24] = "";
    if (gap->reason == GAP_LINES && gap->lines == 1)
        (void)snprintf(count, sizeof(count), "1 line is missing");
    else if (gap->reason == GAP_LINES)
        (void)snprintf(count, sizeof(count), "%" PRIu64 " ", gap->lines);
    (void)snprintf(out, GAPS_TEXT_MAX, "%s%s between %s and %s", count,
                   gap->reason == GAP_LINES && gap->lines == 1 ? "" : reasons[gap->reason].text,
                   moment_text(gap->from, from), moment_text(gap->to, to));
    return out;
}

const char *gaps_reason_name(enum gap_reason reason)
{
    return reasons[reason].name;
}

void gaps_free(struct gaps *gaps)
{
    free(gaps->items);
    *gaps = (struct gaps){0};
}
