/* SPDX-License-Identifier: ISC */
/* coverage: for what time an access log is whole, by its numbered lines and marks. */
#ifndef CTL_SEEN_COVERAGE_H
#define CTL_SEEN_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/error.h"
#include "ctl/seen/gaps.h"
#include "ctl/seen/logline.h"

/* One run of one server, from its start to its stop. Times are seconds since the epoch. */
struct coverage_run {
    uint32_t id;
    bool is_headless; /* its first lines are not there */
    bool is_stopped;  /* its last line is there */
    bool is_alive;    /* it goes on now, as far as is known */
    bool is_marked;
    bool is_changed; /* other policies were served in it before the last mark's, perhaps */
    bool has_policies;
    unsigned char policies[LOGLINE_ID_BYTES]; /* as its last mark has them */
    int64_t same_since;                       /* the first of the last marks that have them */
    int64_t first, last;
    int64_t off_since; /* 0: the log is on */
    int64_t hole_from; /* when the lines before a missing one came; 0: all came */
    uint64_t highest;  /* number of a line */
    uint64_t window;   /* bit i: number highest - i has come */
};

/* {0} with now set is empty. */
struct coverage {
    int64_t now;
    struct coverage_run *runs; /* as they begin in the log */
    size_t run_count;
    size_t newest; /* the run of the last line */
    size_t alive;
    struct gaps gaps;
    int64_t clock;        /* the latest time in this log so far */
    int64_t behind_since; /* a clock that was set back has not come to it again; 0: it has */
    int64_t begins, ends; /* of all logs; 0: nothing was read */
};

/* The lines that follow are of another log: their times need not be later. */
int coverage_next_log(struct coverage *coverage, struct error *why);

/* Takes a line that is a fetch, a mark or bare, in the order of the log. *when: the time that
 * counts for it, never before that of an earlier line of this log, and never after now. Returns 0,
 * or -1 with why. */
int coverage_add(struct coverage *coverage, const struct logline *line, int64_t *when,
                 struct error *why);

/* After the last line. The gaps are sorted then. Returns 0, or -1 with why. */
int coverage_finish(struct coverage *coverage, struct error *why);

/* Since when all servers that go on serve exactly these policies, as their marks say; 0: it is not
 * known. After coverage_finish. */
int64_t coverage_served_since(const struct coverage *coverage,
                              const unsigned char policies[LOGLINE_ID_BYTES]);

void coverage_free(struct coverage *coverage);

#endif
