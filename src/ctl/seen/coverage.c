/* SPDX-License-Identifier: ISC */
/* coverage: for what time an access log is whole, by its numbered lines and marks. */
#include "ctl/seen/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/array.h"

#define RUNS_MAX 20000
#define WINDOW   64   /* lines that threads may write in another order than that of their numbers */
#define SKEW_S   300  /* between clocks of servers that write one log */
#define SILENT_S 7200 /* a running server writes a line each hour */
#define AWAY_S   3600 /* a restart takes less */

/* ---- Time. */

static int add_gap(struct coverage *coverage, enum gap_reason reason, int64_t from, int64_t to,
                   uint64_t lines, struct error *why)
{
    const struct gap gap = {from, to, reason, lines};
    return gaps_add(&coverage->gaps, &gap) == 0 ? 0 : error_set(why, "out of memory");
}

int coverage_next_log(struct coverage *coverage, struct error *why)
{
    int64_t behind_since = coverage->behind_since;
    coverage->clock = 0;
    coverage->behind_since = 0;
    return behind_since == 0 ? 0
                             : add_gap(coverage, GAP_CLOCK, behind_since, coverage->now, 0, why);
}

/* A wrong clock moves no fetch back: it counts as the latest time that was seen, or now. */
static int set_clock(struct coverage *coverage, int64_t time, struct error *why)
{
    int64_t clock = coverage->clock, behind_since = coverage->behind_since;
    if (time > coverage->now)
        time = coverage->now;
    if (time < clock) {
        if (time < clock - SKEW_S && behind_since == 0)
            coverage->behind_since = clock;
        return 0;
    }
    coverage->clock = time;
    coverage->behind_since = 0;
    return behind_since == 0 ? 0 : add_gap(coverage, GAP_CLOCK, behind_since, time, 0, why);
}

/* ---- The numbers of one run. */

static unsigned count_zeros(uint64_t bits, unsigned width)
{
    unsigned count = 0;
    for (unsigned i = 0; i < width; i++)
        count += (bits >> i & 1) == 0;
    return count;
}

/* Takes the number of a line. Returns how many lines are missing for good, which can no longer come
 * late. */
static uint64_t take_number(struct coverage_run *run, uint64_t number)
{
    uint64_t missing;
    if (number <= run->highest) {
        uint64_t age = run->highest - number;
        if (age < WINDOW)
            run->window |= UINT64_C(1) << age;
        return 0;
    }
    uint64_t step = number - run->highest;
    if (step == 1 && run->window == UINT64_MAX) {
        missing = 0; /* nearly always */
    } else if (step < WINDOW) {
        missing = count_zeros(run->window >> (WINDOW - step), (unsigned)step);
        run->window = run->window << step | 1;
    } else {
        missing = count_zeros(run->window, WINDOW) + (step - WINDOW);
        run->window = 1;
    }
    run->highest = number;
    return missing;
}

static int note_number(struct coverage *coverage, struct coverage_run *run, uint64_t number,
                       struct error *why)
{
    int64_t before = run->last, hole_from = run->hole_from;
    uint64_t missing = take_number(run, number);
    if (run->window == UINT64_MAX)
        run->hole_from = 0;
    else if (hole_from == 0)
        run->hole_from = before;
    if (missing == 0)
        return 0;
    return add_gap(coverage, GAP_LINES, hole_from != 0 ? hole_from : before, coverage->clock,
                   missing, why);
}

/* ---- Runs. */

static struct coverage_run *find_run(struct coverage *coverage, uint32_t id)
{
    if (coverage->run_count > 0 && coverage->runs[coverage->newest].id == id)
        return &coverage->runs[coverage->newest];
    for (size_t i = coverage->run_count; i > 0; i--) {
        if (coverage->runs[i - 1].id == id) {
            coverage->newest = i - 1;
            return &coverage->runs[i - 1];
        }
    }
    return NULL;
}

/* A first number within the window may come before lower ones. */
static struct coverage_run *add_run(struct coverage *coverage, const struct logline *line,
                                    struct error *why)
{
    struct coverage_run *items = NULL;
    if (coverage->run_count < RUNS_MAX)
        items = array_grow(coverage->runs, coverage->run_count, sizeof(*items));
    if (items == NULL) {
        (void)error_set(why, coverage->run_count < RUNS_MAX ? "out of memory"
                                                            : "the log has too many starts");
        return NULL;
    }
    coverage->runs = items;
    coverage->newest = coverage->run_count++;
    struct coverage_run *run = &items[coverage->newest];
    *run = (struct coverage_run){
        .id = line->run,
        .first = coverage->clock,
        .last = coverage->clock,
        .is_headless = line->number > WINDOW,
        .window = UINT64_MAX,
    };
    if (run->is_headless)
        run->highest = line->number - 1;
    return run;
}

/* Policies served before the first mark of a run are unknown, but at its start. */
static void note_policies(struct coverage_run *run, const struct logline *mark, int64_t time)
{
    bool is_same = run->is_marked && run->has_policies == mark->has_policies &&
                   memcmp(run->policies, mark->id, LOGLINE_ID_BYTES) == 0;
    if (!is_same) {
        run->is_changed = run->is_marked || mark->cause != LOGLINE_START;
        run->same_since = time;
    }
    run->is_marked = true;
    run->has_policies = mark->has_policies;
    memcpy(run->policies, mark->id, LOGLINE_ID_BYTES);
}

static int note_mark(struct coverage *coverage, struct coverage_run *run,
                     const struct logline *mark, struct error *why)
{
    int64_t time = coverage->clock, off_since = run->off_since;
    note_policies(run, mark, time);
    run->is_stopped = run->is_stopped || mark->cause == LOGLINE_STOP;
    if (!mark->is_on && off_since == 0)
        run->off_since = time;
    if (!mark->is_on || off_since == 0)
        return 0;
    run->off_since = 0;
    return add_gap(coverage, GAP_OFF, off_since, time, 0, why);
}

int coverage_add(struct coverage *coverage, const struct logline *line, int64_t *when,
                 struct error *why)
{
    if (set_clock(coverage, line->time, why) != 0)
        return -1;
    int64_t time = *when = coverage->clock;
    if (coverage->begins == 0 || time < coverage->begins)
        coverage->begins = time;
    if (time > coverage->ends)
        coverage->ends = time;
    if (line->kind == LOGLINE_BARE)
        return add_gap(coverage, GAP_BARE, time, time + 1, 0, why);
    if (line->number == 0)
        return 0;
    struct coverage_run *run = find_run(coverage, line->run);
    if (run == NULL && (run = add_run(coverage, line, why)) == NULL)
        return -1;
    if (note_number(coverage, run, line->number, why) != 0)
        return -1;
    if (time < run->first)
        run->first = time;
    if (time > run->last)
        run->last = time;
    return line->kind == LOGLINE_MARK ? note_mark(coverage, run, line, why) : 0;
}

/* ---- The end. */

/* When the next run begins after this one's last line; now where none does. The runs are sorted. */
static int64_t next_start(const struct coverage *coverage, const struct coverage_run *run)
{
    const struct coverage_run *end = coverage->runs + coverage->run_count;
    for (const struct coverage_run *next = run + 1; next < end; next++) {
        if (next->first > run->last)
            return next->first;
    }
    return coverage->now;
}

static int finish_run(struct coverage *coverage, struct coverage_run *run, struct error *why)
{
    int64_t next = run->last;
    run->is_alive = !run->is_stopped && coverage->now - run->last <= SILENT_S;
    coverage->alive += run->is_alive;
    if (!run->is_stopped)
        next = run->is_alive ? coverage->now : next_start(coverage, run);
    if (run->window != UINT64_MAX && add_gap(coverage, GAP_LINES, run->hole_from, run->last,
                                             count_zeros(run->window, WINDOW), why) != 0)
        return -1;
    if (run->is_headless && run->first > coverage->begins &&
        add_gap(coverage, GAP_HEAD, coverage->begins, run->first, 0, why) != 0)
        return -1;
    if (run->off_since != 0 && add_gap(coverage, GAP_OFF, run->off_since, next, 0, why) != 0)
        return -1;
    if (run->is_stopped || run->is_alive)
        return 0;
    return add_gap(coverage, next == coverage->now ? GAP_END : GAP_CRASH, run->last, next, 0, why);
}

static int compare_starts(const void *left, const void *right)
{
    const struct coverage_run *a = left, *b = right;
    return a->first < b->first ? -1 : a->first > b->first;
}

/* Times at which no run was. */
static int find_away(struct coverage *coverage, struct error *why)
{
    int64_t until = 0;
    for (size_t i = 0; i < coverage->run_count; i++) {
        const struct coverage_run *run = &coverage->runs[i];
        if (until != 0 && run->first > until + AWAY_S &&
            add_gap(coverage, GAP_AWAY, until, run->first, 0, why) != 0)
            return -1;
        int64_t end = run->is_alive ? coverage->now : run->last;
        until = end > until ? end : until;
    }
    if (until != 0 && coverage->now > until + AWAY_S)
        return add_gap(coverage, GAP_AWAY, until, coverage->now, 0, why);
    return 0;
}

int coverage_finish(struct coverage *coverage, struct error *why)
{
    if (coverage_next_log(coverage, why) != 0)
        return -1;
    if (coverage->run_count > 0)
        qsort(coverage->runs, coverage->run_count, sizeof(*coverage->runs), compare_starts);
    for (size_t i = 0; i < coverage->run_count; i++) {
        if (finish_run(coverage, &coverage->runs[i], why) != 0)
            return -1;
    }
    if (find_away(coverage, why) != 0)
        return -1;
    gaps_sort(&coverage->gaps);
    return 0;
}

int64_t coverage_served_since(const struct coverage *coverage,
                              const unsigned char policies[LOGLINE_ID_BYTES])
{
    int64_t since = coverage->begins;
    for (size_t i = 0; i < coverage->run_count; i++) {
        const struct coverage_run *run = &coverage->runs[i];
        bool is_same = run->is_marked && run->has_policies &&
                       memcmp(run->policies, policies, LOGLINE_ID_BYTES) == 0;
        if (!is_same && run->is_alive)
            return 0;
        int64_t until = is_same ? run->same_since : run->last;
        if ((!is_same || run->is_changed) && until > since)
            since = until;
    }
    return coverage->alive > 0 ? since : 0;
}

void coverage_free(struct coverage *coverage)
{
    gaps_free(&coverage->gaps);
    free(coverage->runs);
    *coverage = (struct coverage){0};
}
