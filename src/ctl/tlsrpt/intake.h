/* SPDX-License-Identifier: ISC */
/* intake: takes file after file into a tally, and says what cannot be read or is odd. */
#ifndef CTL_TLSRPT_INTAKE_H
#define CTL_TLSRPT_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "ctl/tlsrpt/dkimauth.h"
#include "ctl/tlsrpt/gather.h"
#include "ctl/tlsrpt/report_oddity.h"
#include "ctl/tlsrpt/said.h"
#include "ctl/tlsrpt/taking.h"
#include "ctl/tlsrpt/tally.h"

/* What is odd in the reports of one organisation. */
struct intake_odd {
    const char *organisation; /* lives with the tally */
    size_t counts[REPORT_ODDITIES];
    const char *first[REPORT_ODDITIES]; /* where; lives with the tally */
    size_t folded;                      /* failures that were summed: see report_fold */
};

/* {0} with the first four set is valid and empty. */
struct intake {
    struct tally_filter filter;
    struct dkimauth auth; /* borrowed: whose word on the signatures of mails is taken */
    int64_t now;          /* seconds since the epoch */
    struct taking taking; /* into a store, or {0}; its tally is set by intake_begin */
    bool takes;
    struct tally tally;
    struct said said;
    struct intake_odd *odd; /* by organisation, sorted by nothing */
    size_t odd_count;
};

/* First: makes the store ready where files will be taken in. Returns 0, or -1 with why. */
int intake_begin(struct intake *intake, bool takes, struct error *why);

/* For gather_paths, with a struct intake as the context. Says what is wrong on stderr as it comes,
 * each with its file, and of each kind not more than SAID_MOST. */
extern const struct gather_events intake_events;

/* After the last file: says what is odd, by organisation, and finishes the tally, or what is taken
 * into the store. Returns 0, or -1 with why. */
int intake_finish(struct intake *intake, struct error *why);
void intake_free(struct intake *intake);

#endif
