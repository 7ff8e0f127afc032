/* SPDX-License-Identifier: ISC */
/* intake: takes file after file into a tally, and says what cannot be read or is odd. */
#ifndef CTL_TLSRPT_INTAKE_H
#define CTL_TLSRPT_INTAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/finding.h"
#include "ctl/tlsrpt/dkimauth.h"
#include "ctl/tlsrpt/gather.h"
#include "ctl/tlsrpt/report_oddity.h"
#include "ctl/tlsrpt/tally.h"

/* What is odd in the reports of one organisation. */
struct intake_odd {
    const char *organisation; /* lives with the tally */
    size_t counts[REPORT_ODDITIES];
    const char *first[REPORT_ODDITIES]; /* where; lives with the tally */
};

/* {0} with the first three set is valid and empty. */
struct intake {
    struct tally_filter filter;
    struct dkimauth auth; /* borrowed: whose word on the signatures of mails is taken */
    int64_t now;          /* seconds since the epoch */
    struct tally tally;
    struct findings said;
    struct intake_odd *odd; /* by organisation, sorted by nothing */
    size_t odd_count;
};

/* For gather_paths, with a struct intake as the context. Says what is wrong on stderr as it comes,
 * each with its file. */
extern const struct gather_events intake_events;

/* After the last file: says what is odd, by organisation, and finishes the tally. */
void intake_finish(struct intake *intake);
void intake_free(struct intake *intake);

#endif
