/* SPDX-License-Identifier: ISC */
/* gaps: times of which a log does not have each fetch, and why. */
#ifndef CTL_SEEN_GAPS_H
#define CTL_SEEN_GAPS_H

#include <stddef.h>
#include <stdint.h>

enum gap_reason {
    GAP_LINES, /* numbered lines are missing: lost, dropped, or in a file that is not read */
    GAP_HEAD,  /* the first lines of a run are missing */
    GAP_OFF,   /* access_log was not on */
    GAP_CRASH, /* a server ended without its last line, or what it wrote later is not here */
    GAP_AWAY,  /* no server wrote: another machine may have served */
    GAP_CLOCK, /* the clock was set back */
    GAP_BARE,  /* lines of an older server, which say too little */
    GAP_END,   /* the log ends before now */
};

/* Fetches from `from` to `to`, in seconds since the epoch, may not be in the log. */
struct gap {
    int64_t from, to;
    enum gap_reason reason;
    uint64_t lines; /* of GAP_LINES: how many are missing */
};

#define GAPS_MAX 4096 /* a further one lengthens the last */

/* {0} is empty. */
struct gaps {
    struct gap *items;
    size_t count;
};

/* Adds one; out of memory returns -1. One that touches the last of its reason lengthens it. */
int gaps_add(struct gaps *gaps, const struct gap *gap);

/* In the order of their ends. */
void gaps_sort(struct gaps *gaps);

/* The one that ends last of those that end after that time; NULL: there is none. Lent. */
const struct gap *gaps_after(const struct gaps *gaps, int64_t time);

#define GAPS_TEXT_MAX 192

/* "12 lines are missing between 2026-11-21 23:05:46 UTC and ..."; returns out. */
const char *gaps_text(char out[GAPS_TEXT_MAX], const struct gap *gap);

/* "lines", "off": its name in JSON. Static. */
const char *gaps_reason_name(enum gap_reason reason);

void gaps_free(struct gaps *gaps);

#endif
